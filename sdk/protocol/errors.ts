/** What can be wrong with bytes that claim to be the service protocol. Stable: callers branch on it. */
export type ProtocolErrorCode =
  /** A frame header announces a body over the limit. */
  | "FRAME_TOO_LARGE"
  /** The stream ended in the middle of a frame. */
  | "FRAME_TRUNCATED"
  /** A message body ends in the middle of a field. */
  | "MESSAGE_TRUNCATED"
  /** A message body is not Protobuf: a bad field number, wire type or varint. */
  | "MESSAGE_MALFORMED"
  /** A string field is not UTF-8. */
  | "MESSAGE_INVALID_UTF8"
  /** Messages nested deeper than any real one. */
  | "MESSAGE_TOO_DEEP"
  /** More repeated elements than the decoder is willing to hold as objects. */
  | "MESSAGE_TOO_MANY_ELEMENTS";

/** Bytes from a peer that are not the service protocol. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A stream that cannot be split into frames. */
export class FrameError extends ProtocolError {
  override readonly name = "FrameError";
}

/** A frame whose body is not the message that its type says. */
export class MessageError extends ProtocolError {
  override readonly name = "MessageError";
}
