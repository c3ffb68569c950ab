import * as official from "@restatedev/restate-sdk";
import { createEndpointHandler } from "@restatedev/restate-sdk/fetch";
import { describe, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateTestEnvironment } from "./index.ts";

// Here and not in test/testing: the official SDK is to be the copy that a program of this package finds.

const DAY_MS = 86_400_000;
const greeter = restate.service({
  name: "Greeter",
  handlers: { greet: async (_ctx: restate.Context, name: string) => `Hello ${name}!` },
});

const officialGreeter = official.service({
  name: "OfficialGreeter",
  handlers: { greet: async (ctx: official.Context, name: string) => await ctx.run("hello", () => `Hello ${name}`) },
});

const officialSleeper = official.service({
  name: "OfficialSleeper",
  handlers: {
    month: async (ctx: official.Context) => {
      await ctx.sleep({ days: 30 });
      return "awake";
    },
    later: async (ctx: official.Context) => {
      ctx.genericSend({
        service: "Greeter",
        method: "greet",
        parameter: new TextEncoder().encode('"x"'),
        delay: DAY_MS,
      });
    },
  },
});

const officialCalendar = official.service({
  name: "OfficialCalendar",
  handlers: {
    read: async (ctx: official.Context, pause: official.Duration) => {
      const from = await ctx.date.now();
      await ctx.sleep(pause);
      return { from, wall: Date.now(), to: await ctx.date.toJSON() };
    },
  },
});

const officialLedger = official.object({
  name: "OfficialLedger",
  handlers: {
    add: official.handlers.object.exclusive(
      { inactivityTimeout: 1000 },
      async function (
        this: { last(ctx: official.ObjectSharedContext): Promise<unknown> },
        ctx: official.ObjectContext,
        amount: number,
      ) {
        ctx.set("last", [amount, await ctx.date.now()]);
        return this.last(ctx);
      },
    ),
    last: official.handlers.object.shared(async (ctx: official.ObjectSharedContext) => ctx.get("last")),
  },
});

let charged = 0;
const officialShop = official.service({
  name: "OfficialShop",
  handlers: {
    buy: async (ctx: official.Context) => {
      const payment = await ctx.run("charge", () => ++charged);
      await ctx.sleep({ days: 1 });
      return payment;
    },
    guess: async (ctx: official.Context) => {
      await ctx.run(`guess ${Math.random()}`, () => 1);
    },
  },
});

/** Our client does not know the types of their definitions, and theirs is not installed here. */
function client(env: RestateTestEnvironment, { name }: { name: string }) {
  return env.ingress().serviceClient({ name }) as unknown as Record<
    "greet" | "month" | "later" | "buy" | "guess" | "read",
    (argument?: unknown) => Promise<unknown>
  >;
}

describe("services of the official SDK", () => {
  it("are served, as definitions and as a fetch handler", async () => {
    await using both = await RestateTestEnvironment.start({ services: [officialGreeter, greeter] });
    expect(await client(both, officialGreeter).greet("Ada")).toBe("Hello Ada");
    expect(await both.ingress().serviceClient(greeter).greet("Ada")).toBe("Hello Ada!");
    const handler = createEndpointHandler({ services: [officialGreeter], bidirectional: true });
    await using fetched = await RestateTestEnvironment.start({ services: [handler] });
    expect(await client(fetched, officialGreeter).greet("Ada")).toBe("Hello Ada");
  });

  it("follow a virtual clock", async () => {
    await using env = await RestateTestEnvironment.start({ services: [officialSleeper, greeter], clock: "virtual" });
    await env.clock.advance({ days: 100 });
    const slept = client(env, officialSleeper).month();
    await env.clock.advance({ days: 29 });
    expect(env.invocations({ handler: "month" })[0]?.status).toBe("suspended");
    await env.clock.advance({ days: 1 });
    expect(await slept).toBe("awake");
    await client(env, officialSleeper).later();
    await env.clock.advance({ hours: 23 });
    expect(env.invocations({ handler: "greet" })[0]?.status).toBe("scheduled");
    await env.clock.advance({ hours: 1 });
    expect(env.invocations({ handler: "greet" })[0]?.status).toBe("completed");
  });

  it("see a virtual clock in ctx.date, by steps as that SDK makes them", async () => {
    const startAt = new Date("2030-01-01T00:00:00Z");
    await using env = await RestateTestEnvironment.start({ services: [officialCalendar], clock: "virtual", startAt });
    const read = client(env, officialCalendar).read({ days: 31 });
    await env.clock.advance({ days: 31 });
    const { from, to, wall } = (await read) as { from: number; to: string; wall: number };
    expect([from, to]).toEqual([startAt.getTime(), "2030-02-01T00:00:00.000Z"]);
    expect(Math.abs(wall - Date.now())).toBeLessThan(DAY_MS);
    const journal = env.invocations()[0]?.snapshot().journal;

    await using real = await RestateTestEnvironment.start({ services: [officialCalendar] });
    const before = Date.now();
    const seen = (await client(real, officialCalendar).read({ milliseconds: 1 })) as { from: number };
    expect(seen.from).toBeGreaterThanOrEqual(before);
    const lines = (all: readonly string[] | undefined) => all?.map((line) => line.replace(/ [=→].*/, ""));
    expect(lines(real.invocations()[0]?.snapshot().journal)).toEqual(lines(journal));
  });

  it("keep what their handlers are called with, and what they are", async () => {
    await using env = await RestateTestEnvironment.start({ services: [officialLedger], clock: "auto", startAt: 5 });
    const ledger = env.ingress().objectClient({ name: "OfficialLedger" }, "k") as unknown as {
      add(amount: number): Promise<number[]>;
      last(): Promise<number[]>;
    };
    expect(await ledger.add(3)).toEqual([3, 5]);
    expect(await ledger.last()).toEqual([3, 5]);
    const registered = await fetch(`${env.adminAPIBaseUrl()}/services/OfficialLedger`);
    expect(await registered.json()).toMatchObject({
      handlers: [
        { name: "add", ty: "Exclusive" },
        { name: "last", ty: "Shared" },
      ],
    });
  });

  it("go through every crash, and run each step once", async () => {
    await using env = await RestateTestEnvironment.start({ services: [officialShop], clock: "auto" });
    env.faults.crashEveryEntry();
    expect(await client(env, officialShop).buy()).toBe(1);
    expect(charged).toBe(1);
    const [invocation] = env.invocations();
    expect(env.faults.replayedPrefixes(invocation?.id ?? "")).toEqual([1, 2, 3, 4, 5, 6]);
    env.faults.assertDeterministic();
  });

  it("are told apart from their journal", async () => {
    await using env = await RestateTestEnvironment.start({ services: [officialShop] });
    env.faults.crashEveryEntry();
    await expect(client(env, officialShop).guess()).rejects.toThrow("OfficialShop/guess is not deterministic");
    expect(env.faults.mismatches[0]).toMatchObject({ command: 1, recorded: expect.stringMatching(/^run guess 0/) });
  });

  it("fail steps when they are told to", async () => {
    await using env = await RestateTestEnvironment.start({ services: [officialShop], clock: "auto" });
    env.faults.failRun("charge", 2);
    await client(env, officialShop).buy();
    expect(env.invocations()[0]?.attempts).toBeGreaterThanOrEqual(3);
  });
});
