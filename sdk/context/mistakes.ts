import { SdkError, type SdkErrorCode } from "../core/index.ts";

/** What went wrong, in the words of a mistake's sentence. */
export interface Detail {
  /** The call or entry it is about: `ctx.set("cart")`, `run "charge"`. */
  readonly subject?: string;
  /** What the platform or the user's code said about it. */
  readonly reason?: string;
}

interface Mistake {
  readonly what: (detail: Detail) => string;
  readonly fix: string;
}

/** Everything the SDK says to a handler that does what it must not. The codes are stable; docs and tests name them. */
const mistakes = {
  RL_SDK_CONTEXT_USED_AFTER_END: {
    what: ({ subject }) => `${subject} came after the handler had returned`,
    fix: "What a handler starts it has to await before it returns: look for a call of an async function without await, or a callback or timer that outlives the handler.",
  },
  RL_SDK_CONTEXT_USED_IN_RUN: {
    what: ({ subject, reason }) => `${subject} came from inside the closure of ${reason}`,
    fix: "The closure of ctx.run does not run again on replay, so nothing inside it may use the context. Return a value from the closure and use the context after `await ctx.run(...)`.",
  },
  RL_SDK_PROMISE_NOT_AWAITED: {
    what: ({ subject }) => `The handler returned without having awaited ${subject}`,
    fix: "Await it, or combine it with RestatePromise.all. A step (ctx.run) that is never awaited is never executed; to call a handler without waiting for its result, use a send client.",
  },
  RL_SDK_VALUE_NOT_SERIALIZABLE: {
    what: ({ subject, reason }) => `The value of ${subject} could not be serialized: ${reason}`,
    fix: "Convert the value to something the serde can hold (for JSON: no BigInt, no cycles), or pass a serde of your own.",
  },
  RL_SDK_VALUE_NOT_READABLE: {
    what: ({ subject, reason }) => `The result of ${subject} could not be deserialized: ${reason}`,
    fix: "It was written with another serde or by another version of the code. Read it with the serde it was written with, or let the new code understand the old form.",
  },
  RL_SDK_SLEEP_INVALID: {
    what: ({ subject, reason }) => `${subject} was given ${reason}`,
    fix: "A duration must be zero or more milliseconds. One that is computed from a wake-up time needs a recorded clock: `wakeUpTime - (await ctx.date.now())`.",
  },
  RL_SDK_RUN_ARGUMENTS: {
    what: ({ reason }) => `ctx.run was called with ${reason}`,
    fix: "Call it as ctx.run(action), ctx.run(name, action) or ctx.run(name, action, options).",
  },
  RL_SDK_NOT_A_RESTATE_PROMISE: {
    what: ({ subject, reason }) => `${subject} was given ${reason}, which is no RestatePromise`,
    fix: "Only promises of the context can be combined durably. Wrap other work in ctx.run, or use the combinators of Promise if the order need not survive a replay.",
  },
  RL_SDK_PROMISES_OF_TWO_CONTEXTS: {
    what: ({ subject }) => `${subject} was given promises that belong to the contexts of different invocations`,
    fix: "Combine promises of one context only; do not keep contexts or their promises in variables that handlers share.",
  },
  RL_SDK_INTERCEPTOR_NEXT: {
    what: ({ subject, reason }) => `${subject} ${reason}`,
    fix: "An interceptor has to call next() exactly once, await it, and rethrow what it throws.",
  },
} as const satisfies Partial<Record<SdkErrorCode, Mistake>>;

export type MistakeCode = keyof typeof mistakes;

/**
 * The error for a mistake: code, what happened, where, and what to do about it.
 *
 * @param place such as `Greeter/greet, invocation inv_1…`; empty where no invocation is involved
 */
export function mistake(code: MistakeCode, place: string, detail: Detail = {}, cause?: unknown): SdkError {
  const { what, fix }: Mistake = mistakes[code];
  const where = place === "" ? "" : ` (${place})`;
  const error = new SdkError(code, `${what(detail)}${where}. ${fix}`);
  if (cause !== undefined) error.cause = cause;
  return error;
}
