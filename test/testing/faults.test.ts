import { beforeEach, describe, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { RestateTestEnvironment } from "../../testing/index.ts";
import { effects, greeter, shop, signup } from "./services.ts";

beforeEach(() => effects.clear());

describe("crashAfterEntry", () => {
  it("crashes once, and the next attempt goes on from there", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "auto" });
    // The input, the command of the step, its result.
    env.faults.crashAfterEntry(2);
    expect(await env.ingress().serviceClient(shop).buy("tea")).toEqual(["paid tea", "sent tea"]);
    const [invocation] = env.invocations();
    expect(env.faults.replayedPrefixes(invocation?.id ?? "").slice(0, 2)).toEqual([1, 3]);
    expect(Object.fromEntries(effects)).toEqual({ charge: 1, ship: 1 });
  });

  it("crashes as often as asked, and only what the filter names", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop, greeter] });
    env.faults.crashAfterEntry(1, { times: 3, service: "Greeter" });
    await env.ingress().serviceClient(greeter).shout("Ada");
    await env.ingress().serviceClient(shop).stubborn();
    const [shout] = env.invocations({ handler: "shout" });
    const [stubborn] = env.invocations({ handler: "stubborn" });
    expect([shout?.attempts, stubborn?.attempts]).toEqual([4, 1]);
  });

  it("ends with restore, and with the block that uses it", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop] });
    env.faults.crashAfterEntry(1).restore();
    {
      using _fault = env.faults.crashEveryEntry();
    }
    await env.ingress().serviceClient(shop).stubborn();
    expect(env.invocations()[0]?.attempts).toBe(1);
  });

  it("does not take what cannot be an entry of a handler", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop] });
    expect(() => env.faults.crashAfterEntry(0)).toThrow("0 is the input");
  });

  it("counts for no retry policy", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], disableRetries: true });
    env.faults.crashEveryEntry();
    expect(await env.ingress().serviceClient(shop).stubborn()).toBe("done");
  });
});

describe("failRun", () => {
  it("lets a step fail as often as said, and the retry policy does the rest", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "auto" });
    env.faults.failRun("stubborn", 3);
    expect(await env.ingress().serviceClient(shop).stubborn()).toBe("done");
    expect([env.invocations()[0]?.attempts, effects.get("stubborn")]).toEqual([4, 1]);
  });

  it("throws the error that it was given", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop] });
    env.faults.failRun("charge", 1, { error: () => new restate.TerminalError("card declined") });
    await expect(env.ingress().serviceClient(shop).buy("tea")).rejects.toThrow("card declined");
  });

  it("gives up when the step does", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "auto" });
    env.faults.failRun("flaky", 100);
    await expect(env.ingress().serviceClient(shop).flaky()).rejects.toThrow("lets the step 'flaky' fail");
    expect(env.invocations()[0]).toMatchObject({ attempts: 3, failure: { code: 500 } });
  });

  it("goes together with crashes", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "auto" });
    env.faults.crashEveryEntry();
    env.faults.failRun("ship", 2);
    expect(await env.ingress().serviceClient(shop).buy("tea")).toEqual(["paid tea", "sent tea"]);
    expect(Object.fromEntries(effects)).toEqual({ charge: 1, ship: 1 });
  });
});

describe("delayCompletion", () => {
  it("holds results back until it is restored", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    const fault = env.faults.delayCompletion("restore", { handler: "shout" });
    const shouted = env.ingress().serviceClient(greeter).shout("Ada");
    let isThere = false;
    void shouted.then(() => {
      isThere = true;
    });
    await until(() => env.invocations({ handler: "greet", status: "completed" }).length === 1);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([isThere, env.invocations({ handler: "shout" })[0]?.status]).toEqual([false, "running"]);
    fault.restore();
    expect(await shouted).toBe("HELLO ADA!");
  });

  it("holds them back for a time", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    env.faults.delayCompletion(60, { handler: "shout" });
    const shouted = env.ingress().serviceClient(greeter).shout("Ada");
    await until(() => env.invocations({ handler: "greet", status: "completed" }).length === 1);
    expect(env.invocations({ handler: "shout" })[0]?.status).toBe("running");
    expect(await shouted).toBe("HELLO ADA!");
    expect(env.invocations({ handler: "shout" })[0]?.attempts).toBe(1);
  });
});

describe("endpointUnreachable", () => {
  it("lets attempts fail as if nothing listened, until it is restored", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, shop], clock: "virtual" });
    const fault = env.faults.endpointUnreachable({ service: "Greeter" });
    const sent = await env.ingress().serviceSendClient(greeter).greet("Ada");
    const invocation = env.invocation(sent);
    await env.clock.advance({ seconds: 10 });
    expect(invocation).toMatchObject({ status: "backing-off", failure: { code: 500 } });
    expect(invocation.failure?.message).toContain("unreachable");
    expect(invocation.attempts).toBeGreaterThan(3);
    expect(await env.ingress().serviceClient(shop).stubborn()).toBe("done");
    fault.restore();
    await env.clock.advance({ minutes: 1 });
    expect(invocation).toMatchObject({ status: "completed", result: "Hello Ada!" });
  });
});

describe("crashServer", () => {
  it("loses nothing that was acknowledged: the server goes on from disk at the same address", async () => {
    await using env = await RestateTestEnvironment.start({
      services: [shop, signup],
      storage: "disk",
      clock: "virtual",
    });
    const url = env.baseUrl();
    const sent = await env.ingress().serviceSendClient(shop).buy("tea");
    await env.ingress().workflowClient(signup, "w").workflowSubmit("a@b.c");
    await env.clock.advance({ days: 1 });
    expect(env.invocation(sent).journal.map(({ type }) => type)).toEqual(["input", "run", "sleep"]);
    await env.faults.crashServer();
    expect(env.baseUrl()).toBe(url);
    await env.clock.advance({ days: 1 });
    expect(env.invocation(sent)).toMatchObject({ status: "completed", result: ["paid tea", "sent tea"] });
    await env.ingress().workflowClient(signup, "w").click("yes");
    expect(await env.ingress().workflowClient(signup, "w").workflowAttach()).toBe("a@b.c yes");
    expect(Object.fromEntries(effects)).toEqual({ charge: 1, mail: 1, ship: 1 });
    expect(await env.stateOf(signup, "w").get("status")).toBe("yes");
  });

  it("says that it needs a disk", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop] });
    await expect(env.faults.crashServer()).rejects.toThrow('start the environment with storage: "disk"');
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
