import * as restate from "#sdk";
import { note, openGate, passed } from "./diary.mjs";

const { shared } = restate.handlers.object;

export const store = restate.object({
  name: "Store",
  handlers: {
    set: async (ctx, entries) => {
      for (const [name, value] of Object.entries(entries)) ctx.set(name, value);
    },
    get: async (ctx, name) => ctx.get(name),
    clear: async (ctx, name) => ctx.clear(name),
    clearAll: async (ctx) => ctx.clearAll(),
    keys: async (ctx) => (await ctx.stateKeys()).sort(),
    sharedGet: shared(async (ctx, name) => ctx.get(name)),
    sharedKeys: shared(async (ctx) => (await ctx.stateKeys()).sort()),
    // Every mutation is visible at once to the handler itself, and again when it replays.
    within: async (ctx, key) => {
      const seen = [];
      const look = async () => seen.push([await ctx.get("a"), await ctx.get("b"), (await ctx.stateKeys()).sort()]);
      await look();
      ctx.set("a", 1);
      ctx.set("b", 2);
      await look();
      await ctx.run("pause", () => undefined);
      // (stateKeys() still names a cleared entry of an eager state, until the next invocation: so does the SDK.)
      ctx.clear("a");
      seen.push(await ctx.get("a"));
      if (note(key, "attempt") < 3) throw new restate.RetryableError("again", { retryAfter: 5 });
      ctx.clearAll();
      await look();
      ctx.set("c", { deep: [1, 2, 3] });
      await look();
      return seen;
    },
    bytes: async (ctx, text) => {
      ctx.set("bytes", Buffer.from(text), restate.serde.binary);
      return Buffer.from(await ctx.get("bytes", restate.serde.binary)).toString();
    },
    add: async (ctx, n) => {
      const sum = ((await ctx.get("sum")) ?? 0) + n;
      ctx.set("sum", sum);
      return sum;
    },
    failAfterSet: async (ctx) => {
      ctx.set("kept", true);
      throw new restate.TerminalError("failed after a set");
    },
  },
});

export const locks = restate.object({
  name: "Locks",
  handlers: {
    // Enters, lets go of the endpoint by sleeping, and leaves: nobody else may be inside meanwhile.
    exclusive: async (ctx, name) => {
      await ctx.run("enter", () => note(`locks ${ctx.key}`, `enter ${name}`));
      await ctx.sleep(1);
      await ctx.run("leave", () => note(`locks ${ctx.key}`, `leave ${name}`));
    },
    hold: async (ctx, gate) => {
      await ctx.run("enter", () => note(`locks ${ctx.key}`, `hold ${gate}`));
      await ctx.run("gate", () => passed(gate));
      return "held";
    },
    holdAwakeable: async (ctx) => {
      const { id, promise } = ctx.awakeable();
      await ctx.run("tell", () => note(`locks ${ctx.key}`, id));
      return promise;
    },
    // Comes back only once as many callers as expected are inside together.
    together: shared(async (ctx, count) => {
      await ctx.run("meet", async () => {
        const gate = `${ctx.key} is met`;
        if (note(`locks ${ctx.key} together`, "inside") === count) openGate(gate);
        await passed(gate);
      });
      return "met";
    }),
  },
});
