/** Everything that a handler does with its context, and the types of what comes out. */
import * as restate from "@restatedev/restate-sdk";
import { RestatePromise, TerminalError } from "@restatedev/restate-sdk";

declare const ctx: restate.WorkflowContext;
declare const typed: restate.ObjectContext<{ count: number; names: string[] }>;
declare const shared: restate.ObjectSharedContext<{ count: number }>;

const done = async () => {
  const request = ctx.request();
  const ran = [
    ctx.run(() => 1),
    ctx.run("named", async () => "a"),
    ctx.run("all", () => ({ a: 1 }), {
      serde: restate.serde.json,
      maxRetryAttempts: 1,
      maxRetryDuration: { seconds: 1 },
      initialRetryInterval: 1,
      maxRetryInterval: { minutes: 1 },
      retryIntervalFactor: 2,
    }),
  ] as const;
  const awakeable = ctx.awakeable<number>();
  ctx.resolveAwakeable(awakeable.id, 1);
  ctx.resolveAwakeable(awakeable.id, new Uint8Array(), restate.serde.binary);
  ctx.rejectAwakeable(awakeable.id, new TerminalError("no"));
  const invocation = ctx.invocation(restate.InvocationIdParser.fromString("inv_1"));
  invocation.signal<string>("approved").resolve("yes");
  invocation.signal("approved").reject(new TerminalError("no"));
  invocation.cancel();
  ctx.cancel(request.id);
  const called = ctx.genericCall({ service: "a", method: "b", parameter: new Uint8Array() });
  const sent = ctx.genericSend({ service: "a", method: "b", parameter: "x", inputSerde: restate.serde.json, delay: 1 });
  const promise = ctx.promise<{ id: string }>("payment");
  return {
    request: {
      id: request.id,
      headers: request.headers,
      attemptHeaders: request.attemptHeaders,
      body: request.body,
      extraArgs: request.extraArgs,
      signal: request.attemptCompletedSignal,
      keys: null as unknown as keyof restate.Request,
      scope: request.scope,
      limitKey: request.limitKey,
      idempotencyKey: request.idempotencyKey,
      target: request.target.toString(),
    },
    runs: await RestatePromise.all(ran),
    raced: await RestatePromise.race([
      ctx.run(() => 1),
      ctx.sleep({ seconds: 1 }, "nap"),
      ctx.awakeable<string>().promise,
    ]),
    any: await RestatePromise.any([ctx.run(() => 1), ctx.run(() => "a")]),
    settled: await RestatePromise.allSettled([ctx.run(() => 1), ctx.run(() => "a")]),
    resolved: await RestatePromise.resolve("a"),
    rejected: RestatePromise.reject<number>(new TerminalError("no")).map((value, failure) => failure?.code ?? value),
    mapped: await ctx.run(() => 1).map((value) => String(value)),
    timed: await ctx.run(() => [1]).orTimeout({ seconds: 1 }),
    attached: await invocation.attach<number>(),
    attachedBefore: await ctx.attach(request.id, restate.serde.binary),
    signalled: await ctx.signal<boolean>("approved"),
    awaited: await awakeable.promise,
    called: await called,
    calledId: await called.invocationId,
    sentId: await sent.invocationId,
    genericResult: await ctx.genericCall<string, number>({
      service: "a",
      method: "b",
      parameter: "x",
      key: "k",
      scope: "s",
      limitKey: "l",
      name: "n",
      headers: {},
      idempotencyKey: "i",
      inputSerde: restate.serde.json,
      outputSerde: restate.serde.json,
    }),
    promise: await promise,
    peeked: await promise.peek(),
    gotten: await promise.get(),
    untyped: await ctx.get<string>("name"),
    withSerde: await ctx.get("bytes", restate.serde.binary),
    count: await typed.get("count"),
    names: await typed.get("names"),
    sharedCount: await shared.get("count"),
    keys: await typed.stateKeys(),
    key: shared.key,
    random: ctx.rand.random(),
    uuid: ctx.rand.uuidv4(),
    now: await ctx.date.now(),
    json: await ctx.date.toJSON(),
    isPromise: restate.isRestatePromise(promise.get()),
  };
};
export type Done = Awaited<ReturnType<typeof done>>;

typed.set("count", 1);
typed.clear("names");
typed.clearAll();
ctx.set("anything", { a: 1 });
ctx.set("bytes", new Uint8Array(), restate.serde.binary);
ctx.console.log("said");
// @ts-expect-error the state has no such entry
typed.set("unknown", 1);
// @ts-expect-error the entry is a number
typed.set("count", "1");
// @ts-expect-error shared handlers only read
shared.set("count", 1);
// @ts-expect-error only workflows have promises
typed.promise("a");
// @ts-expect-error an id is no plain string
ctx.cancel("inv_1");
// @ts-expect-error it may have failed
ctx.run(() => 1).map((value: number) => value);

declare const internal: restate.internal.ContextInternal;
export type Cancellation = Awaited<ReturnType<typeof internal.cancellation>>;
export type Cancelled = Awaited<ReturnType<typeof internal.cancelPreviousCalls>>;
export const isProcessing: boolean = internal.isProcessing() && !restate.internal.isSuspendedError(new Error());
