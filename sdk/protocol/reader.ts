import Pbf from "pbf";
import { MessageError } from "./errors.ts";
import { Kind } from "./fields.ts";
import { type CompiledField, EMPTY_BYTES, type Shape, WireType, wireTypeOf } from "./shape.ts";

/** The depth at which other Protobuf libraries give up, too. */
const MAX_DEPTH = 100;

/**
 * A two-byte element becomes an object of a hundred bytes, so the limit on the bytes of a frame alone would let a
 * frame of 32 MiB take gigabytes.
 */
const MAX_ELEMENTS = 1_000_000;

/** Tag of `Value.content`, the only field of the message that nearly all payloads are wrapped in. */
const CONTENT_TAG = (1 << 3) | WireType.Delimited;

/** What Protobuf allows. */
const MAX_FIELD_NUMBER = 2 ** 29 - 1;

type Target = Record<string, unknown>;

/** One reader for all messages: decoding is synchronous and never calls out. */
const pbf = new Pbf(EMPTY_BYTES);
let elements = 0;
let keepsUnknown = true;
/** Messages whose `unknownFields` are still in parts. */
let unfinished: Target[] = [];

/**
 * Decodes a message body. Bytes fields are views of `body`.
 *
 * @param keepUnknown whether fields that the message does not know are kept or dropped
 * @throws MessageError when `body` is not such a message
 */
export function readMessage(shape: Shape, body: Uint8Array, keepUnknown: boolean): Target {
  pbf.buf = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  pbf.pos = 0;
  pbf.length = body.length;
  elements = 0;
  keepsUnknown = keepUnknown;
  try {
    const message = readFields(shape, { ...shape.defaults }, body.length, 0);
    for (const target of unfinished) target.unknownFields = (target.unknownFields as UnknownParts).bytes();
    return message;
  } finally {
    pbf.buf = EMPTY_BYTES;
    if (unfinished.length > 0) unfinished = [];
  }
}

function readFields(shape: Shape, target: Target, end: number, depth: number): Target {
  while (pbf.pos < end) {
    const start = pbf.pos;
    const tag = readVarint(end);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    const field = shape.byNumber[number];
    if (field !== undefined && readField(field, wireType, target, end, depth)) continue;
    if (number === 0 || number > MAX_FIELD_NUMBER) throw malformed(`field number ${number}`);
    skip(wireType, end);
    if (keepsUnknown) unknownOf(target).addRange(start, pbf.pos);
  }
  return target;
}

/** Reads a known field. Answers false, having read nothing, when the wire type is not the field's. */
function readField(field: CompiledField, wireType: number, target: Target, end: number, depth: number): boolean {
  if (wireType !== wireTypeOf(field.kind)) {
    if (field.repeated && wireType === WireType.Delimited) {
      readPacked(field, target, end);
      return true;
    }
    return false;
  }
  let value: unknown;
  switch (field.kind) {
    case Kind.Bytes:
      value = readBytes(end);
      break;
    case Kind.String:
      value = readString(end);
      break;
    case Kind.Uint32:
      value = readUint32(end);
      break;
    case Kind.Bool:
      value = readVarint(end) !== 0;
      break;
    case Kind.Millis:
      value = Math.min(readVarint(end), Number.MAX_SAFE_INTEGER);
      break;
    case Kind.Uint64:
      value = readUint64(end);
      break;
    default:
      value = readNested(field, field.shape as Shape, target, end, depth + 1);
  }
  if (field.repeated) push(target, field.name, value);
  else {
    target[field.name] = value;
    for (let i = 0; i < field.rivals.length; i++) target[field.rivals[i] as string] = undefined;
  }
  return true;
}

function readNested(field: CompiledField, shape: Shape, parent: Target, end: number, depth: number): unknown {
  const nestedEnd = readLength(end);
  const before = field.repeated ? undefined : parent[field.name];
  if (field.kind === Kind.Void && pbf.pos === nestedEnd) return true;
  if (depth > MAX_DEPTH) throw new MessageError("MESSAGE_TOO_DEEP", `messages nested deeper than ${MAX_DEPTH}`);
  if (field.kind === Kind.Message) {
    // Proto3: a message field that occurs twice is merged.
    return readFields(shape, (before as Target | undefined) ?? { ...shape.defaults }, nestedEnd, depth);
  }
  if (before === undefined && pbf.buf[pbf.pos] === CONTENT_TAG && shape.soleName === "content") {
    const start = pbf.pos++;
    const content = readBytes(nestedEnd);
    if (pbf.pos === nestedEnd) return content;
    pbf.pos = start;
  }
  return readWrapper(field, shape, parent, before, nestedEnd, depth);
}

/**
 * A wrapper or void in its general form. What it holds beyond its known field has no place in TypeScript; it is kept
 * as one more occurrence of the whole field, which every reader merges with the first.
 */
function readWrapper(
  field: CompiledField,
  shape: Shape,
  parent: Target,
  before: unknown,
  end: number,
  depth: number,
): unknown {
  const nested: Target = { ...shape.defaults };
  const name = shape.soleName;
  if (name !== undefined && before !== undefined) nested[name] = before;
  readFields(shape, nested, end, depth);
  const rest = nested.unknownFields as UnknownParts | undefined;
  if (rest !== undefined) unknownOf(parent).addBytes(delimitedField(field.tag, rest.bytes()));
  return name === undefined ? true : nested[name];
}

function delimitedField(tag: number, content: Buffer): Buffer {
  const writer = new Pbf(Buffer.allocUnsafe(16));
  writer.writeVarint(tag);
  writer.writeVarint(content.length);
  return Buffer.concat([writer.finish(), content]);
}

function unknownOf(target: Target): UnknownParts {
  const known = target.unknownFields as UnknownParts | undefined;
  if (known !== undefined) return known;
  const parts = new UnknownParts();
  target.unknownFields = parts;
  unfinished.push(target);
  return parts;
}

function readPacked(field: CompiledField, target: Target, end: number): void {
  const packedEnd = readLength(end);
  while (pbf.pos < packedEnd) push(target, field.name, readUint32(packedEnd));
}

function push(target: Target, name: string, element: unknown): void {
  countElement();
  const list = target[name] as unknown[] | undefined;
  if (list === undefined || list.length === 0) target[name] = [element];
  else list.push(element);
}

function countElement(): void {
  if (++elements > MAX_ELEMENTS) {
    throw new MessageError("MESSAGE_TOO_MANY_ELEMENTS", `more than ${MAX_ELEMENTS} elements in one message`);
  }
}

function readVarint(end: number, isSigned = false): number {
  const first = pbf.buf[pbf.pos] as number;
  let value: number;
  if (first < 0x80) {
    pbf.pos++;
    value = first;
  } else {
    try {
      value = pbf.readVarint(isSigned);
    } catch {
      // Past the end of the buffer pbf reads undefined, which looks like a varint without an end.
      if (pbf.pos >= end) throw truncated();
      throw malformed("varint of more than 10 bytes");
    }
  }
  if (pbf.pos > end) throw truncated();
  return value;
}

/** Longer varints lose their upper half, as the specification has it; a Number read as signed keeps the lower. */
function readUint32(end: number): number {
  return readVarint(end, true) >>> 0;
}

/** Reads a length and answers the position at which the field ends. */
function readLength(end: number): number {
  const length = readVarint(end);
  const fieldEnd = pbf.pos + length;
  if (fieldEnd > end) throw truncated();
  return fieldEnd;
}

function readBytes(end: number): Buffer {
  const fieldEnd = readLength(end);
  if (fieldEnd === pbf.pos) return EMPTY_BYTES;
  const value = (pbf.buf as Buffer).subarray(pbf.pos, fieldEnd);
  pbf.pos = fieldEnd;
  return value;
}

/** Up to here a loop over ASCII characters beats a call into the runtime. */
const SHORT_STRING = 12;

function readString(end: number): string {
  const fieldEnd = readLength(end);
  const start = pbf.pos;
  pbf.pos = fieldEnd;
  if (fieldEnd - start <= SHORT_STRING) {
    const short = readAscii(start, fieldEnd);
    if (short !== undefined) return short;
  }
  const buf = pbf.buf as Buffer;
  const text = buf.toString("utf8", start, fieldEnd);
  if (text.includes("\ufffd") && !isUtf8(buf.subarray(start, fieldEnd))) {
    throw new MessageError("MESSAGE_INVALID_UTF8", "a string field is not UTF-8");
  }
  return text;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Asked for texts with a replacement character only, so it need not be fast; `node:buffer` does not exist everywhere. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Four characters at a time, which halves the number of strings on the way. */
function readAscii(start: number, end: number): string | undefined {
  const buf = pbf.buf;
  let text = "";
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const a = buf[i] as number;
    const b = buf[i + 1] as number;
    const c = buf[i + 2] as number;
    const d = buf[i + 3] as number;
    if ((a | b | c | d) >= 0x80) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const a = buf[i] as number;
    if (a >= 0x80) return undefined;
    text += String.fromCharCode(a);
  }
  return text;
}

const uint64 = new DataView(new ArrayBuffer(8));

/** Reads a varint as an unsigned 64-bit number, in two halves: arithmetic on bigints allocates. */
function readUint64(end: number): bigint {
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (pbf.pos >= end) throw truncated();
    const byte = pbf.buf[pbf.pos++] as number;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift > 28) high |= bits << (shift - 32);
    else {
      low |= bits << 28;
      high = bits >>> 4;
    }
    if (byte < 0x80) {
      uint64.setUint32(0, high);
      uint64.setUint32(4, low);
      return uint64.getBigUint64(0);
    }
  }
  throw malformed("varint of more than 10 bytes");
}

function skip(wireType: number, end: number): void {
  switch (wireType) {
    case WireType.Varint:
      readVarint(end);
      return;
    case WireType.Delimited:
      pbf.pos = readLength(end);
      return;
    case WireType.Fixed32:
      pbf.pos += 4;
      break;
    case WireType.Fixed64:
      pbf.pos += 8;
      break;
    default:
      throw malformed(`wire type ${wireType}`);
  }
  if (pbf.pos > end) throw truncated();
}

/** The parts of a message that it does not know; neighbours are kept as one. */
class UnknownParts {
  readonly #parts: Buffer[] = [];
  #start = 0;
  #end = 0;

  /** Adds a part of the body. */
  addRange(start: number, end: number): void {
    if (start !== this.#end || this.#start === this.#end) {
      this.#close();
      this.#start = start;
    }
    this.#end = end;
  }

  addBytes(bytes: Buffer): void {
    this.#close();
    countElement();
    this.#parts.push(bytes);
  }

  bytes(): Buffer {
    this.#close();
    return this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
  }

  #close(): void {
    if (this.#start === this.#end) return;
    countElement();
    this.#parts.push((pbf.buf as Buffer).subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

function truncated(): MessageError {
  return new MessageError("MESSAGE_TRUNCATED", "the message ends in the middle of a field");
}

function malformed(what: string): MessageError {
  return new MessageError("MESSAGE_MALFORMED", `not a Protobuf message: ${what}`);
}
