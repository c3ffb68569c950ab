import * as restate from "@restatedev/restate-sdk";

const DAY_MS = 86_400_000;

/** The handlers of `Idler` that it calls itself. */
interface Chain {
  sleep(ctx: restate.Context): Promise<void>;
  chain(ctx: restate.Context, depth: number): Promise<number>;
}

/** How far the invocations of the services `Waiter` and `Idler` have come in the endpoint. */
export interface WaiterCounts {
  /** Different invocations that an attempt was started for. */
  readonly invocations: number;
  readonly openAttempts: number;
  /** Sleepers of `Idler` whose handlers have ended. */
  readonly ended: number;
  /** An awakeable that one of them awaits, and which invocation that is. */
  readonly awakeable?: { readonly id: string; readonly invocationId: string };
}

/** Services whose invocations wait, and what they know about them. */
export function createWaiter() {
  const waiting = new Set<string>();
  const ended = new Set<string>();
  let openAttempts = 0;
  let awakeable: WaiterCounts["awakeable"];

  function attemptBegins(ctx: restate.Context): void {
    const { id, attemptCompletedSignal } = ctx.request();
    waiting.add(id);
    openAttempts++;
    attemptCompletedSignal.addEventListener("abort", () => openAttempts--);
  }

  /** Suspends at once: an attempt that waits gets no minute of grace. */
  const service = restate.service({
    name: "Waiter",
    options: { inactivityTimeout: 0 },
    handlers: {
      awakeable: async (ctx: restate.Context) => {
        attemptBegins(ctx);
        const { id, promise } = ctx.awakeable<string>();
        awakeable ??= { id, invocationId: ctx.request().id };
        return await promise;
      },
      sleep: async (ctx: restate.Context) => {
        attemptBegins(ctx);
        await ctx.sleep(DAY_MS);
      },
    },
  });

  /** Waits with its attempt open, as long as the server lets it: the inactivity timeout is the default. */
  const idler = restate.service({
    name: "Idler",
    handlers: {
      sleep: async (ctx: restate.Context) => {
        attemptBegins(ctx);
        try {
          await ctx.sleep(DAY_MS);
        } finally {
          // Not when it is suspended: then nothing behind the wait runs.
          ended.add(ctx.request().id);
        }
      },
      /** So many nested calls. */
      chain: async (ctx: restate.Context, depth: number): Promise<number> =>
        depth === 0 ? 0 : 1 + (await ctx.serviceClient<Chain>({ name: "Idler" }).chain(depth - 1)),
      /** So many calls that sleep. */
      parent: async (ctx: restate.Context, count: number): Promise<void> => {
        const client = ctx.serviceClient<Chain>({ name: "Idler" });
        await restate.RestatePromise.all(Array.from({ length: count }, () => client.sleep()));
      },
    },
  });

  return {
    services: [service, idler],
    counts: (): WaiterCounts => ({
      invocations: waiting.size,
      openAttempts,
      ended: ended.size,
      ...(awakeable === undefined ? {} : { awakeable }),
    }),
    forget: () => {
      waiting.clear();
      ended.clear();
      awakeable = undefined;
    },
  };
}
