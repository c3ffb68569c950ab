/** What the load process is asked to do, and what it answers. Both travel over the process's IPC channel. */

export interface Duration {
  /** Load that is sent, and not measured, before the measurement. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** HTTP/1.1 requests, each connection sending its next one when it has the answer to the last. */
export interface HttpOrder extends Duration {
  readonly kind: "http";
  readonly port: number;
  readonly connections: number;
  readonly method: "POST" | "GET";
  /** Connection number n asks for path n modulo their count. */
  readonly paths: readonly string[];
  /** JSON text. */
  readonly body: string;
  readonly expectedStatus: number;
  /** The body of every right answer; `undefined` where answers differ. */
  readonly expectedBody?: string;
  /** Stop after so many answers, all of them measured, instead of after a time. */
  readonly answers?: number;
}

/** Attempts on an endpoint, without a server: the service protocol over one HTTP/2 connection. */
export interface EndpointOrder extends Duration {
  readonly kind: "endpoint";
  readonly port: number;
  readonly streams: number;
  readonly path: string;
  readonly body: string;
  readonly expectedBody: string;
  /** Steps named `step` with the result 1 that stand in the journal already, for the handler to replay. */
  readonly recordedSteps?: number;
}

/** Overwrites a page of a file and flushes it, again and again. */
export interface FlushOrder extends Duration {
  readonly kind: "flush";
  readonly folder: string;
}

export type Order = HttpOrder | EndpointOrder | FlushOrder;

export interface Measured {
  /** Answers within the measured time. */
  readonly answers: number;
  readonly answersPerSecond: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** Right answers before, within and after the measured time. */
  readonly allAnswers: number;
  /** Wrong answers and broken connections, at any time. */
  readonly errors: number;
  readonly firstError?: string;
  /** CPU time of the load process for an answer, in microseconds. */
  readonly loadCpuUs: number;
}

export type Reply = { readonly measured: Measured } | { readonly failure: string };
