import type { FlowSnapshot } from "../../../engine/index.ts";

/** A running attempt: what is in no table. */
export interface LiveRow {
  readonly seq: number;
  readonly startedAtMs: number;
  readonly deployment: string;
  readonly server: string | undefined;
  readonly retryCount: number;
  /** Body of the last AwaitingOnMessage. */
  readonly awaiting: Uint8Array | undefined;
}

/** What is not in the database and goes along with a query: what only the server's memory knows, and the time. */
export interface Moment {
  readonly live: readonly LiveRow[];
  readonly flow: FlowSnapshot;
  readonly nowMs: number;
}
