import type { Any, HandlerDescriptor, InferInput, InferOutput } from "../core/index.ts";
import type { Opts, SendOpts } from "./call-options.ts";
import type { InvocationHandle, InvocationPromise } from "./invocation.ts";

/** The first of a handler's arguments after the context. */
export type InferArg<P> = P extends [infer A, ...Any[]] ? A : unknown;

/** Calls handlers of the types `M`: each becomes a method without the context, with options at the end. */
export type Client<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (arg: Any, ...args: infer P) => PromiseLike<infer O>
    ? (...args: [...P, ...[opts?: Opts<InferArg<P>, O>]]) => InvocationPromise<O>
    : never;
};

/** Sends to handlers of the types `M`; the methods do not answer with a result. */
export type SendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (arg: Any, ...args: infer P) => void
    ? (...args: [...P, ...[opts?: SendOpts<InferArg<P>>]]) => InvocationHandle
    : never;
};

/** `Client` of the handlers of a service interface. */
export type ClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  // biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without input is one whose input is void
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>) => InvocationPromise<InferOutput<H[K]>>
    : (
        input: InferInput<H[K]>,
        opts?: Opts<InferInput<H[K]>, InferOutput<H[K]>>,
      ) => InvocationPromise<InferOutput<H[K]>>;
};

/** `SendClient` of the handlers of a service interface. */
export type SendClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  // biome-ignore lint/suspicious/noConfusingVoidType: reason: a handler without input is one whose input is void
  readonly [K in keyof H]: [InferInput<H[K]>] extends [void]
    ? (opts?: SendOpts<InferInput<H[K]>>) => InvocationHandle
    : (input: InferInput<H[K]>, opts?: SendOpts<InferInput<H[K]>>) => InvocationHandle;
};
