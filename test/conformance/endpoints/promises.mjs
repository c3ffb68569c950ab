import * as restate from "#sdk";
import { note, passed } from "./diary.mjs";
import { outcome } from "./outcome.mjs";

export const awakeables = restate.service({
  name: "Awakeables",
  handlers: {
    wait: async (ctx, key) => {
      const { id, promise } = ctx.awakeable();
      await ctx.run("tell", () => note(key, id));
      return outcome(promise);
    },
    waitBytes: async (ctx, key) => {
      const { id, promise } = ctx.awakeable(restate.serde.binary);
      await ctx.run("tell", () => note(key, id));
      return Buffer.from(await promise).toString();
    },
    resolve: async (ctx, { id, payload }) => ctx.resolveAwakeable(id, payload),
    reject: async (ctx, { id, reason }) => ctx.rejectAwakeable(id, reason),
    rejectWithError: async (ctx, { id, reason }) =>
      ctx.rejectAwakeable(id, new restate.TerminalError(reason, { errorCode: 418 })),
    several: async (ctx, key) => {
      const all = [ctx.awakeable(), ctx.awakeable(), ctx.awakeable()];
      await ctx.run("tell", () =>
        note(
          key,
          all.map(({ id }) => id),
        ),
      );
      return restate.RestatePromise.all(all.map(({ promise }) => promise));
    },
    withTimeout: async (ctx, ms) => outcome(ctx.awakeable().promise.orTimeout(ms)),
  },
});

const { shared } = restate.handlers.workflow;

export const flow = restate.workflow({
  name: "Flow",
  handlers: {
    run: async (ctx, input) => {
      note(`flow ${ctx.key}`, "run");
      ctx.set("input", input);
      if (input === "wait") return outcome(ctx.promise("decision"));
      if (input === "waitGet")
        return outcome(
          ctx
            .promise("decision")
            .get()
            .map((value) => `mapped ${value}`),
        );
      if (input === "fail") throw new restate.TerminalError("flow failed", { errorCode: 424 });
      if (input === "finish") await ctx.promise("finished").resolve("by run");
      return { key: ctx.key, input };
    },
    input: shared(async (ctx) => ctx.get("input")),
    peek: shared(async (ctx, name) =>
      outcome(
        ctx
          .promise(name)
          .peek()
          .then((value) => value ?? "nothing"),
      ),
    ),
    get: shared(async (ctx, name) => outcome(ctx.promise(name).get())),
    await: shared(async (ctx, name) => outcome(ctx.promise(name))),
    resolve: shared(async (ctx, { name, value }) => outcome(ctx.promise(name).resolve(value))),
    reject: shared(async (ctx, { name, reason }) => outcome(ctx.promise(name).reject(reason))),
  },
});

export const signals = restate.service({
  name: "Signals",
  handlers: {
    wait: async (ctx, { key, name }) => {
      await ctx.run("tell", () => note(key, ctx.request().id));
      return outcome(ctx.signal(name));
    },
    waitTwice: async (ctx, { key, name }) => {
      await ctx.run("tell", () => note(key, ctx.request().id));
      return [await ctx.signal(name), await ctx.signal(name)];
    },
    waitBoth: async (ctx, { key, names }) => {
      await ctx.run("tell", () => note(key, ctx.request().id));
      return restate.RestatePromise.all(names.map((name) => ctx.signal(name)));
    },
    resolve: async (ctx, { id, name, value }) => ctx.invocation(id).signal(name).resolve(value),
    reject: async (ctx, { id, name, reason }) => ctx.invocation(id).signal(name).reject(reason),
    rejectWithError: async (ctx, { id, name, reason }) =>
      ctx
        .invocation(id)
        .signal(name)
        .reject(new restate.TerminalError(reason, { errorCode: 418 })),
    late: async (ctx, { key, gate, name }) => {
      await ctx.run("tell", async () => {
        note(key, ctx.request().id);
        await passed(gate);
      });
      return outcome(ctx.signal(name));
    },
  },
});
