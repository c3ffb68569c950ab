import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ErrorCode,
  Flag,
  FrameType,
  frame,
  Http2Error,
  numberFrame,
  PREFACE,
  Setting,
  settingsFrame,
} from "./frames.ts";

/** What a SETTINGS frame says of what matters to a client. */
export interface PeerSettings {
  readonly maxConcurrentStreams?: number;
  readonly initialWindowBytes?: number;
  readonly frameBytes?: number;
}

/** @throws Http2Error for settings that RFC 9113 does not allow */
export function readSettings(payload: Buffer): PeerSettings {
  if (payload.length % 6 !== 0) throw new Http2Error(ErrorCode.FrameSizeError, "malformed settings");
  const read: { -readonly [K in keyof PeerSettings]: PeerSettings[K] } = {};
  for (let offset = 0; offset < payload.length; offset += 6) {
    const value = payload.readUInt32BE(offset + 2);
    switch (payload.readUInt16BE(offset)) {
      case Setting.MaxConcurrentStreams:
        read.maxConcurrentStreams = value;
        break;
      case Setting.InitialWindowSize:
        read.initialWindowBytes = value;
        break;
      case Setting.MaxFrameSize:
        if (value < DEFAULT_FRAME_BYTES || value > 0xffffff) throw protocolError("a bad frame size");
        read.frameBytes = value;
        break;
    }
  }
  return read;
}

/** Bytes that a WINDOW_UPDATE grants. @throws Http2Error */
export function readWindowUpdate(payload: Buffer): number {
  if (payload.length !== 4) throw new Http2Error(ErrorCode.FrameSizeError, "a malformed window update");
  const bytes = payload.readUInt32BE(0) & 0x7fffffff;
  if (bytes === 0) throw protocolError("a window update of nothing");
  return bytes;
}

/** The last stream that the peer looks at, and why it says goodbye. @throws Http2Error */
export function readGoaway(payload: Buffer): { readonly lastId: number; readonly code: number } {
  if (payload.length < 8) throw new Http2Error(ErrorCode.FrameSizeError, "a malformed goodbye");
  return { lastId: payload.readUInt32BE(0) & 0x7fffffff, code: payload.readUInt32BE(4) };
}

/** What a client says first: that it speaks HTTP/2, no pushes, and how much of each stream and of all of them the peer may send. */
export function openingFrames(streamWindowBytes: number, connectionWindowBytes: number): Buffer {
  const settings = settingsFrame([
    [Setting.EnablePush, 0],
    [Setting.InitialWindowSize, streamWindowBytes],
  ]);
  const widened = numberFrame(FrameType.WindowUpdate, 0, connectionWindowBytes - DEFAULT_WINDOW_BYTES);
  return Buffer.concat([PREFACE, settings, widened]);
}

/** A header block in as many frames as it needs. */
export function* headersFrames(id: number, block: Buffer, frameBytes: number): Generator<Buffer> {
  for (let start = 0; start === 0 || start < block.length; start += frameBytes) {
    const part = block.subarray(start, start + frameBytes);
    const flags = start + part.length === block.length ? Flag.EndHeaders : 0;
    yield frame(start === 0 ? FrameType.Headers : FrameType.Continuation, flags, id, part);
  }
}

export function goawayFrame(code: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(code, 4);
  return frame(FrameType.Goaway, 0, 0, payload);
}

export function protocolError(message: string): Http2Error {
  return new Http2Error(ErrorCode.ProtocolError, message);
}
