import { type Any, SdkError } from "../core/index.ts";
import type { Context, ObjectContext, ObjectSharedContext, WorkflowContext, WorkflowSharedContext } from "./context.ts";
import { type HandlerFunction, type HandlerKind, type HandlerOptions, toHandler } from "./handler.ts";
import type { ObjectHandlerOpts, ServiceHandlerOpts, WorkflowHandlerOpts } from "./options.ts";
import type { TypedState, UntypedState } from "./state.ts";

/** A handler without the argument that it does not take. */
export type RemoveVoidArgument<F> = F extends (ctx: infer C, arg: infer A) => infer R
  ? A extends void
    ? (ctx: C) => R
    : F
  : F;

type WithoutVoid<C, I, O> = RemoveVoidArgument<(ctx: C, input: I) => Promise<O>>;

/** Makes a handler with options of its own, or of another kind than the definition gives it. */
export interface Handlers {
  /** For services. */
  handler<O, I = void>(
    opts: ServiceHandlerOpts<I, O>,
    fn: (ctx: Context, input: I) => Promise<O>,
  ): WithoutVoid<Context, I, O>;

  workflow: {
    /** For a workflow's `run`. */
    workflow<O, I = void, TState extends TypedState = UntypedState>(
      opts: WorkflowHandlerOpts<I, O>,
      fn: (ctx: WorkflowContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<WorkflowContext<TState>, I, O>;
    workflow<O, I = void, TState extends TypedState = UntypedState>(
      fn: (ctx: WorkflowContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<WorkflowContext<TState>, I, O>;

    /** For a workflow's other handlers, which run beside `run` and each other and only read state. */
    shared<O, I = void, TState extends TypedState = UntypedState>(
      opts: WorkflowHandlerOpts<I, O>,
      fn: (ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<WorkflowSharedContext<TState>, I, O>;
    shared<O, I = void, TState extends TypedState = UntypedState>(
      fn: (ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<WorkflowSharedContext<TState>, I, O>;
  };

  object: {
    /** For handlers of a virtual object that run one at a time for a key: what a plain function is there. */
    exclusive<O, I = void, TState extends TypedState = UntypedState>(
      opts: ObjectHandlerOpts<I, O>,
      fn: (ctx: ObjectContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<ObjectContext<TState>, I, O>;
    exclusive<O, I = void, TState extends TypedState = UntypedState>(
      fn: (ctx: ObjectContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<ObjectContext<TState>, I, O>;

    /** For handlers of a virtual object that run beside all others and only read state. */
    shared<O, I = void, TState extends TypedState = UntypedState>(
      opts: ObjectHandlerOpts<I, O>,
      fn: (ctx: ObjectSharedContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<ObjectSharedContext<TState>, I, O>;
    shared<O, I = void, TState extends TypedState = UntypedState>(
      fn: (ctx: ObjectSharedContext<TState>, input: I) => Promise<O>,
    ): WithoutVoid<ObjectSharedContext<TState>, I, O>;
  };
}

export function maker(kind: HandlerKind, where: string): Any {
  return (optionsOrFn: HandlerOptions | HandlerFunction, fn?: HandlerFunction): HandlerFunction => {
    const [options, run] = typeof optionsOrFn === "function" ? [undefined, optionsOrFn] : [optionsOrFn, fn];
    if (typeof run !== "function") {
      throw new SdkError(
        "RL_SDK_NOT_A_HANDLER",
        `${where} was given ${run === null ? "null" : typeof run} where it needs a function: call it as ${where}(fn) or ${where}(options, fn).`,
      );
    }
    return toHandler(kind, run, options);
  };
}
