/** Frames of HTTP/2 (RFC 9113, sections 4 and 6), as far as a client needs them. */

export const FrameType = {
  Data: 0,
  Headers: 1,
  Priority: 2,
  RstStream: 3,
  Settings: 4,
  PushPromise: 5,
  Ping: 6,
  Goaway: 7,
  WindowUpdate: 8,
  Continuation: 9,
} as const;

export const Flag = { Ack: 0x1, EndStream: 0x1, EndHeaders: 0x4, Padded: 0x8, Priority: 0x20 } as const;

export const Setting = { EnablePush: 2, MaxConcurrentStreams: 3, InitialWindowSize: 4, MaxFrameSize: 5 } as const;

export const ErrorCode = {
  NoError: 0,
  ProtocolError: 1,
  InternalError: 2,
  FlowControlError: 3,
  StreamClosed: 5,
  FrameSizeError: 6,
  RefusedStream: 7,
  Cancel: 8,
  CompressionError: 9,
  EnhanceYourCalm: 11,
} as const;

const ERROR_NAMES: Readonly<Record<number, string>> = {
  0: "NO_ERROR",
  1: "PROTOCOL_ERROR",
  2: "INTERNAL_ERROR",
  3: "FLOW_CONTROL_ERROR",
  4: "SETTINGS_TIMEOUT",
  5: "STREAM_CLOSED",
  6: "FRAME_SIZE_ERROR",
  7: "REFUSED_STREAM",
  8: "CANCEL",
  9: "COMPRESSION_ERROR",
  10: "CONNECT_ERROR",
  11: "ENHANCE_YOUR_CALM",
  12: "INADEQUATE_SECURITY",
  13: "HTTP_1_1_REQUIRED",
};

/** The name that RFC 9113 gives an error code. */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

/** The peer broke HTTP/2: the connection cannot go on. */
export class Http2Error extends Error {
  override readonly name = "Http2Error";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
export const FRAME_HEADER_BYTES = 9;
/** Largest payload either side accepts unless it says otherwise; we never do. */
export const DEFAULT_FRAME_BYTES = 16_384;
/** Flow control window of a stream, and of the connection, unless settings say otherwise. */
export const DEFAULT_WINDOW_BYTES = 65_535;
export const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;
export const LARGEST_STREAM_ID = 2 ** 31 - 1;

/** Writes a frame header at `offset`. */
export function writeHeader(to: Buffer, offset: number, length: number, type: number, flags: number, id: number): void {
  to[offset] = length >>> 16;
  to[offset + 1] = length >>> 8;
  to[offset + 2] = length;
  to[offset + 3] = type;
  to[offset + 4] = flags;
  to[offset + 5] = id >>> 24;
  to[offset + 6] = id >>> 16;
  to[offset + 7] = id >>> 8;
  to[offset + 8] = id;
}

/** A frame header alone; the payload follows as a Buffer of its own. */
export function frameHeader(length: number, type: number, flags: number, id: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  writeHeader(header, 0, length, type, flags, id);
  return header;
}

/** A frame whose payload is one 32-bit number: RST_STREAM and WINDOW_UPDATE. */
export function numberFrame(type: number, id: number, value: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 4);
  writeHeader(frame, 0, 4, type, 0, id);
  frame.writeUInt32BE(value, FRAME_HEADER_BYTES);
  return frame;
}

/** A frame around a payload. */
export function frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  writeHeader(whole, 0, payload.length, type, flags, id);
  whole.set(payload, FRAME_HEADER_BYTES);
  return whole;
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * settings.length);
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  });
  return frame(FrameType.Settings, 0, 0, payload);
}

export type FrameListener = (type: number, flags: number, id: number, payload: Buffer) => void;

/** Splits what arrives into frames. Payloads are views of the chunks where they lie whole in one. */
export class FrameReader {
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Bytes to wait for before it is worth looking again. */
  #neededBytes = FRAME_HEADER_BYTES;
  readonly #onFrame: FrameListener;

  constructor(onFrame: FrameListener) {
    this.#onFrame = onFrame;
  }

  /** @throws Http2Error when a frame is larger than allowed */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#partBytes > 0) {
      this.#parts.push(chunk);
      this.#partBytes += chunk.length;
      // Joined once a frame is whole, not at every chunk.
      if (this.#partBytes < this.#neededBytes) return;
      bytes = Buffer.concat(this.#parts, this.#partBytes);
      this.#parts = [];
      this.#partBytes = 0;
    }
    const end = bytes.length;
    let offset = 0;
    this.#neededBytes = FRAME_HEADER_BYTES;
    while (end - offset >= FRAME_HEADER_BYTES) {
      const length =
        ((bytes[offset] as number) << 16) | ((bytes[offset + 1] as number) << 8) | (bytes[offset + 2] as number);
      if (length > DEFAULT_FRAME_BYTES) throw new Http2Error(ErrorCode.FrameSizeError, "a frame larger than allowed");
      const next = offset + FRAME_HEADER_BYTES + length;
      if (next > end) {
        this.#neededBytes = next - offset;
        break;
      }
      const type = bytes[offset + 3] as number;
      const flags = bytes[offset + 4] as number;
      const id = bytes.readUInt32BE(offset + 5) & 0x7fffffff;
      const payload = bytes.subarray(offset + FRAME_HEADER_BYTES, next);
      offset = next;
      this.#onFrame(type, flags, id, payload);
    }
    if (offset < end) {
      this.#parts.push(offset === 0 ? bytes : bytes.subarray(offset));
      this.#partBytes = end - offset;
    }
  }
}
