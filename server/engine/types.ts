import type { Failure } from "../../sdk/protocol/index.ts";
import type { ErrorCode } from "../error-codes/index.ts";
import type { Deployment, Handler } from "../registry/types.ts";

/** Row number of an invocation; grows with time and is never used twice. */
export type InvocationSeq = number;

export interface Target {
  readonly service: string;
  readonly handler: string;
  /** For virtual objects and workflows. */
  readonly key: string | undefined;
  readonly scope: string | undefined;
}

export interface InvokeRequest {
  readonly target: Target;
  /** Headers of the journal's input entry, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly idempotencyKey: string | undefined;
  readonly limitKey: string | undefined;
  /** Milliseconds since the epoch; `undefined` or past: at once. */
  readonly executeAtMs: number | undefined;
}

export type Outcome =
  | { readonly kind: "value"; readonly value: Buffer }
  | { readonly kind: "failure"; readonly failure: Failure };

/** The end of an invocation, as an ingress client or an attached caller sees it. */
export interface Completion {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly outcome: Outcome;
  /** Set when the answer is a stored result rather than a fresh one; milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined;
}

export interface Accepted {
  /** Textual id (`inv_1…`). */
  readonly id: string;
  /** `attached`: an invocation with this idempotency key or workflow key existed. */
  readonly status: "accepted" | "attached";
  readonly executeAtMs: number | undefined;
}

/** What `output` says about an invocation. */
export type OutputState =
  | { readonly kind: "unknown" }
  | { readonly kind: "pending"; readonly id: string }
  | { readonly kind: "done"; readonly completion: Completion };

/** How the caller names an existing invocation. */
export type InvocationReference =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "workflow"; readonly service: string; readonly key: string; readonly scope: string | undefined }
  | {
      readonly kind: "idempotent";
      readonly service: string;
      readonly handler: string;
      readonly key: string | undefined;
      readonly idempotencyKey: string;
      readonly scope: string | undefined;
    };

/** One running attempt: everything a transport needs to drive it. */
export interface AttemptStart {
  /** Unique in this process; names the attempt in every later call. */
  readonly attempt: number;
  readonly seq: InvocationSeq;
  /** 24 bytes, the form of `StartMessage.id`. */
  readonly idBytes: Buffer;
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
  readonly scope: string | undefined;
  readonly limitKey: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly deployment: Deployment;
  readonly handlerSpec: Handler;
  readonly protocolVersion: number;
  /** Journal entries to replay: indexes 0 to knownEntries - 1. */
  readonly knownEntries: number;
  /**
   * The framed journal when the engine has it at hand (a first attempt: the framed input entry); otherwise the
   * host reads it with `AttemptReads.replay`.
   */
  readonly replay: readonly Buffer[] | undefined;
  readonly retryCount: number;
  readonly durationSinceLastEntryMs: number;
  readonly randomSeed: bigint;
  /** W3C trace context to pass on, when the invocation came with one. */
  readonly traceparent: string | undefined;
}

/** A running attempt, for those who look at the server. */
export interface RunningAttempt {
  readonly seq: InvocationSeq;
  readonly startedAtMs: number;
  readonly deployment: string;
  /** `x-restate-server` of the response, once it is there. */
  readonly server: string | undefined;
  /** Failed attempts before this one, since the last stored entry. */
  readonly retryCount: number;
  /** Body of the last AwaitingOnMessage. */
  readonly awaiting: Buffer | undefined;
}

/** Why an attempt failed, as the retry policy and the people who read it need it. */
export interface AttemptFailure {
  /** HTTP-like code: 500, 570 (journal mismatch), 571 (protocol violation), … */
  readonly code: number;
  readonly message: string;
  readonly stacktrace: string | undefined;
  /** The real server's code where it has one: RT0001, RT0010, … */
  readonly restateCode: ErrorCode | undefined;
  readonly relatedCommandIndex: number | undefined;
  readonly relatedCommandName: string | undefined;
  readonly relatedCommandType: number | undefined;
  /** Overrides the policy for the next attempt only. */
  readonly nextRetryDelayMs: number | undefined;
  /** `wait`: nothing serves the invocation now, which says nothing about it; the retry policy does not count it. */
  readonly behavior: "retry" | "pause" | "fail" | "wait";
}

/**
 * Runs attempts. The engine calls it from the outbox only: after the commit of what it refers to, and, where the
 * durability barrier says so, after the flush. No method throws; failures come back through `AttemptEvents`.
 */
export interface AttemptHost {
  start(attempt: AttemptStart): void;
  /** A framed message for a running attempt, to be sent after the replay. Unknown attempts are ignored. */
  deliver(attempt: number, frame: Buffer): void;
  /** Cuts a running attempt off at once without reporting back: its invocation is over (kill, shutdown). */
  abort(attempt: number): void;
  /** Ends a running attempt without reporting back, while its invocation goes on: the SDK suspends, and is not heard. */
  letGo(attempt: number): void;
  /** Half-closes the request before its time, so that the SDK suspends where it waits: its place is wanted. */
  closeInput(attempt: number): void;
}

/** What a host reports back. Each call is one or more engine commands inside the current turn. */
export interface AttemptEvents {
  /** Complete messages of the SDK in order, as they arrived in one chunk. */
  messages(attempt: number, frames: readonly { type: number; flags: number; body: Buffer }[]): void;
  /** `x-restate-server` of the response. */
  server(attempt: number, name: string): void;
  /** The response ended, or the transport broke, before End, Suspension or Error arrived. */
  failed(attempt: number, failure: AttemptFailure): void;
  /** The transport is done with an attempt whose terminal message was handed over, which ended it for the engine. */
  closed(attempt: number): void;
}

/** What a host may ask the engine while it sends the start of an attempt. Reads only. */
export interface AttemptReads {
  /** Framed journal entries `from` to `to` (exclusive), as many as fit in about `limitBytes`; at least one. */
  replay(seq: InvocationSeq, from: number, to: number, limitBytes: number): Buffer[];
  /** State of the attempt's object, whole or cut off at `limitBytes` (then `isPartial`). */
  eagerState(
    start: AttemptStart,
    limitBytes: number,
  ): { readonly entries: readonly { key: Buffer; value: Buffer }[]; readonly isPartial: boolean };
}
