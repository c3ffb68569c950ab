import { describe, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { RestateTestEnvironment, restateMatchers } from "../../testing/index.ts";
import "../../testing/vitest.ts";
import { counter, greeter, shop, signup } from "./services.ts";

const broken = restate.service({
  name: "Broken",
  handlers: {
    terminal: async () => {
      throw new restate.TerminalError("no such order", { errorCode: 404 });
    },
    retried: async () => {
      throw new Error("not yet");
    },
  },
});

describe("an invocation", () => {
  it("tells status, journal, result and attempts", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "virtual" });
    const sent = await env.ingress().serviceSendClient(shop).buy("tea");
    const invocation = env.invocation(sent);
    await env.clock.advance({ days: 1 });
    expect(invocation).toMatchObject({
      status: "suspended",
      target: "Shop/buy",
      result: undefined,
      failure: undefined,
    });
    expect(invocation).toBeSuspendedOn("sleep");
    expect(invocation).toBeSuspendedOn("sleep delivery");
    expect(invocation).toHaveJournal(["run charge", "sleep delivery"]);
    await env.clock.runToIdle();
    expect(invocation).toMatchObject({ status: "completed", result: ["paid tea", "sent tea"] });
    expect(invocation.attempts).toBe(2);
    expect(invocation).toHaveJournal([
      { type: "input", value: "tea" },
      'run charge → "paid tea"',
      "sleep delivery",
      { type: "run", name: "ship", result: { value: "sent tea" } },
      /^output = /,
    ]);
  });

  it("tells why it failed", async () => {
    await using env = await RestateTestEnvironment.start({ services: [broken], clock: "virtual" });
    const client = env.ingress().serviceSendClient(broken);
    const terminal = env.invocation(await client.terminal());
    const retried = env.invocation(await client.retried());
    await terminal.waitFor("completed");
    await retried.waitFor("backing-off");
    expect(terminal.failure).toEqual({ code: 404, message: "no such order" });
    expect(retried.failure).toMatchObject({
      code: 500,
      message: "not yet",
      stacktrace: expect.stringContaining("inspection.test.ts"),
    });
    await env.clock.runToIdle();
    expect(retried).toMatchObject({ status: "paused", attempts: 70 });
  });

  it("is found by what it is", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter, greeter] });
    await env.ingress().objectClient(counter, "a").add(1);
    await env.ingress().objectClient(counter, "b").add(1);
    await env.ingress().serviceClient(greeter).shout("Ada");
    expect(env.invocations().map(({ target }) => target)).toEqual([
      "Counter/add",
      "Counter/add",
      "Greeter/shout",
      "Greeter/greet",
    ]);
    expect(env.invocations({ service: "Counter" }).map(({ key }) => key)).toEqual(["a", "b"]);
    expect(env.invocations({ handler: "greet", status: "completed" })).toHaveLength(1);
    expect(env.invocations({ key: "c" })).toEqual([]);
  });

  it("that does not exist is an error that says where ids come from", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter] });
    expect(() => env.invocation("inv_1nobody").journal).toThrow("ids are in the answer to a send");
    expect(env.invocation("inv_1nobody").status).toBe("gone");
  });
});

describe("waitFor", () => {
  it("asks a handler that waits to suspend, when that is what is waited for", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, signup] });
    const sent = await env.ingress().serviceSendClient(greeter).nap(3_600_000);
    const invocation = await env.invocation(sent).waitFor("suspended");
    expect(invocation).toBeSuspendedOn("sleep");
    await env.ingress().workflowClient(signup, "w").workflowSubmit("a@b.c");
    const [workflow] = env.invocations({ service: "Signup" });
    expect(await workflow?.waitFor("suspended")).toBeSuspendedOn("promise clicked");
  });

  it("says how things stand when it has waited in vain", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    const sent = await env.ingress().serviceSendClient(greeter).nap(3_600_000);
    await env.invocation(sent).waitFor("suspended");
    await expect(env.invocation(sent).waitFor("completed", { timeoutMs: 20 })).rejects.toThrow(
      /after 20 ms inv_\w+ is not completed but suspended; waiting for sleep \[RL_TEST_TIMEOUT\]/,
    );
  });
});

describe("a snapshot", () => {
  it("is the same in every run", async () => {
    const snapshots = [];
    for (let run = 0; run < 2; run++) {
      await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "virtual" });
      await env.ingress().serviceSendClient(greeter).approve();
      const [approve] = env.invocations();
      await approve?.waitFor("suspended");
      await env.ingress().serviceClient(greeter).shout("Ada");
      await env.ingress().serviceSendClient(greeter).nap(60_000);
      await env.clock.runToIdle();
      snapshots.push(env.invocations().map((invocation) => invocation.snapshot()));
    }
    expect(snapshots[0]).toEqual(snapshots[1]);
    expect(snapshots[0]).toMatchInlineSnapshot(`
      [
        {
          "journal": [
            "input",
            "run ask → done",
          ],
          "status": "suspended",
          "target": "Greeter/approve",
          "waitsFor": [
            "awakeable",
          ],
        },
        {
          "journal": [
            "input = "Ada"",
            "call Greeter/greet = "Ada" → "Hello Ada!"",
            "output = "HELLO ADA!"",
          ],
          "status": "completed",
          "target": "Greeter/shout",
        },
        {
          "journal": [
            "input = "Ada"",
            "output = "Hello Ada!"",
          ],
          "status": "completed",
          "target": "Greeter/greet",
        },
        {
          "journal": [
            "input = 60000",
            "sleep → done",
            "output = 60000",
          ],
          "status": "completed",
          "target": "Greeter/nap",
        },
      ]
    `);
  });
});

describe("the matchers", () => {
  it("say what is there instead", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    await env.ingress().serviceClient(greeter).shout("Ada");
    const [invocation] = env.invocations({ handler: "shout" });
    expect(() => expect(invocation).toHaveJournal(["call Greeter/greet"])).toThrow(
      /expected:\n {2}call Greeter\/greet\n\nthere is:\n {2}call Greeter\/greet = "Ada" → "Hello Ada!"\n {2}output = "HELLO ADA!"/,
    );
    expect(() => expect(invocation).not.toHaveJournal(["call Greeter/greet", "output"])).toThrow("should not have");
    expect(() => expect(invocation).toBeSuspendedOn("sleep")).toThrow("is not suspended on sleep: it is completed");
    expect(invocation).not.toHaveJournal(["output", "call Greeter/greet"]);
    expect(() => expect("inv_1").toHaveJournal([])).toThrow("expect(env.invocation(id)).toHaveJournal");
  });

  it("have the interface that vitest and Jest share", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    await env.ingress().serviceClient(greeter).greet("Ada");
    const answer = restateMatchers.toHaveJournal(env.invocations()[0], ["output"]);
    expect(answer.pass).toBe(true);
    expect(answer.message()).toContain("Greeter/greet");
  });
});
