/**
 * The wire format of Restate's service protocol, for both sides of it: frames, messages, ids. Nothing here does I/O
 * or knows what a message means.
 *
 * - A stream is a sequence of frames (`frame`), each with the number of its `message-type`. `versions` are 5 to 7;
 *   they differ in fields only, so there is one codec for all of them, and fields of v7 stay absent when talking v5.
 * - Each message type has a codec of the name that the protocol gives it, without the suffix "Message"; completions
 *   are named after their command. Its fields are described once, in `core`, `commands` and `notifications`, with
 *   `nested` for messages inside others. Both the TypeScript type and the bytes follow from that description.
 * - `fields` is the language of these descriptions, `codec` makes codecs of them, `shape` lays a message out for
 *   speed for `reader` and `writer`; `errors` is what can be wrong with bytes.
 * - Ids: `invocation-id`, `awakeable-id`, `resource-id` (deployments, subscriptions), in digits of `base62`.
 */
export { decodeAwakeableId, encodeSignalAwakeableId } from "./awakeable-id.ts";
export { type BodyCodec, type BodyReader, type Codec, codecOf } from "./codec.ts";
export * from "./commands.ts";
export * from "./core.ts";
export { FrameError, MessageError, ProtocolError } from "./errors.ts";
export type { Draft, Fields } from "./fields.ts";
export { encodeFrame, FRAME_HEADER_BYTES, type Frame, FrameDecoder, REQUESTED_ACK } from "./frame.ts";
export { decodeInvocationId, encodeInvocationId, INVOCATION_ID_BYTES } from "./invocation-id.ts";
export {
  FIRST_COMMAND,
  FIRST_CUSTOM,
  FIRST_NOTIFICATION,
  isCommand,
  isCustomEntry,
  isNotification,
  MessageType,
  messageTypeName,
} from "./message-type.ts";
export {
  CombinatorType,
  type Failure,
  type FutureMessage,
  type Header,
  type IdempotentRequestTarget,
  type StateEntry,
  type WorkflowTarget,
} from "./nested.ts";
export * from "./notifications.ts";
export { decodeResourceId, encodeResourceId } from "./resource-id.ts";
export {
  invocationContentType,
  invocationVersionOf,
  isInvocationContentType,
  MANIFEST_VERSIONS,
  type ManifestVersion,
  manifestContentType,
  SERVICE_PROTOCOL_VERSIONS,
  type ServiceProtocolVersion,
} from "./versions.ts";
