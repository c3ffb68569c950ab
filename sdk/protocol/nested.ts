import {
  bytes,
  type Field,
  type Fields,
  type MessageOf,
  message,
  optional,
  repeated,
  string,
  type UnknownFields,
  uint32,
  wrapper,
} from "./fields.ts";

/** Messages that occur inside others. */

const headerFields = { key: string(1), value: string(2) };
export type Header = MessageOf<typeof headerFields>;
/** `repeated Header`. */
export const headers = (number: number): Field<readonly Header[], "present"> =>
  repeated(message<Header>(number, () => headerFields));

const failureMetadataFields = { key: string(1), value: string(2) };
type FailureMetadata = MessageOf<typeof failureMetadataFields>;

const failureFields = {
  /** An HTTP status code. */
  code: uint32(1),
  message: string(2),
  /** Since v6. */
  metadata: optional(repeated(message<FailureMetadata>(3, () => failureMetadataFields))),
};
/** An error that the caller of an invocation gets to see. */
export type Failure = MessageOf<typeof failureFields>;
export const failure = (number: number): Field<Failure, "absent"> => message(number, () => failureFields);

const valueFields = { content: bytes(1) };
/** `Value`, which stands for its content. */
export const value = (number: number): Field<Buffer, "absent"> => wrapper(number, () => valueFields);

const stateKeysFields = { keys: repeated(bytes(1)) };
/** `StateKeys`, which stands for its keys. */
export const stateKeys = (number: number): Field<readonly Buffer[], "absent"> => wrapper(number, () => stateKeysFields);

const stateEntryFields = { key: bytes(1), value: bytes(2) };
/** One entry of eager state; an empty value is a value. */
export type StateEntry = MessageOf<typeof stateEntryFields>;
export const stateEntries = (number: number): Field<readonly StateEntry[], "present"> =>
  repeated(message<StateEntry>(number, () => stateEntryFields));

const workflowTargetFields = {
  workflowName: string(1),
  workflowKey: string(2),
  /** Since v7. */
  scope: optional(string(3)),
};
export type WorkflowTarget = MessageOf<typeof workflowTargetFields>;
export const workflowTarget = (number: number): Field<WorkflowTarget, "absent"> =>
  message(number, () => workflowTargetFields);

const idempotentRequestTargetFields = {
  serviceName: string(1),
  serviceKey: optional(string(2)),
  handlerName: string(3),
  idempotencyKey: string(4),
  /** Since v7. */
  scope: optional(string(5)),
};
export type IdempotentRequestTarget = MessageOf<typeof idempotentRequestTargetFields>;
export const idempotentRequestTarget = (number: number): Field<IdempotentRequestTarget, "absent"> =>
  message(number, () => idempotentRequestTargetFields);

/** How a future combines its children (v7). `Unknown` is treated as `FirstCompleted`. */
export const CombinatorType = {
  Unknown: 0,
  /** `Promise.race` */
  FirstCompleted: 1,
  /** `Promise.allSettled` */
  AllCompleted: 2,
  /** `Promise.any` */
  FirstSucceededOrAllFailed: 3,
  /** `Promise.all` */
  AllSucceededOrFirstFailed: 4,
} as const;
export type CombinatorType = (typeof CombinatorType)[keyof typeof CombinatorType];

/** An await point as a tree of combinators (v7); its own notifications are the leaves beside the nested futures. */
export interface FutureMessage extends UnknownFields {
  readonly waitingCompletions: readonly number[];
  readonly waitingSignals: readonly number[];
  readonly waitingNamedSignals: readonly string[];
  readonly nestedFutures: readonly FutureMessage[];
  /** A `CombinatorType`; a newer protocol may know more of them. */
  readonly combinatorType: number;
}

const futureFields: Fields = {
  waitingCompletions: repeated(uint32(1)),
  waitingSignals: repeated(uint32(2)),
  waitingNamedSignals: repeated(string(3)),
  nestedFutures: repeated(message<FutureMessage>(4, () => futureFields)),
  combinatorType: uint32(5),
};
export const future = (number: number): Field<FutureMessage, "absent"> => message(number, () => futureFields);
