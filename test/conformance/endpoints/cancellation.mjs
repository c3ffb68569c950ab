import * as restate from "#sdk";
import { note, passed } from "./diary.mjs";
import { outcome } from "./outcome.mjs";

const Tree = { name: "Tree" };
const Leaf = { name: "Leaf" };
const year = { days: 365 };

/** Waits for ever; on cancellation it compensates, in durable steps, and lets the error go on. */
export const tree = restate.service({
  name: "Tree",
  handlers: {
    sleeper: async (ctx, key) => {
      try {
        await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
        await ctx.sleep(year);
      } catch (error) {
        await ctx.run("compensate", () => note(key, `sleeper: ${error.message}`));
        await ctx.sleep(1);
        await ctx.run("compensate more", () => note(key, "sleeper compensated"));
        throw error;
      }
    },
    parent: async (ctx, key) => {
      try {
        await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
        await ctx.serviceClient(Tree).sleeper(key);
      } catch (error) {
        await ctx.run("compensate", () => note(key, `parent: ${error.message}`));
        throw error;
      }
    },
    root: async (ctx, key) => {
      try {
        await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
        await ctx.objectClient(Leaf, key).parent(key);
      } catch (error) {
        await ctx.run("compensate", () => note(key, `root: ${error.message}`));
        throw error;
      }
    },
    detaching: async (ctx, key) => {
      await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
      const sent = await ctx.serviceSendClient(Tree).afterGate(key).invocationId;
      await ctx.run("tell more", () => note(`${key} ids`, sent));
      await ctx.sleep(year);
    },
    afterGate: async (ctx, key) => {
      await ctx.run("gate", () => passed(key));
      await ctx.run("tell", () => note(key, "sent one finished"));
    },
    swallow: async (ctx, key) => {
      const told = ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
      const first = await outcome(restate.RestatePromise.all([told, ctx.sleep(year)]));
      const second = await outcome(ctx.sleep(1).map(() => "slept again"));
      return { first, second };
    },
    cancelChild: async (ctx, key) => {
      const child = ctx.serviceClient(Tree).sleeper(key);
      ctx.cancel(await child.invocationId);
      return outcome(child);
    },
    cancelChildReference: async (ctx, key) => {
      const child = ctx.serviceClient(Tree).sleeper(key);
      ctx.invocation(await child.invocationId).cancel();
      return outcome(child);
    },
    cancelOther: async (ctx, id) => ctx.cancel(id),
    callHopeless: async (ctx, key) => outcome(ctx.serviceClient({ name: "Killing" }).hopeless(key)),
  },
});

export const leaf = restate.object({
  name: "Leaf",
  handlers: {
    parent: async (ctx, key) => {
      try {
        await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
        await ctx.serviceClient(Tree).parent(key);
      } catch (error) {
        await ctx.run("compensate", () => note(key, `leaf: ${error.message}`));
        throw error;
      }
    },
    free: async () => "free",
  },
});

/** Explicit cancellation: the handler is told, and decides by itself. */
export const explicit = restate.service({
  name: "Explicit",
  options: { explicitCancellation: true },
  handlers: {
    decide: async (ctx, key) => {
      const child = ctx.serviceClient(Tree).sleeper(`${key} child`);
      await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
      const first = await restate.RestatePromise.race([
        child.map(() => "child"),
        ctx.cancellation().map(() => "told to cancel"),
      ]);
      const stopped = await ctx.cancelPreviousCalls();
      const ended = await outcome(child);
      return { first, stopped: stopped.length, ended };
    },
  },
});
