import type { Any, HandlerDescriptor, InferInput, InferOutput } from "../core/index.ts";
import type { Opts, SendOpts } from "./options.ts";

/** The type of a handler's argument, from the tuple of its parameters without the context. */
export type InferArgType<P> = P extends [infer A, ...Any[]] ? A : unknown;

/** A service or object as its clients see it: the handlers without their context, with options as last argument. */
export type IngressClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (arg: Any, ...args: infer P) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArgType<P>, O>]]) => PromiseLike<O>
    : never;
};

/** The same for sends, which answer as soon as the server has accepted the invocation. */
export type IngressSendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (arg: Any, ...args: infer P) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: SendOpts<InferArgType<P>>]]) => Promise<Send<O>>
    : never;
};

/** A client of a contract made with `iface`. */
export type IngressClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  // biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without an argument declares `void`.
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>) => Promise<InferOutput<H[K]>>
    : (input: InferInput<H[K]>, opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>) => Promise<InferOutput<H[K]>>;
};

/** A send client of a contract made with `iface`. */
export type IngressSendClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  // biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without an argument declares `void`.
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: SendOpts<InferInput<H[K]>>) => Promise<Send<InferOutput<H[K]>>>
    : (input: InferInput<H[K]>, opts?: SendOpts<InferInput<H[K]>>) => Promise<Send<InferOutput<H[K]>>>;
};

/** An accepted send. `Ingress.result` waits for its result, whose type it takes from `_T`. */
export type Send<_T = unknown> = {
  invocationId: string;

  /** `PreviouslyAccepted`: an invocation with this idempotency key was there already. */
  status: "Accepted" | "PreviouslyAccepted";

  /** Whether {@link Ingress.result} may be asked for the result: with an idempotency key. */
  attachable: boolean;
};

/** An accepted workflow. `Ingress.result` waits for its result, whose type it takes from `_T`. */
export type WorkflowSubmission<_T> = {
  readonly invocationId: string;

  /**
   * `PreviouslyAccepted`: a workflow of this key was there already. With retries on, that may be the work of an earlier
   * attempt of the same submission whose answer was lost.
   */
  readonly status: "Accepted" | "PreviouslyAccepted";

  readonly attachable: true;
};

/** A look at a workflow's output. */
export interface Output<O> {
  /** Whether the workflow has ended. */
  ready: boolean;

  /** What it returned. Reading it while `ready` is false throws. */
  result: O;
}

/** A workflow as its clients see it: its interaction handlers, and the operations on its run. */
export type IngressWorkflowClient<M> = Omit<
  {
    [K in keyof M as M[K] extends never ? never : K]: M[K] extends (arg: Any, ...args: infer P) => PromiseLike<infer O>
      ? (...args: [...P, ...[opts?: Opts<InferArgType<P>, O>]]) => PromiseLike<O>
      : never;
  } & {
    /** Starts the workflow, once: a second submission under the same key finds the first. Does not wait for the end. */
    workflowSubmit: M extends Record<string, unknown>
      ? M["run"] extends (arg: Any, ...args: infer I) => Promise<infer O>
        ? (...args: [...I, ...[opts?: SendOpts<InferArgType<I>>]]) => Promise<WorkflowSubmission<O>>
        : never
      : never;

    /** Waits for the end of a submitted workflow: its result, or its error. Can be repeated. */
    workflowAttach: M extends Record<string, unknown>
      ? M["run"] extends (...args: Any) => Promise<infer O>
        ? (opts?: Opts<void, O>) => Promise<O>
        : never
      : never;

    /** Looks whether a submitted workflow has ended, without waiting. */
    workflowOutput: M extends Record<string, unknown>
      ? M["run"] extends (...args: Any) => Promise<infer O>
        ? (opts?: Opts<void, O>) => Promise<Output<O>>
        : never
      : never;
  },
  "run"
>;
