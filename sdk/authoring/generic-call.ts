import type { Duration, Serde } from "../core/index.ts";

/** A call of a handler by its name, without types to check it. */
export type GenericCall<REQ, RES> = {
  service: string;
  /** The handler. */
  method: string;
  parameter: REQ;
  /** Of a virtual object or workflow. */
  key?: string;
  headers?: Record<string, string>;
  /** Default: `serde.binary`. */
  inputSerde?: Serde<REQ>;
  /** Default: `serde.binary`. */
  outputSerde?: Serde<RES>;
  idempotencyKey?: string;
  /** See `Context.scope`. */
  scope?: string;
  /**
   * See `ClientCallOptions.limitKey`; needs `scope`.
   *
   * @experimental
   */
  limitKey?: string;
  /** Shown with the journal entry. */
  name?: string;
};

/** A call of a handler by its name whose result nobody awaits. */
export type GenericSend<REQ> = {
  service: string;
  /** The handler. */
  method: string;
  parameter: REQ;
  /** Of a virtual object or workflow. */
  key?: string;
  headers?: Record<string, string>;
  /** Default: `serde.binary`. */
  inputSerde?: Serde<REQ>;
  /** Start no earlier than so long from now. A number is milliseconds. */
  delay?: Duration | number;
  idempotencyKey?: string;
  /** See `Context.scope`. */
  scope?: string;
  /**
   * See `ClientCallOptions.limitKey`; needs `scope`.
   *
   * @experimental
   */
  limitKey?: string;
  /** Shown with the journal entry. */
  name?: string;
};
