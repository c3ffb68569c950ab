import { FrameError } from "./errors.ts";

/** Frame header: type (16 bits), flags (16 bits), length of the body (32 bits), all big-endian. */
export const FRAME_HEADER_BYTES = 8;

/** Flag of the frame header: the sender wants this command, or the outcome of its proposal, acknowledged. */
export const REQUESTED_ACK = 0x8000;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** May be a view of a received chunk: copy it before keeping it for long. */
  readonly body: Buffer;
}

const EMPTY = Buffer.alloc(0);
const FIRST_ALLOCATION_BYTES = 64 * 1024;

/** Writes a frame header at `offset`. */
export function writeFrameHeader(
  target: Uint8Array,
  offset: number,
  type: number,
  flags: number,
  length: number,
): void {
  target[offset] = type >>> 8;
  target[offset + 1] = type;
  target[offset + 2] = flags >>> 8;
  target[offset + 3] = flags;
  target[offset + 4] = length >>> 24;
  target[offset + 5] = length >>> 16;
  target[offset + 6] = length >>> 8;
  target[offset + 7] = length;
}

/** A frame around an encoded body, in one Buffer. */
export function encodeFrame(type: number, body: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + body.length);
  writeFrameHeader(frame, 0, type, flags, body.length);
  frame.set(body, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * Splits a byte stream into frames. Push chunks as they arrive and take frames until `next` answers `undefined`. A
 * body within one chunk is a view of it; a body that spans chunks is gathered with at most two copies a byte,
 * and its Buffer grows with what arrived, not with what the header announces.
 */
export class FrameDecoder {
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  /** Next chunk to read, and the position in it. */
  #chunkIndex = 0;
  #offset = 0;
  #pendingBytes = 0;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #bodyLength = 0;
  /** A body that began in an earlier chunk; its first `#gatheredBytes` are filled. */
  #gathered: Buffer = EMPTY;
  #gatheredBytes = 0;
  #failure: FrameError | undefined;

  /** @param limitBytes largest body to accept */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that were pushed and not yet returned as part of a frame. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Takes the next bytes of the stream. They must not change until their frames have been used. */
  push(chunk: Buffer): void {
    // After a failure nothing can be decoded any more: keep nothing.
    if (this.#failure !== undefined || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  /**
   * The next complete frame, or `undefined` until more bytes arrive.
   *
   * @throws FrameError `FRAME_TOO_LARGE` as soon as a header announces more than the limit, and at every later call
   */
  next(): Frame | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#headerBytes < FRAME_HEADER_BYTES && !this.#readHeader()) return undefined;
    const body = this.#readBody();
    if (body === undefined) return undefined;
    const header = this.#header;
    const type = ((header[0] as number) << 8) | (header[1] as number);
    const flags = ((header[2] as number) << 8) | (header[3] as number);
    this.#headerBytes = 0;
    this.#pendingBytes -= FRAME_HEADER_BYTES + body.length;
    return { type, flags, body };
  }

  /**
   * Says that the stream has ended.
   *
   * @throws FrameError `FRAME_TRUNCATED` when it ended inside a frame
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pendingBytes === 0) return;
    this.#fail(new FrameError("FRAME_TRUNCATED", `the stream ended ${this.#pendingBytes} bytes into a frame`));
  }

  #readHeader(): boolean {
    const header = this.#header;
    let chunk = this.#chunk();
    while (chunk !== undefined) {
      // Headers mostly lie whole in a chunk, and eight bytes are too few to be worth a call to copy().
      while (this.#headerBytes < FRAME_HEADER_BYTES && this.#offset < chunk.length) {
        header[this.#headerBytes++] = chunk[this.#offset++] as number;
      }
      if (this.#headerBytes === FRAME_HEADER_BYTES) {
        this.#bodyLength = header.readUInt32BE(4);
        if (this.#bodyLength > this.#limitBytes) {
          this.#fail(
            new FrameError(
              "FRAME_TOO_LARGE",
              `a message of ${this.#bodyLength} bytes is over the limit of ${this.#limitBytes} bytes`,
            ),
          );
        }
        return true;
      }
      chunk = this.#chunk();
    }
    return false;
  }

  #readBody(): Buffer | undefined {
    const length = this.#bodyLength;
    if (length === 0) return EMPTY;
    let chunk = this.#chunk();
    if (chunk === undefined) return undefined;
    if (this.#gatheredBytes === 0 && chunk.length - this.#offset >= length) {
      const body = chunk.subarray(this.#offset, this.#offset + length);
      this.#offset += length;
      return body;
    }
    while (chunk !== undefined) {
      const taken = Math.min(length - this.#gatheredBytes, chunk.length - this.#offset);
      this.#makeRoom(taken);
      chunk.copy(this.#gathered, this.#gatheredBytes, this.#offset, this.#offset + taken);
      this.#gatheredBytes += taken;
      this.#offset += taken;
      if (this.#gatheredBytes === length) {
        const body = this.#gathered.subarray(0, length);
        this.#gathered = EMPTY;
        this.#gatheredBytes = 0;
        return body;
      }
      chunk = this.#chunk();
    }
    return undefined;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#gatheredBytes + bytes;
    if (needed <= this.#gathered.length) return;
    const size = Math.min(this.#bodyLength, Math.max(FIRST_ALLOCATION_BYTES, needed, 2 * this.#gathered.length));
    const grown = Buffer.allocUnsafe(size);
    this.#gathered.copy(grown, 0, 0, this.#gatheredBytes);
    this.#gathered = grown;
  }

  /** The chunk with the next unread byte; lets go of those that have been read. */
  #chunk(): Buffer | undefined {
    const chunk = this.#chunks[this.#chunkIndex];
    if (chunk !== undefined && this.#offset < chunk.length) return chunk;
    this.#offset = 0;
    if (chunk !== undefined) this.#chunks[this.#chunkIndex++] = EMPTY;
    if (this.#chunkIndex >= this.#chunks.length) {
      this.#chunks.length = 0;
      this.#chunkIndex = 0;
      return undefined;
    }
    return this.#chunks[this.#chunkIndex];
  }

  #fail(error: FrameError): never {
    this.#failure = error;
    this.#chunks = [];
    this.#gathered = EMPTY;
    this.#pendingBytes = 0;
    throw error;
  }
}
