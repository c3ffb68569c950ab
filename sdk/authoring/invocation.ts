import type { Serde, TerminalError } from "../core/index.ts";
import type { RestatePromise } from "./promise.ts";

/** `inv_1…`. `InvocationIdParser.fromString` makes one of a string. */
export type InvocationId = string & { __brand: "InvocationId" };

export type InvocationHandle = {
  /** Known once the server has accepted the call. */
  readonly invocationId: Promise<InvocationId>;
};

/** The result of a call, and the id of the invocation that it made. */
export type InvocationPromise<T> = RestatePromise<T> & InvocationHandle;

/** Another invocation, by its id. */
export interface InvocationReference {
  /** @param serde default: the handler's default serde */
  signal<T>(name: string, serde?: Serde<T>): SignalReference<T>;
  cancel(): void;
  /**
   * The invocation's result.
   *
   * @param serde default: the handler's default serde
   */
  attach<T>(serde?: Serde<T>): RestatePromise<T>;
}

/** A named signal of another invocation. */
export interface SignalReference<T> {
  resolve(payload?: T): void;
  /** Whoever awaits the signal gets a `TerminalError`: this one, or one with this message. */
  reject(reason: string | TerminalError): void;
}
