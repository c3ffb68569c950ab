import type { Any } from "./any.ts";

/*
 * Contexts of this SDK and of the official one are to fit where the other is asked for, so that a library typed
 * against one takes the other's. The compiler cannot see by itself that they do: it would have to find that
 * `Client<Service<D>>` of one package and of the other are the same for every `D`, but a definition carries its
 * handlers' types only in the arguments of an alias, and those do not compare across packages. Two declarations spare
 * it the comparison. Neither changes what a call means.
 */

type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * `C` for every `D` there is. While `D` is not known, anything fits (the compiler tries `any` for it), so a context
 * of the official SDK fits where ours is asked for.
 */
export type Comparable<D, C> = IsAny<D> extends false ? C : Any;

declare const otherSdk: unique symbol;

/**
 * The `this` of signatures that no call can use, because no context has this type. They count in comparisons, where
 * `this` does not: our contexts fit where one of the official SDK is asked for. They take as many arguments as the
 * others, so that the compiler's word on one too many is about their number.
 */
export interface OtherSdk {
  readonly [otherSdk]: never;
}
