import { connect, type Socket } from "node:net";
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameReader,
  FrameType,
  frame,
  numberFrame,
  PREFACE,
  settingsFrame,
} from "../../server/invoker/http2/frames.ts";
import { HpackDecoder } from "../../server/invoker/http2/hpack.ts";

/** HTTP/2 as single frames, for tests that break it where a client would not. */
export { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, Flag, FrameReader, FrameType, frame, numberFrame, settingsFrame };

/** What a client says first: the preface, and settings that change nothing. */
export const GREETING: Buffer = Buffer.concat([PREFACE, settingsFrame([])]);

/** A header block of literals, which needs no table. Values are shorter than 127 bytes. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const fields = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name, "latin1"),
    Buffer.from([value.length]),
    Buffer.from(value, "latin1"),
  ]);
  return Buffer.concat(fields);
}

/** HEADERS of a request, complete in one frame. */
export function headersFrame(id: number, headers: Readonly<Record<string, string>>, flags = 0): Buffer {
  return frame(FrameType.Headers, Flag.EndHeaders | flags, id, headerBlock(headers));
}

export function dataFrame(id: number, bytes: string | Uint8Array, flags = 0): Buffer {
  return frame(FrameType.Data, flags, id, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
}

export function resetFrame(id: number, code: number): Buffer {
  return numberFrame(FrameType.RstStream, id, code);
}

/** What came back on one stream. */
export interface StreamAnswer {
  status: number | undefined;
  body: string;
  hasEnded: boolean;
  resetCode: number | undefined;
}

/** A connection on which a test sends exactly the frames that it wants, and which keeps what is answered. */
export class FrameClient {
  readonly socket: Socket;
  readonly answers = new Map<number, StreamAnswer>();
  readonly #hpack = new HpackDecoder();
  readonly #listeners = new Set<() => void>();
  goaway: number | undefined;
  isClosed = false;
  #pongs = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new FrameReader((type, flags, id, payload) => this.#frame(type, flags, id, payload));
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      this.#changed();
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.#changed();
    });
  }

  /** @param options `allowHalfOpen`: whether the test looks after the end of the connection itself */
  static async open(url: string, options: { allowHalfOpen?: boolean } = {}): Promise<FrameClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), ...options });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new FrameClient(socket);
  }

  /** One write, so that the peer reads the frames together. */
  send(...frames: Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames));
  }

  answer(id: number): StreamAnswer {
    let answer = this.answers.get(id);
    if (answer === undefined) {
      answer = { status: undefined, body: "", hasEnded: false, resetCode: undefined };
      this.answers.set(id, answer);
    }
    return answer;
  }

  /** Waits until `probe` says something: asked again with whatever comes. */
  until<T>(probe: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = probe();
        if (found === undefined || found === false) return;
        this.#listeners.delete(look);
        resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** The stream is over, by its end, a reset or the loss of the connection. */
  async over(id: number): Promise<StreamAnswer> {
    const answer = this.answer(id);
    await this.until(() => answer.hasEnded || answer.resetCode !== undefined || this.isClosed);
    return answer;
  }

  /** The peer has read everything that was sent before, or reads no more. */
  async ping(): Promise<void> {
    const wanted = this.#pongs + 1;
    this.send(frame(FrameType.Ping, 0, 0, Buffer.alloc(8)));
    await this.until(() => this.#pongs >= wanted || this.isClosed || this.goaway !== undefined);
  }

  #changed(): void {
    for (const look of [...this.#listeners]) look();
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FrameType.Headers: {
        const list = this.#hpack.decode(payload);
        const at = list.indexOf(":status");
        if (at >= 0) this.answer(id).status = Number(list[at + 1]);
        if ((flags & Flag.EndStream) !== 0) this.answer(id).hasEnded = true;
        break;
      }
      case FrameType.Data:
        this.answer(id).body += payload.toString("utf8");
        if ((flags & Flag.EndStream) !== 0) this.answer(id).hasEnded = true;
        break;
      case FrameType.RstStream:
        this.answer(id).resetCode = payload.readUInt32BE(0);
        break;
      case FrameType.Settings:
        if ((flags & Flag.Ack) === 0) this.send(frame(FrameType.Settings, Flag.Ack, 0, Buffer.alloc(0)));
        break;
      case FrameType.Ping:
        if ((flags & Flag.Ack) !== 0) this.#pongs++;
        break;
      case FrameType.Goaway:
        this.goaway = payload.readUInt32BE(4);
        break;
    }
  }
}
