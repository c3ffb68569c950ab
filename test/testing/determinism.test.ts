import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { RestateTestEnvironment } from "../../testing/index.ts";

const step = (ctx: restate.Context, name: string) => ctx.run(name, () => name);

// What the process remembers between attempts, as a program's global state would.
let calls = 0;
const seen = new Set<string>();
const cache = new Map<string, string>();
const flags = { newCheckout: true };
const machines = ["UTC", "Asia/Tokyo", "America/New_York"];

/** Handlers that do something else on a replay, each for another reason. */
const planted = {
  /** A branch on the time. */
  dateNow: async (ctx: restate.Context) => {
    await step(ctx, `shard ${Date.now() % 7}`);
  },
  /** The order of a set that was filled in no certain order. */
  unorderedSet: async (ctx: restate.Context) => {
    const recipients = new Set(["a", "b", "c", "d", "e", "f"].sort(() => Math.random() - 0.5));
    for (const recipient of recipients) await step(ctx, `mail ${recipient}`);
  },
  /** The name of a state entry. */
  randomStateKey: async (ctx: restate.ObjectContext) => {
    ctx.set(`item-${Math.random()}`, 1);
    await step(ctx, "stored");
  },
  /** A branch on a random number. */
  mathRandom: async (ctx: restate.Context) => {
    if (Math.random() < 0.5) await step(ctx, "variant A");
    else await step(ctx, "variant B");
    await step(ctx, "measured");
    return Math.random();
  },
  /** A counter of the process. */
  globalCounter: async (ctx: restate.Context) => {
    calls += 1;
    await step(ctx, calls % 2 === 0 ? "even" : "odd");
  },
  /** The environment: a flag that somebody switches. */
  environment: async (ctx: restate.Context) => {
    process.env.RESTATE_LITE_TEST_REGION = process.env.RESTATE_LITE_TEST_REGION === "eu" ? "us" : "eu";
    ctx.genericSend({
      service: "Leaf",
      method: process.env.RESTATE_LITE_TEST_REGION === "eu" ? "storeInEurope" : "storeInAmerica",
      parameter: new Uint8Array(),
      delay: { days: 1 },
    });
    await step(ctx, "stored");
  },
  /** Something else on a second attempt than on the first. */
  retryDependent: async (ctx: restate.Context) => {
    const isFirst = !seen.has(ctx.request().id);
    seen.add(ctx.request().id);
    if (isFirst) await step(ctx, "warm up");
    await step(ctx, "work");
  },
  /** The time zone of the machine. */
  timeZone: async (ctx: restate.Context) => {
    const zone = machines[calls++ % machines.length] ?? "UTC";
    const day = new Date(1_700_000_000_000).toLocaleString("en", { timeZone: zone, hour: "numeric" });
    await step(ctx, `report of ${day}`);
  },
  /** The order of an object's keys, which is that of arrival. */
  keyOrder: async (ctx: restate.Context) => {
    const prices: Record<string, number> = {};
    const ask = async (shop: string) => {
      await delay(Math.random() * 6);
      prices[shop] = 1;
    };
    await Promise.all(["x", "y", "z", "v", "w"].map(ask));
    for (const shop of Object.keys(prices)) await step(ctx, `price of ${shop}`);
  },
  /** Whichever of two requests outside of Restate is quicker. */
  race: async (ctx: restate.Context) => {
    const mirrors = ["one", "two", "three", "four"];
    const quickest = await Promise.race(mirrors.map((mirror) => delay(Math.random() * 3, mirror)));
    await step(ctx, `download from ${quickest}`);
  },
  /** A branch that nobody waits for, beside the one that is awaited. */
  unawaited: async (ctx: restate.ObjectContext) => {
    void delay(Math.random() * 4).then(() => ctx.set("audit", "done"));
    for (let turn = 0; turn < 4; turn++) {
      await step(ctx, `turn ${turn}`);
      await delay(Math.random() * 3);
    }
  },
  /** A step that is left out when a cache is warm. */
  conditionalStep: async (ctx: restate.Context) => {
    const known = cache.get("rate");
    const rate = known ?? (await step(ctx, "load the rate"));
    cache.set("rate", rate);
    await step(ctx, "convert");
  },
  /** A step of a configuration that changes under the handler. */
  configuration: async (ctx: restate.Context) => {
    flags.newCheckout = !flags.newCheckout;
    if (flags.newCheckout) await ctx.sleep(1);
    await step(ctx, "checkout");
  },
  /** The argument of a call. */
  callArgument: async (ctx: restate.Context) => {
    ctx.genericSend({
      service: "Leaf",
      method: "log",
      parameter: new TextEncoder().encode(`${process.hrtime.bigint()}`),
      delay: { days: 1 },
    });
    await step(ctx, "logged");
  },
  /** The result. */
  result: async (ctx: restate.Context) => {
    await step(ctx, "work");
    return { id: crypto.randomUUID() };
  },
};

const leaf = restate.service({
  name: "Leaf",
  handlers: { storeInEurope: async () => {}, storeInAmerica: async () => {}, log: async () => {} },
});
const wild = restate.object({ name: "Wild", handlers: planted });

describe("crashEveryEntry finds a handler that depends on", () => {
  it.each(Object.keys(planted) as (keyof typeof planted)[])("%s", async (handler) => {
    await using env = await RestateTestEnvironment.start({ services: [wild, leaf] });
    env.faults.crashEveryEntry();
    const client = env.ingress().objectClient(wild, handler) as unknown as Record<string, () => Promise<unknown>>;
    await expect(client[handler]?.()).rejects.toThrow(`Wild/${handler} is not deterministic`);
    const [mismatch] = env.faults.mismatches;
    expect(mismatch?.recorded).not.toBe(mismatch?.attempted);
    expect(mismatch?.message).toMatch(/in the journal +now\n +\d+ +\S/);
    expect(() => env.faults.assertDeterministic()).toThrow("RL_TEST_NON_DETERMINISTIC");
    expect(env.invocations({ handler })[0]).toMatchObject({ status: "completed", failure: { code: 570 } });
  });
});

describe("the error", () => {
  it("shows both entries beside each other, and the line of the second", async () => {
    await using env = await RestateTestEnvironment.start({ services: [wild, leaf] });
    env.faults.crashEveryEntry();
    await expect(env.ingress().objectClient(wild, "k").randomStateKey()).rejects.toThrow();
    const [mismatch] = env.faults.mismatches;
    expect(mismatch).toMatchObject({
      target: "Wild/randomStateKey",
      command: 1,
      recorded: expect.stringMatching(/^set state item-0\.\d+ = 1$/),
      attempted: expect.stringMatching(/^set state item-0\.\d+$/),
      source: expect.stringMatching(/determinism\.test\.ts:\d+:\d+$/),
    });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of this file
    expect(mismatch?.message).toContain("| ctx.set(`item-${Math.random()}`, 1);");
  });
});

const steps: string[] = [];
const effect = <T>(name: string, value: T): T => {
  steps.push(name);
  return value;
};

/** What one of them calls of the others. */
const leaves = { name: "Tame" } as restate.VirtualObjectDefinition<
  "Tame",
  { leaf: (ctx: restate.ObjectContext, word: string) => Promise<string> }
>;

/** Handlers with nothing to find. */
const clean = {
  steps: async (ctx: restate.ObjectContext) => {
    const a = await ctx.run("a", () => effect("a", 1));
    await ctx.sleep({ days: 1 });
    const b = await ctx.run("b", async () => effect("b", await delay(2, 2)));
    ctx.set("sum", a + b);
    return [a + b, await ctx.get("sum"), await ctx.stateKeys()];
  },
  chance: async (ctx: restate.ObjectContext) => {
    const [now, id] = [await ctx.date.now(), ctx.rand.uuidv4()];
    await ctx.run(`job ${id}`, () => effect("job", now));
    if (ctx.rand.random() < 0.5) await ctx.run("heads", () => effect("side", 1));
    else await ctx.run("tails", () => effect("side", 1));
    return id.length;
  },
  parallel: async (ctx: restate.ObjectContext) => {
    const names = ["x", "y", "z"];
    const all = await restate.RestatePromise.all(names.map((name) => ctx.run(name, () => effect(name, name))));
    const first = await restate.RestatePromise.race([
      ctx.sleep(5).map(() => "slept"),
      ctx.sleep(10_000).map(() => "late"),
    ]);
    return [...all, first];
  },
  calls: async (ctx: restate.ObjectContext) => {
    const other = ctx.objectClient(leaves, `${ctx.key}-other`);
    ctx.objectSendClient(leaves, `${ctx.key}-sent`).leaf("sent");
    return await other.leaf("called");
  },
  leaf: async (ctx: restate.ObjectContext, word: string) => await ctx.run(`leaf ${word}`, () => effect(word, word)),
  waits: async (ctx: restate.ObjectContext) => {
    const { id, promise } = ctx.awakeable<string>();
    await ctx.run("give the id away", () => effect("give", undefined));
    ctx.resolveAwakeable(id, "mine");
    return await promise.orTimeout({ days: 1 });
  },
  saga: async (ctx: restate.ObjectContext) => {
    const undo: (() => restate.RestatePromise<void>)[] = [];
    try {
      undo.push(() => ctx.run("cancel the flight", () => effect("cancel", undefined)));
      await ctx.run("book the flight", () => effect("book", undefined));
      await ctx.run("book the hotel", () => {
        effect("hotel", undefined);
        throw new restate.TerminalError("full");
      });
    } catch (error) {
      for (const each of undo) await each();
      throw error;
    }
  },
  loop: async (ctx: restate.ObjectContext) => {
    let total = 0;
    for (let turn = 0; turn < 5; turn++) total += await ctx.run("turn", () => effect(`turn ${turn}`, turn));
    ctx.clear("nothing");
    return total;
  },
};
const tame = restate.object({ name: "Tame", handlers: clean });

describe("crashEveryEntry finds nothing in", () => {
  const answers: Record<Exclude<keyof typeof clean, "leaf">, unknown> = {
    steps: [3, 3, ["sum"]],
    chance: 36,
    parallel: ["x", "y", "z", "slept"],
    calls: "called",
    waits: "mine",
    saga: "full",
    loop: 10,
  };
  const effects: Record<keyof typeof answers, string[]> = {
    steps: ["a", "b"],
    chance: ["job", "side"],
    parallel: ["x", "y", "z"],
    calls: ["called", "sent"],
    waits: ["give"],
    saga: ["book", "cancel", "hotel"],
    loop: ["turn 0", "turn 1", "turn 2", "turn 3", "turn 4"],
  };

  it.each(Object.keys(answers) as (keyof typeof answers)[])("%s, and every step runs once", async (handler) => {
    for (let round = 0; round < 3; round++) {
      steps.length = 0;
      await using env = await RestateTestEnvironment.start({ services: [tame], clock: "auto" });
      env.faults.crashEveryEntry();
      const client = env.ingress().objectClient(tame, `k${round}`) as unknown as Record<string, () => Promise<unknown>>;
      const answer = await client[handler]?.().catch((error: Error) => error.message);
      if (handler === "saga") expect(answer).toContain("full");
      else expect(answer).toEqual(answers[handler]);
      for (const invocation of env.invocations()) {
        await invocation.waitFor("completed");
        const stored = env.faults.replayedPrefixes(invocation.id);
        // Every length that the journal has had, from the input alone to all of it.
        expect(stored[0]).toBe(1);
        expect(invocation.attempts).toBeGreaterThan(8);
      }
      env.faults.assertDeterministic();
      expect([...steps].sort()).toEqual(effects[handler]);
    }
  });

  it("a handler whose every prefix has been replayed", async () => {
    await using env = await RestateTestEnvironment.start({ services: [tame], clock: "auto" });
    env.faults.crashEveryEntry({ extraReplays: 0 });
    await env.ingress().objectClient(tame, "k").loop();
    const [invocation] = env.invocations();
    // The input, five steps of two entries each, a cleared state, the output.
    expect(env.faults.replayedPrefixes(invocation?.id ?? "")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(invocation?.attempts).toBe(13);
  });
});
