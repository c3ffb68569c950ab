import type { AttemptReceiver, AttemptRequest } from "../transport.ts";

/** An attempt that wants a stream. */
export interface Wish {
  readonly request: AttemptRequest;
  readonly receiver: AttemptReceiver;
  isWithdrawn: boolean;
  /** Times that a new connection has refused it. */
  refusals: number;
}
