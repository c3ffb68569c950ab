import type { SdkErrorCode } from "../../sdk/core/index.ts";
import { type ErrorMeaning, meanings } from "./meaning.ts";

// The SDK has the names alone: what explains them would be in the bundle of every program.

/** Definitions and endpoints. */
const ENDPOINT = meanings({
  RL_SDK_BAD_DURATION: {
    means: "An option that is a duration is negative or no number.",
    do: "Give milliseconds, or for example `{ seconds: 30 }`.",
  },
  RL_SDK_BAD_HANDLER_NAME: {
    means: "The server would refuse the name of a handler.",
    do: "Use letters, digits and `_`.",
  },
  RL_SDK_BAD_IDENTITY_KEY: {
    means: "An identity key cannot be read.",
    do: "Give it as the server prints it, `publickeyv1_…`.",
  },
  RL_SDK_BAD_PORT: {
    means: "The environment variable `PORT` is no port number.",
    do: "Correct or unset it.",
  },
  RL_SDK_BAD_SERVICE_NAME: {
    means: "The server would refuse the name of a service.",
    do: "Use letters, digits, `_`, `.` and `-`.",
  },
  RL_SDK_DUPLICATE_SERVICE: {
    means: "Two services of one endpoint have the same name.",
    do: "Rename one of them.",
  },
  RL_SDK_FOREIGN_DEFINITION: {
    means: "A definition of the official SDK is bound to an endpoint of ours.",
    do: "Define it with this SDK, or serve it beside; both can call each other.",
  },
  RL_SDK_HANDLER_MISSING: {
    means: "`implement` got no function for a handler of the interface.",
    do: "Pass one, or take the handler out of the interface.",
  },
  RL_SDK_HANDLER_UNKNOWN: {
    means: "`implement` got a function for a handler that the interface does not have.",
    do: "Correct its name, or add the handler to the interface.",
  },
  RL_SDK_MANIFEST_TOO_OLD: {
    means: "An option is used that the server, which is older, does not know.",
    do: "Remove it, or upgrade the server.",
  },
  RL_SDK_NOT_A_DEFINITION: {
    means: "Something that is no definition is bound.",
    do: "Bind what `service`, `object`, `workflow` or `implement` returned.",
  },
  RL_SDK_NOT_A_HANDLER: {
    means: "A handler is no function, or of a kind that this service has no place for.",
    do: "Write `handlers.…(fn)` or `handlers.…(options, fn)`.",
  },
});

/** Handlers. */
const HANDLER = meanings({
  RL_SDK_CLIENT_ARGUMENTS: {
    means:
      "A client's handler got more than an input and options, or a client was made with more than a definition and a key (clients too).",
    do: "Give one input; options go with the call, by `rpc.opts` or `rpc.sendOpts`.",
  },
  RL_SDK_CONTEXT_USED_AFTER_END: {
    means: "The context was used after its handler had returned.",
    do: "Await what the handler starts.",
  },
  RL_SDK_CONTEXT_USED_IN_RUN: {
    means: "The context was used inside the action of `ctx.run`.",
    do: "Return a value from the action and go on outside.",
  },
  RL_SDK_INTERCEPTOR_NEXT: {
    means: "A hook's interceptor called `next()` not at all, or twice.",
    do: "Call it once, and await it.",
  },
  RL_SDK_NOT_A_RESTATE_PROMISE: {
    means: "A combinator got a promise that is not of a context.",
    do: "Wrap other work in `ctx.run`.",
  },
  RL_SDK_NO_KEY: {
    means: "A client of an object or workflow has no key, or one that is no text (clients too).",
    do: "Pass it as second argument.",
  },
  RL_SDK_PROMISES_OF_TWO_CONTEXTS: {
    means: "A combinator got promises of different invocations.",
    do: "Keep contexts out of shared variables.",
  },
  RL_SDK_PROMISE_NOT_AWAITED: {
    means: "The handler returned, and something that it had started was never awaited (a warning in the log).",
    do: "Await it; to call without waiting, send.",
  },
  RL_SDK_RUN_ARGUMENTS: {
    means: "`ctx.run` was called in a way that it does not know.",
    do: "Call `run(action)`, `run(name, action)` or `run(name, action, options)`.",
  },
  RL_SDK_SLEEP_INVALID: {
    means: "A duration is negative or no number.",
    do: "Compute it from `ctx.date.now()`, not from the clock.",
  },
  RL_SDK_UNKNOWN_OPTION: {
    means:
      "An option of a call, a send, `ctx.run` or `connect` has a name that nothing reads: `idempotencykey`, the `delay` of a call (clients too).",
    do: "Choose one of those that the message lists.",
  },
  RL_SDK_VALUE_NOT_READABLE: {
    means: "What the journal, the state or the answer has cannot be read by the serde (clients too).",
    do: "Read it with the serde that wrote it. The one mistake that is retried: the next version of the code may be able to.",
  },
  RL_SDK_VALUE_NOT_SERIALIZABLE: {
    means:
      "An input, a result or state cannot be written by its serde; the message names the place in the value (clients too).",
    do: "Convert it, or pass a serde.",
  },
});

/** `restate-lite/clients`. */
const CLIENT = meanings({
  RL_SDK_BAD_URL: {
    means: "`connect` got no address that can be used.",
    do: "Give one such as `http://host:port`.",
  },
  RL_SDK_CONNECTION_LOST: {
    means: "The connection broke before the answer was complete; the invocation may be going on.",
    do: "Ask again with an idempotency key; `retry` of `connect` does so.",
  },
  RL_SDK_FETCH_FAILED: {
    means: "The request failed in another way, or the runtime does not say why.",
    do: "Read the message and its `cause`; look whether an ingress listens there.",
  },
  RL_SDK_KEY_IN_URL: {
    means: "No URL can carry the key: `.` and `..` are directions there.",
    do: "Choose another key.",
  },
  RL_SDK_NOT_ATTACHABLE: {
    means: "The result is asked for of a send without an idempotency key.",
    do: "Send with one.",
  },
  RL_SDK_NO_ANSWER_IN_TIME: {
    means: "No answer came within the limit of `fetch`; the invocation goes on.",
    do: "Send with an idempotency key and ask for the result later.",
  },
  RL_SDK_NO_NAME: {
    means: "A client was made without a definition or the name of its service.",
    do: "Pass the definition, or `{ name: … }`.",
  },
  RL_SDK_TIMEOUT_AND_SIGNAL: {
    means: "A call has a `timeout` and a `signal`.",
    do: "Give one of the two; `AbortSignal.any` makes one of several.",
  },
  RL_SDK_UNREACHABLE: {
    means: "The ingress was not reached, so nothing was invoked.",
    do: "Start the server, or give `connect` the address of its ingress.",
  },
});

export const SDK_TABLES = [ENDPOINT, HANDLER, CLIENT] as const;

// The compiler asks for the sentence of a code that no table has.
({ ...ENDPOINT, ...HANDLER, ...CLIENT }) satisfies Readonly<Record<SdkErrorCode, ErrorMeaning>>;
