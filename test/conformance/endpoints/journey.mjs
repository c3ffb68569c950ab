// Handlers whose journal one SDK begins and the other goes on with: a bit of everything before the place where they
// wait, and after it the values that came before, so that a difference shows in the result if not in the replay.
import * as restate from "#sdk";
import { note } from "./diary.mjs";
import { outcome } from "./outcome.mjs";
import { serve } from "./serve.mjs";

const { RestatePromise, rpc, serde } = restate;
const { shared } = restate.handlers.object;
const year = { days: 365 };

const Helper = { name: "Helper" };
const Journey = { name: "Journey" };
const Passage = { name: "Passage" };

const helper = restate.service({
  name: "Helper",
  handlers: {
    echo: async (_ctx, value) => value,
    nothing: async () => undefined,
    fail: async (_ctx, message) => {
      throw new restate.TerminalError(message, { errorCode: 422, metadata: { from: "Helper" } });
    },
    bytes: restate.handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, bytes) => bytes),
    forever: async (ctx) => ctx.sleep(year),
  },
});

/** Everything that makes an entry and ends by itself. Returns what it saw. */
async function firstHalf(ctx, key) {
  const uuid = ctx.rand.uuidv4();
  const seen = { uuid, random: ctx.rand.random(), now: await ctx.date.now() };
  seen.run = await ctx.run("named", () => note(key, "step"));
  seen.unnamed = await ctx.run(() => ({ deep: ["value"] }));
  seen.empty = (await ctx.run("nothing", () => undefined)) ?? "undefined";
  seen.bytes = [...(await ctx.run("bytes", () => Uint8Array.of(1, 2, 3), { serde: serde.binary }))];
  seen.refused = await outcome(
    ctx.run("refuse", () => {
      throw new restate.TerminalError("refused", { errorCode: 409, metadata: { reason: "taken" } });
    }),
  );
  await ctx.sleep(1, "a named sleep");
  ctx.set("entry", { uuid });
  ctx.set("gone", true);
  ctx.clear("gone");
  seen.state = [await ctx.get("entry"), (await ctx.get("gone")) ?? "nothing", await ctx.get("never")];
  seen.keys = await ctx.stateKeys();
  seen.echo = await ctx
    .serviceClient(Helper)
    .echo(uuid, rpc.opts({ headers: { b: "2", a: "1" }, idempotencyKey: uuid }));
  seen.nothing = (await ctx.serviceClient(Helper).nothing()) ?? "undefined";
  seen.failed = await outcome(ctx.serviceClient(Helper).fail("failed"));
  const generic = { service: "Helper", method: "bytes", parameter: Buffer.from("bytes"), name: "a named call" };
  seen.generic = Buffer.from(await ctx.genericCall(generic)).toString();
  seen.sent = await ctx.serviceSendClient(Helper).echo("sent", rpc.sendOpts({ delay: 5 })).invocationId;
  seen.attached = await ctx.attach(seen.sent, serde.json);
  const awakeable = ctx.awakeable();
  ctx.resolveAwakeable(awakeable.id, { at: "home" });
  seen.awakeable = await awakeable.promise;
  seen.race = await RestatePromise.race([ctx.sleep(year).map(() => "slow"), ctx.sleep(1).map(() => "quick")]);
  seen.all = await RestatePromise.all([ctx.run("one", () => 1), ctx.serviceClient(Helper).echo(2), ctx.sleep(1)]);
  seen.timeout = await outcome(ctx.sleep(year).orTimeout(1));
  const forever = ctx.serviceClient(Helper).forever();
  ctx.cancel(await forever.invocationId);
  seen.cancelled = await outcome(forever);
  ctx.invocation(ctx.request().id).signal("to myself").resolve("signalled");
  seen.signal = await ctx.signal("to myself");
  return seen;
}

const journey = restate.object({
  name: "Journey",
  handlers: {
    go: async (ctx, key) => {
      const pending = ctx.run("pending", () => note(key, "pending"));
      const before = await firstHalf(ctx, key);
      const { id, promise } = ctx.awakeable();
      await ctx.run("tell", () => note(`${key} ids`, id));
      await ctx.run("before", () => note(`${key} before`, before));
      const word = await promise;
      ctx.clearAll();
      return { before, word, pending: await pending, after: ctx.rand.uuidv4(), keys: await ctx.stateKeys() };
    },
    peek: shared(async (ctx) => ctx.get("entry")),
  },
});

const passage = restate.workflow({
  name: "Passage",
  handlers: {
    run: async (ctx, key) => {
      const early = await ctx.promise("early").peek();
      await ctx.promise("early").resolve("set by run");
      const set = await ctx.promise("early");
      const object = await ctx.objectClient(Journey, key).peek();
      await ctx.run("tell", () => note(`${key} ids`, ctx.request().id));
      const late = await outcome(ctx.promise("late"));
      return { early, set, object, late };
    },
    allow: restate.handlers.workflow.shared(async (ctx, value) => ctx.promise("late").resolve(value)),
  },
});

/** Waits until it is cancelled, compensates, and then waits again. */
const cancelled = restate.service({
  name: "Cancelled",
  handlers: {
    wait: async (ctx, key) => {
      const child = ctx.workflowClient(Passage, key).run(key);
      const { id, promise } = ctx.awakeable();
      const ended = await outcome(RestatePromise.all([child, ctx.sleep(year)]));
      await ctx.run("compensate", () => note(`${key} ids`, id));
      return { ended, word: await promise };
    },
  },
});

serve([helper, journey, passage, cancelled]);
