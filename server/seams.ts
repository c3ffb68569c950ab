/**
 * The seams through which time and identity enter the server. The engine and everything below it take these
 * as arguments, so a test or the simulator owns them.
 */
export interface Clock {
  /** Milliseconds since the UNIX epoch. */
  nowMs(): number;
  /** Calls `wake` once at `atMs` or soon after; returns a function that cancels it. */
  wakeAt(atMs: number, wake: () => void): () => void;
}

export interface Ids {
  /** 16 bytes that no other invocation has. */
  invocationBytes(): Buffer;
  /** A deployment id in the real textual form, `dp_1` + base62. */
  deploymentId(): string;
}
