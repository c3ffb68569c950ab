import { describe, expect, it } from "vitest";
import { rpc } from "../../sdk/clients/index.ts";
import * as restate from "../../sdk/index.ts";
import { RestateTestEnvironment } from "../../testing/index.ts";
import { asked, counter, effects, greeter, shop } from "./services.ts";

const DAY_MS = 86_400_000;

describe("a virtual clock", () => {
  it("stands still until it is moved, and then a month is over at once", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "virtual", startAt: 1_000_000 });
    expect(env.clock.nowMs()).toBe(1_000_000);
    const slept = env.ingress().serviceClient(greeter).month();
    await env.clock.advance({ days: 29 });
    const [invocation] = env.invocations({ handler: "month" });
    expect(invocation?.status).toBe("suspended");
    await env.clock.advance({ days: 1 });
    expect(invocation?.status).toBe("completed");
    expect(await slept).toBe(30 * DAY_MS);
    expect(env.clock.now()).toEqual(new Date(1_000_000 + 30 * DAY_MS));
  });

  it("fires timers in order, each at its own time", async () => {
    const order: [string, number][] = [];
    const sleepers = restate.service({
      name: "Sleepers",
      handlers: {
        twice: async (ctx: restate.Context, [name, ms]: [string, number]) => {
          for (let nap = 0; nap < 2; nap++) {
            await ctx.sleep(ms);
            const now = await ctx.date.now();
            await ctx.run("note", () => void order.push([name, now]));
          }
        },
      },
    });
    await using env = await RestateTestEnvironment.start({ services: [sleepers], clock: "virtual", startAt: 0 });
    const client = env.ingress().serviceSendClient(sleepers);
    for (const [name, ms] of [
      ["slow", 500],
      ["quick", 200],
      ["middle", 300],
    ] as const)
      await client.twice([name, ms]);
    await env.clock.advance({ seconds: 10 });
    expect(order).toEqual([
      ["quick", 200],
      ["middle", 300],
      ["quick", 400],
      ["slow", 500],
      ["middle", 600],
      ["slow", 1000],
    ]);
  });

  it("starts delayed invocations", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "virtual" });
    const sent = await env
      .ingress()
      .serviceSendClient(greeter)
      .greet("Ada", rpc.sendOpts({ delay: { days: 7 } }));
    const invocation = env.invocation(sent);
    await env.clock.advance({ days: 6 });
    expect(invocation.status).toBe("scheduled");
    await env.clock.advance({ days: 1 });
    expect([invocation.status, invocation.result]).toEqual(["completed", "Hello Ada!"]);
  });

  it("is the clock of retries", async () => {
    effects.clear();
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "virtual" });
    env.faults.failRun("flaky", 2);
    const sent = await env.ingress().serviceSendClient(shop).flaky();
    const invocation = env.invocation(sent);
    await env.clock.advance({ minutes: 59 });
    expect([invocation.status, invocation.attempts]).toEqual(["backing-off", 1]);
    await env.clock.advance({ minutes: 1 });
    expect([invocation.status, invocation.attempts]).toEqual(["backing-off", 2]);
    await env.clock.advance({ hours: 1 });
    expect([invocation.status, invocation.attempts, invocation.result]).toEqual(["completed", 3, "done"]);
    expect(effects.get("flaky")).toBe(1);
  });

  it("is the clock of retention", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "virtual" });
    const sent = await env.ingress().serviceSendClient(greeter).greet("Ada");
    const invocation = env.invocation(sent);
    await env.clock.runToIdle();
    expect(invocation.status).toBe("completed");
    await env.clock.advance({ hours: 23 });
    expect(invocation.status).toBe("completed");
    await env.clock.advance({ hours: 2 });
    expect(invocation.status).toBe("gone");
    expect(() => invocation.journal).toThrow("its retention is over");
  });

  it("runs until nobody waits for a timer, and not a moment longer", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, shop], clock: "virtual", startAt: 0 });
    const bought = env.ingress().serviceClient(shop).buy("tea");
    const slept = env.ingress().serviceClient(greeter).nap(5000);
    await env.clock.runToIdle();
    expect(env.clock.nowMs()).toBe(2 * DAY_MS);
    expect(await Promise.all([bought, slept])).toEqual([["paid tea", "sent tea"], 5000]);
  });

  it("says so when there always is another timer", async () => {
    const cron = restate.service({
      name: "Cron",
      handlers: {
        tick: async (ctx: restate.Context) => {
          ctx.genericSend({
            service: "Cron",
            method: "tick",
            parameter: undefined,
            inputSerde: restate.serde.empty,
            delay: { days: 1 },
          });
        },
      },
    });
    await using env = await RestateTestEnvironment.start({ services: [cron], clock: "virtual", startAt: 0 });
    await env.ingress().serviceSendClient(cron).tick();
    await expect(env.clock.runToIdle({ days: 30 })).rejects.toThrow(/always is another|still is another.*Cron\/tick/s);
    await env.clock.advance({ days: 3 });
    expect(env.clock.nowMs()).toBeGreaterThanOrEqual(32 * DAY_MS);
    expect(env.invocations({ status: "scheduled" })).toHaveLength(1);
  });

  it("waits for handlers that do something in real time", async () => {
    let release = () => {};
    const slow = restate.service({
      name: "Slow",
      handlers: {
        fetch: async (ctx: restate.Context) => {
          await ctx.run("request", () => new Promise<void>((resolve) => setTimeout(resolve, 30)));
          await ctx.sleep({ hours: 1 });
          return "done";
        },
        hang: async (ctx: restate.Context) =>
          await ctx.run("request", () => new Promise<void>((resolve) => (release = resolve))),
      },
    });
    await using env = await RestateTestEnvironment.start({ services: [slow], clock: "virtual", settleLimitMs: 200 });
    const fetched = env.ingress().serviceClient(slow).fetch();
    await env.clock.advance({ hours: 1 });
    expect(await fetched).toBe("done");
    const hung = env.ingress().serviceClient(slow).hang();
    await expect(env.clock.advance(1)).rejects.toThrow(/RL_TEST_NOT_QUIET/);
    await expect(env.clock.advance(1)).rejects.toThrow(/still running: Slow\/hang/);
    release();
    await hung;
  });

  it("cannot be moved when it is the real one", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    await expect(env.clock.advance(1)).rejects.toThrow('start the environment with clock: "virtual"');
    expect(Math.abs(env.clock.nowMs() - Date.now())).toBeLessThan(1000);
  });

  it("does not go back", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "virtual" });
    await expect(env.clock.advance(-1)).rejects.toThrow("RL_TEST_BAD_OPTION");
  });
});

describe("an automatic clock", () => {
  it("skips ahead when everything waits for time", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, shop, counter], clock: "auto" });
    const client = env.ingress();
    const answers = await Promise.all([
      client.serviceClient(greeter).month(),
      client.serviceClient(shop).buy("tea"),
      client.objectClient(counter, "held").hold(DAY_MS),
      client.objectClient(counter, "k").add(1),
    ]);
    expect(answers.slice(1)).toEqual([["paid tea", "sent tea"], 0, 1]);
    expect(answers[0]).toBeGreaterThanOrEqual(30 * DAY_MS);
  });

  it("waits for what comes from outside", async () => {
    asked.length = 0;
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "auto", startAt: 0 });
    const approved = env.ingress().serviceClient(greeter).approve();
    const slept = env.ingress().serviceClient(greeter).nap(DAY_MS);
    const [approval] = await waitForInvocations(env, 2);
    await approval?.waitFor("suspended");
    expect(env.clock.nowMs()).toBe(0);
    await env.ingress().resolveAwakeable(asked[0] ?? "", "yes");
    expect(await Promise.all([approved, slept])).toEqual(["yes", DAY_MS]);
    expect(env.clock.nowMs()).toBe(DAY_MS);
  });

  it("lets a test run into a timeout", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], clock: "auto" });
    const waited = env.ingress().serviceClient(greeter).patient();
    await env.clock.advance({ hours: 1 });
    expect(await waited).toBe("TimeoutError");
  });

  it("does not wait for retries", async () => {
    await using env = await RestateTestEnvironment.start({ services: [shop], clock: "auto" });
    env.faults.failRun("stubborn", 20);
    expect(await env.ingress().serviceClient(shop).stubborn()).toBe("done");
    expect(env.invocations()[0]?.attempts).toBe(21);
  });
});

async function waitForInvocations(env: RestateTestEnvironment, count: number) {
  while (env.invocations().length < count) await new Promise((resolve) => setImmediate(resolve));
  return env.invocations();
}
