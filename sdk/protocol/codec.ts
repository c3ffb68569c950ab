import type { Draft, Fields, MessageOf } from "./fields.ts";
import { readMessage } from "./reader.ts";
import { compile } from "./shape.ts";
import { writeFramedMessage, writeMessage } from "./writer.ts";

/** Encodes and decodes the body of a message. */
export interface BodyCodec<T> {
  /** The description that the codec follows. */
  readonly fields: Fields;
  /** Encodes a message; fields left out have their default. */
  encode(message: Draft<T>): Buffer;
  /**
   * Decodes a body. Bytes fields are views of it: copy what outlives it.
   *
   * @throws MessageError when the bytes are not such a message
   */
  decode(body: Uint8Array): T;
}

/** The codec of one message type. */
export interface Codec<T> extends BodyCodec<T> {
  /** Type number in the frame header. */
  readonly type: number;
  /** Encodes a message with its frame header, in one Buffer. */
  frame(message: Draft<T>, flags?: number): Buffer;
}

/** A codec for bodies that have no type number of their own. */
export function bodyCodec<F extends Fields>(fields: F): BodyCodec<MessageOf<F>> {
  const shape = compile(fields);
  return {
    fields,
    encode: (message) => writeMessage(shape, message as Record<string, unknown>),
    decode: (body) => readMessage(shape, body, true) as MessageOf<F>,
  };
}

/** Reads some fields of a body and drops the rest. */
export interface BodyReader<T> {
  /** @throws MessageError when the bytes are not Protobuf */
  decode(body: Uint8Array): T;
}

/** A reader of what several message types have in common. */
export function bodyReader<F extends Fields>(fields: F): BodyReader<MessageOf<F>> {
  const shape = compile(fields);
  return { decode: (body) => readMessage(shape, body, false) as MessageOf<F> };
}

const codecs = new Map<number, Codec<unknown>>();

/** The codec of a message type; `codecOf` finds it from then on. */
export function codec<F extends Fields>(type: number, fields: F): Codec<MessageOf<F>> {
  const shape = compile(fields);
  const created: Codec<MessageOf<F>> = {
    type,
    ...bodyCodec(fields),
    frame: (message, flags = 0) => writeFramedMessage(shape, message as Record<string, unknown>, type, flags),
  };
  codecs.set(type, created as unknown as Codec<unknown>);
  return created;
}

/** The codec for a type number; `undefined` for custom entries and unknown types. */
export function codecOf(type: number): Codec<unknown> | undefined {
  return codecs.get(type);
}
