import * as restate from "@restatedev/restate-sdk";

const DAY_MS = 86_400_000;

/** How far the invocations of the service `Waiter` have come in the endpoint. */
export interface WaiterCounts {
  /** Different invocations that an attempt was started for. */
  readonly invocations: number;
  readonly openAttempts: number;
  /** An awakeable that one of them awaits, and which invocation that is. */
  readonly awakeable?: { readonly id: string; readonly invocationId: string };
}

/** A service whose invocations wait, and what it knows about them. */
export function createWaiter() {
  const waiting = new Set<string>();
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

  return {
    service,
    counts: (): WaiterCounts => ({
      invocations: waiting.size,
      openAttempts,
      ...(awakeable === undefined ? {} : { awakeable }),
    }),
    forget: () => {
      waiting.clear();
      awakeable = undefined;
    },
  };
}
