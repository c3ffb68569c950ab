import Pbf from "pbf";
import { Kind } from "./fields.ts";
import { FRAME_HEADER_BYTES, writeFrameHeader } from "./frame.ts";
import type { CompiledField, Shape } from "./shape.ts";

/** Messages up to this size are written here and copied out; larger ones get a Buffer of their own. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/** One writer for all messages: encoding is synchronous and never calls out. */
const pbf = new Pbf(scratch);

/** Most bytes that a tag and a length (or a 64-bit varint) take, with what pbf wants free behind them. */
const FIELD_OVERHEAD_BYTES = 20;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_PER_CHARACTER = 3;
/** Up to here a loop over ASCII characters beats a call into the runtime. */
const SHORT_STRING = 16;

type Source = Readonly<Record<string, unknown>>;

/** Encodes a message without a frame header. */
export function writeMessage(shape: Shape, message: Source): Buffer {
  return write(shape, message, 0, 0, 0);
}

/** Encodes a message behind its frame header. */
export function writeFramedMessage(shape: Shape, message: Source, type: number, flags: number): Buffer {
  return write(shape, message, FRAME_HEADER_BYTES, type, flags);
}

function write(shape: Shape, message: Source, headerBytes: number, type: number, flags: number): Buffer {
  const bound = headerBytes + boundOf(shape, message);
  const target = bound <= scratch.length ? scratch : Buffer.allocUnsafeSlow(bound);
  pbf.buf = target;
  pbf.length = target.length;
  pbf.pos = headerBytes;
  try {
    writeFields(shape, message);
    const length = pbf.pos;
    if (headerBytes > 0) writeFrameHeader(target, 0, type, flags, length - headerBytes);
    if (target !== scratch && length > bound / 2) return target.subarray(0, length);
    const result = Buffer.allocUnsafe(length);
    target.copy(result, 0, 0, length);
    return result;
  } finally {
    pbf.buf = scratch;
  }
}

/** An upper bound of the encoded size, so that the writer never has to grow its Buffer. */
function boundOf(shape: Shape, message: Source): number {
  let bound = FIELD_OVERHEAD_BYTES;
  const fields = shape.fields;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as CompiledField;
    const value = message[field.name];
    if (value === undefined) continue;
    if (!field.repeated) bound += boundOfValue(field, value);
    else for (const element of value as readonly unknown[]) bound += boundOfValue(field, element);
  }
  const unknown = message.unknownFields as Buffer | undefined;
  return unknown === undefined ? bound : bound + unknown.length;
}

function boundOfValue(field: CompiledField, value: unknown): number {
  switch (field.kind) {
    case Kind.String:
      return FIELD_OVERHEAD_BYTES + BYTES_PER_CHARACTER * (value as string).length;
    case Kind.Bytes:
      return FIELD_OVERHEAD_BYTES + (value as Uint8Array).length;
    case Kind.Message:
      return FIELD_OVERHEAD_BYTES + boundOf(field.shape as Shape, value as Source);
    case Kind.Wrapper: {
      const sole = (field.shape as Shape).fields[0] as CompiledField;
      let bound = 2 * FIELD_OVERHEAD_BYTES;
      if (!sole.repeated) return bound + boundOfValue(sole, value);
      for (const element of value as readonly unknown[]) bound += boundOfValue(sole, element);
      return bound;
    }
    default:
      return FIELD_OVERHEAD_BYTES;
  }
}

function writeFields(shape: Shape, message: Source): void {
  const fields = shape.fields;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as CompiledField;
    const value = message[field.name];
    if (value !== undefined) writeField(field, value);
  }
  const unknown = message.unknownFields as Buffer | undefined;
  if (unknown !== undefined) appendBytes(unknown);
}

function writeField(field: CompiledField, value: unknown): void {
  if (!field.repeated) {
    writeValue(field, value, field.optional);
    return;
  }
  const list = value as readonly unknown[];
  if (list.length === 0) return;
  if (field.kind === Kind.Uint32) {
    const start = beginDelimited(field.tag);
    for (let i = 0; i < list.length; i++) pbf.writeVarint((list[i] as number) >>> 0);
    endDelimited(start);
    return;
  }
  for (let i = 0; i < list.length; i++) writeValue(field, list[i], true);
}

/** Writes one value; a default only when `always`. */
function writeValue(field: CompiledField, value: unknown, always: boolean): void {
  switch (field.kind) {
    case Kind.Bytes: {
      const content = value as Uint8Array;
      if (content.length > 0 || always) writeBytes(field.tag, content);
      return;
    }
    case Kind.String: {
      const text = value as string;
      if (text.length > 0 || always) writeString(field.tag, text);
      return;
    }
    case Kind.Uint32: {
      const number = (value as number) >>> 0;
      if (number !== 0 || always) writeVarintField(field.tag, number);
      return;
    }
    case Kind.Bool:
      if (value === true || always) writeVarintField(field.tag, value === true ? 1 : 0);
      return;
    case Kind.Millis: {
      const number = Math.min(Math.max(0, Math.trunc(value as number)), Number.MAX_SAFE_INTEGER);
      if (number > 0 || always) writeVarintField(field.tag, number);
      return;
    }
    case Kind.Uint64: {
      if (value !== 0n || always) writeUint64(field.tag, value as bigint);
      return;
    }
    case Kind.Message: {
      const start = beginDelimited(field.tag);
      writeFields(field.shape as Shape, value as Source);
      endDelimited(start);
      return;
    }
    case Kind.Wrapper:
      writeWrapper(field, value);
      return;
    case Kind.Void:
      if (value === true) writeVarintField(field.tag, 0);
      return;
  }
}

function writeWrapper(field: CompiledField, value: unknown): void {
  const sole = (field.shape as Shape).fields[0] as CompiledField;
  if (sole.kind === Kind.Bytes && !sole.repeated) {
    // The length is known beforehand, so a large payload is written in place.
    const content = value as Uint8Array;
    pbf.writeVarint(field.tag);
    if (content.length === 0) {
      pbf.writeVarint(0);
      return;
    }
    pbf.writeVarint(1 + varintLength(content.length) + content.length);
    writeBytes(sole.tag, content);
    return;
  }
  const start = beginDelimited(field.tag);
  writeField(sole, value);
  endDelimited(start);
}

function writeVarintField(tag: number, value: number): void {
  pbf.writeVarint(tag);
  pbf.writeVarint(value);
}

const uint64 = new DataView(new ArrayBuffer(8));

/** In two halves: arithmetic on bigints allocates. */
function writeUint64(tag: number, value: bigint): void {
  pbf.writeVarint(tag);
  uint64.setBigUint64(0, value);
  let high = uint64.getUint32(0);
  let low = uint64.getUint32(4);
  while (low > 0x7f || high > 0) {
    pbf.buf[pbf.pos++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  pbf.buf[pbf.pos++] = low;
}

function writeBytes(tag: number, content: Uint8Array): void {
  pbf.writeVarint(tag);
  pbf.writeVarint(content.length);
  appendBytes(content);
}

function appendBytes(content: Uint8Array): void {
  pbf.buf.set(content, pbf.pos);
  pbf.pos += content.length;
}

/** Not with pbf's writeString: pbf 4.0.1 writes characters of every second plane beyond U+20000 wrongly. */
function writeString(tag: number, text: string): void {
  const start = beginDelimited(tag);
  if (text.length > SHORT_STRING || !writeAscii(text)) {
    pbf.pos = start + (pbf.buf as Buffer).write(text, start, "utf8");
  }
  endDelimited(start);
}

/** Answers false when the text is not ASCII; what it wrote until then is to be overwritten. */
function writeAscii(text: string): boolean {
  const buf = pbf.buf;
  const start = pbf.pos;
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    buf[start + i] = code;
  }
  pbf.pos = start + length;
  return true;
}

/** Opens a field whose length is not known yet, with one byte kept free for it. */
function beginDelimited(tag: number): number {
  pbf.writeVarint(tag);
  return ++pbf.pos;
}

/** Writes the length of a field opened by `beginDelimited`; makes room when one byte is too small for it. */
function endDelimited(start: number): void {
  const length = pbf.pos - start;
  const extra = varintLength(length) - 1;
  if (extra > 0) pbf.buf.copyWithin(start + extra, start, pbf.pos);
  pbf.pos = start - 1;
  pbf.writeVarint(length);
  pbf.pos += length;
}

function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
