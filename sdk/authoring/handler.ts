import type { Any } from "../core/index.ts";
import type { ObjectHandlerOpts } from "./options.ts";

/** How a handler may run: SERVICE and SHARED beside others, EXCLUSIVE one at a time per key, WORKFLOW once per key. */
export type HandlerKind = "SERVICE" | "EXCLUSIVE" | "SHARED" | "WORKFLOW";

export type HandlerFunction = (this: unknown, context: Any, input?: Any) => Promise<unknown>;

/** The options of handlers of all kinds. */
export type HandlerOptions = ObjectHandlerOpts<Any, Any>;

/** A handler as its author wrote it. */
export interface Handler {
  readonly kind: HandlerKind;
  readonly run: HandlerFunction;
  readonly options: HandlerOptions;
}

/** Registered, so that definitions of one copy of this package (ESM, CommonJS) can be served by the other. */
const HANDLER = Symbol.for("restate-lite.handler");

/**
 * A function that does what `run` does and knows that it is a handler. Handlers stay functions, so that they can call
 * each other by `this`; it is a new one, because a function may be used as handlers of several kinds.
 */
export function toHandler(kind: HandlerKind, run: HandlerFunction, options: HandlerOptions = {}): HandlerFunction {
  const handler: Handler = { kind, run, options };
  function handling(this: unknown, ...args: [Any, Any?]): Promise<unknown> {
    return run.apply(this, args);
  }
  return Object.defineProperty(handling, HANDLER, { value: handler });
}

/** Undefined when this is a plain function, or none. */
export function handlerOf(value: unknown): Handler | undefined {
  return typeof value === "function" ? (value as { [HANDLER]?: Handler })[HANDLER] : undefined;
}

/** Whether the official SDK has made a handler of this function. Its handlers can be told, but not run, from outside. */
export function isOfficialHandler(value: unknown): boolean {
  if (typeof value !== "function") return false;
  return Object.getOwnPropertySymbols(value).some(({ description }) => description === "Handler");
}
