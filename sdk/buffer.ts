/**
 * Node's `Buffer`, or on platforms that lack it (Cloudflare Workers without compatibility flags, browsers) as much of
 * it as the SDK uses. The build puts this in place of the global name; nothing imports it.
 */

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

type Encoding = "utf8" | "latin1" | "base64" | "base64url" | "hex";

/** Exported for its test. */
export class PortableBuffer extends Uint8Array {
  static override from(
    source: string | ArrayBuffer | ArrayLike<number> | Iterable<number>,
    second?: unknown,
    length?: number,
  ): PortableBuffer {
    if (typeof source === "string") return encode(source, (second ?? "utf8") as Encoding);
    if (source instanceof ArrayBuffer) return new PortableBuffer(source, (second ?? 0) as number, length);
    const bytes = Uint8Array.from(source as ArrayLike<number>);
    return new PortableBuffer(bytes.buffer, 0, bytes.length);
  }

  static alloc(length: number, fill = 0): PortableBuffer {
    const buffer = new PortableBuffer(length);
    if (fill !== 0) buffer.fill(fill);
    return buffer;
  }

  static allocUnsafe(length: number): PortableBuffer {
    return new PortableBuffer(length);
  }

  static allocUnsafeSlow(length: number): PortableBuffer {
    return new PortableBuffer(length);
  }

  static isBuffer(value: unknown): value is PortableBuffer {
    return value instanceof PortableBuffer;
  }

  static byteLength(text: string): number {
    return encoder.encode(text).length;
  }

  static concat(parts: readonly Uint8Array[]): PortableBuffer {
    const all = new PortableBuffer(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  static compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) {
      const difference = (a[i] as number) - (b[i] as number);
      if (difference !== 0) return difference < 0 ? -1 : 1;
    }
    return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
  }

  equals(other: Uint8Array): boolean {
    return PortableBuffer.compare(this, other) === 0;
  }

  override toString(encoding: Encoding = "utf8", start = 0, end: number = this.length): string {
    const bytes = this.subarray(start, end);
    switch (encoding) {
      case "utf8":
        return decoder.decode(bytes);
      case "latin1":
        return binaryString(bytes);
      case "base64":
        return btoa(binaryString(bytes));
      case "base64url":
        return btoa(binaryString(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      case "hex":
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }

  readUInt32BE(offset = 0): number {
    return this.#view().getUint32(offset);
  }

  readBigUInt64LE(offset = 0): bigint {
    return this.#view().getBigUint64(offset, true);
  }

  writeUInt32BE(value: number, offset = 0): number {
    this.#view().setUint32(offset, value);
    return offset + 4;
  }

  writeUInt32LE(value: number, offset = 0): number {
    this.#view().setUint32(offset, value, true);
    return offset + 4;
  }

  copy(target: Uint8Array, targetStart = 0, start = 0, end: number = this.length): number {
    const bytes = this.subarray(start, Math.min(end, start + target.length - targetStart));
    target.set(bytes, targetStart);
    return bytes.length;
  }

  /** Writes text as UTF-8, and answers how many bytes it took. */
  write(text: string, offset = 0): number {
    return encoder.encodeInto(text, this.subarray(offset)).written;
  }

  #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.byteLength);
  }
}

function encode(text: string, encoding: Encoding): PortableBuffer {
  switch (encoding) {
    case "utf8": {
      const bytes = encoder.encode(text);
      return new PortableBuffer(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    case "latin1":
      return fromBinaryString(text);
    case "base64":
    case "base64url":
      return fromBase64(text);
    case "hex": {
      const buffer = new PortableBuffer(text.length >>> 1);
      for (let i = 0; i < buffer.length; i++) buffer[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
      return buffer;
    }
  }
}

/** As Node reads it: both alphabets, up to the first padding, other characters skipped. */
function fromBase64(text: string): PortableBuffer {
  const [content = ""] = text.replaceAll("-", "+").replaceAll("_", "/").split("=", 1);
  const clean = Array.from(content).filter((character) => BASE64.includes(character) || "+/".includes(character));
  // A single last character stands for six bits, which make no byte.
  const usable = clean.length % 4 === 1 ? clean.slice(0, -1) : clean;
  return fromBinaryString(atob(usable.join("")));
}

function fromBinaryString(text: string): PortableBuffer {
  const buffer = new PortableBuffer(text.length);
  for (let i = 0; i < text.length; i++) buffer[i] = text.charCodeAt(i);
  return buffer;
}

function binaryString(bytes: Uint8Array): string {
  const step = 8192;
  let text = "";
  for (let i = 0; i < bytes.length; i += step) text += String.fromCharCode(...bytes.subarray(i, i + step));
  return text;
}

export const Buffer: unknown = (globalThis as { Buffer?: unknown }).Buffer ?? PortableBuffer;
