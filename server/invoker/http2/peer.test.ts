import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, MessageType } from "../../../sdk/protocol/index.ts";
import {
  attemptStart,
  CONTENT_TYPE,
  createBench,
  END,
  http2Endpoint,
  listening,
  type ReceivedRequest,
  Signals,
} from "../testbed.fixture.ts";
import {
  ErrorCode,
  Flag,
  FrameReader,
  FrameType,
  frame,
  numberFrame,
  PREFACE,
  Setting,
  settingsFrame,
} from "./frames.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function bench(...args: Parameters<typeof createBench>) {
  const created = createBench(...args);
  closers.push(() => created.invoker.close());
  return created;
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

const HEAD = Buffer.concat([Buffer.from([0x88]), literal("content-type", CONTENT_TYPE)]);
const head = (id: number, flags: number = Flag.EndHeaders) => frame(FrameType.Headers, flags, id, HEAD);
const data = (id: number, bytes: Buffer, flags = 0) => frame(FrameType.Data, flags, id, bytes);

/** A peer that sends exactly the bytes that the test wants. */
class Peer {
  readonly frames: Frame[] = [];
  readonly signals = new Signals();
  socket: Socket | undefined;
  uri = "";
  readonly #settings: Buffer;

  constructor(settings: readonly (readonly [number, number])[] = []) {
    this.#settings = settingsFrame(settings);
  }

  async listen(): Promise<this> {
    const { uri, close } = await listening(
      createServer((socket) => {
        this.socket = socket;
        const reader = new FrameReader((type, flags, id, payload) => {
          this.frames.push({ type, flags, id, payload: Buffer.from(payload) });
          this.signals.changed();
        });
        let toSkip = PREFACE.length;
        socket.on("data", (chunk: Buffer) => {
          const skipped = Math.min(toSkip, chunk.length);
          toSkip -= skipped;
          reader.push(chunk.subarray(skipped));
        });
        socket.write(this.#settings);
      }),
    );
    this.uri = uri;
    closers.push(close);
    return this;
  }

  send(...frames: Buffer[]): void {
    this.socket?.write(Buffer.concat(frames));
  }

  until(wanted: (frame: Frame) => boolean): Promise<Frame> {
    return this.signals.until(() => this.frames.find(wanted));
  }

  /** The first request is there. */
  request(id = 1): Promise<Frame> {
    return this.until((frame) => frame.type === FrameType.Headers && frame.id === id);
  }
}

async function attemptAt(peer: Peer, config: Parameters<typeof createBench>[0] = {}) {
  const created = bench(config);
  const start = attemptStart(peer.uri);
  created.invoker.start(start);
  await peer.request();
  return { ...created, start };
}

describe("a response in unusual but valid HTTP/2", () => {
  it.each<[string, Buffer[]]>([
    [
      "padding, priority, and headers in several frames",
      [
        frame(
          FrameType.Headers,
          Flag.Padded | Flag.Priority,
          1,
          Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 9]), HEAD.subarray(0, 4), Buffer.alloc(2)]),
        ),
        frame(FrameType.Continuation, 0, 1, HEAD.subarray(4, 10)),
        frame(FrameType.Continuation, Flag.EndHeaders, 1, HEAD.subarray(10)),
        frame(FrameType.Data, Flag.Padded, 1, Buffer.concat([Buffer.from([3]), END, Buffer.alloc(3)])),
        data(1, Buffer.alloc(0), Flag.EndStream),
      ],
    ],
    [
      "an informational response before, trailers after",
      [
        frame(FrameType.Headers, Flag.EndHeaders, 1, literal(":status", "103")),
        head(1),
        data(1, END),
        frame(FrameType.Headers, Flag.EndHeaders | Flag.EndStream, 1, literal("x-trailer", "1")),
      ],
    ],
    [
      "unknown frames, pings and priorities in between",
      [
        frame(0xbe, 0xff, 1, Buffer.from("?")),
        head(1),
        frame(FrameType.Priority, 0, 1, Buffer.alloc(5)),
        frame(FrameType.Ping, 0, 0, Buffer.from("12345678")),
        data(1, END, Flag.EndStream),
      ],
    ],
    [
      "a reset without an error after the end",
      [head(1), data(1, END, Flag.EndStream), numberFrame(FrameType.RstStream, 1, ErrorCode.NoError)],
    ],
    ["one byte at a time", [head(1), data(1, END, Flag.EndStream)]],
  ])("is understood: %s", async (what, frames) => {
    const peer = await new Peer().listen();
    const { closed, start, events } = await attemptAt(peer);
    if (what.startsWith("one byte")) {
      peer.socket?.setNoDelay(true);
      for (const byte of Buffer.concat(frames)) {
        peer.socket?.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
    } else peer.send(...frames);
    await closed(start.attempt);
    expect(events.filter(({ kind }) => kind === "messages")).toEqual([
      { kind: "messages", attempt: start.attempt, types: [MessageType.End] },
    ]);
  });
});

describe("a peer that breaks HTTP/2", () => {
  it.each<[string, number, Buffer[]]>([
    ["a frame that is too large", ErrorCode.FrameSizeError, [Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 1])]],
    ["data before the headers", ErrorCode.ProtocolError, [data(1, END)]],
    ["data on a stream that was never opened", ErrorCode.ProtocolError, [data(77, END)]],
    ["a stream of its own", ErrorCode.ProtocolError, [head(2)]],
    ["a push", ErrorCode.ProtocolError, [frame(FrameType.PushPromise, Flag.EndHeaders, 1, Buffer.alloc(4))]],
    [
      "padding without payload",
      ErrorCode.ProtocolError,
      [head(1), frame(FrameType.Data, Flag.Padded, 1, Buffer.from([9, 1]))],
    ],
    [
      "a response without a status",
      ErrorCode.ProtocolError,
      [frame(FrameType.Headers, Flag.EndHeaders, 1, literal("a", "b"))],
    ],
    [
      "headers that cannot be decoded",
      ErrorCode.CompressionError,
      [frame(FrameType.Headers, Flag.EndHeaders, 1, Buffer.from([0xff, 0xff]))],
    ],
    ["another frame within headers", ErrorCode.ProtocolError, [head(1, 0), data(1, END)]],
    [
      "headers without end",
      ErrorCode.EnhanceYourCalm,
      [head(1, 0), ...Array.from({ length: 5 }, () => frame(FrameType.Continuation, 0, 1, Buffer.alloc(16_000)))],
    ],
    ["a window update of nothing", ErrorCode.ProtocolError, [numberFrame(FrameType.WindowUpdate, 1, 0)]],
    ["a window beyond the limit", ErrorCode.FlowControlError, [numberFrame(FrameType.WindowUpdate, 0, 2 ** 31 - 1)]],
    ["malformed settings", ErrorCode.FrameSizeError, [frame(FrameType.Settings, 0, 0, Buffer.alloc(5))]],
    [
      "more data than was granted",
      ErrorCode.FlowControlError,
      [
        head(1),
        ...Array.from({ length: 17 }, () => data(1, encodeFrame(MessageType.AwaitingOn, Buffer.alloc(16_376)))),
      ],
    ],
  ])("loses the connection, with a reason: %s", async (what, code, frames) => {
    const peer = await new Peer().listen();
    const paused = what.startsWith("more data");
    const { failure, start, invoker, events } = await attemptAt(peer);
    if (paused) {
      // Only what is not read is not granted again.
      for (let count = 0; count < 3; count++)
        invoker.deliver(start.attempt, encodeFrame(MessageType.SleepCompletion, Buffer.alloc(1_000_000)));
      await peer.until(({ type }) => type === FrameType.Data);
    }
    peer.send(...frames);
    const { restateCode, message } = await failure(start.attempt);
    expect(restateCode).toBe("RT0010");
    expect(message).toContain("broke the rules of HTTP/2");
    const goaway = await peer.until(({ type }) => type === FrameType.Goaway);
    expect(goaway.payload.readUInt32BE(4)).toBe(code);
    expect(events.filter(({ kind }) => kind === "failed")).toHaveLength(1);
  });

  it("is told apart from one that does not speak it", async () => {
    const { uri, close } = await listening(createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    closers.push(close);
    const { invoker, failure } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    expect((await failure(start.attempt)).message).toContain("does not speak HTTP/2");
  });
});

describe("GOAWAY", () => {
  it("is followed by a ping, at which a peer shows whether it still serves the stream", async () => {
    const peer = await new Peer().listen();
    const { failure, start } = await attemptAt(peer);
    const lastIdAndCode = Buffer.alloc(8);
    lastIdAndCode.writeUInt32BE(1, 0);
    peer.send(head(1), frame(FrameType.Goaway, 0, 0, lastIdAndCode));
    await peer.until(({ type, flags }) => type === FrameType.Ping && (flags & Flag.Ack) === 0);
    // Python's h2, and so Hypercorn, answers nothing after its own GOAWAY: it closes when the next frame comes.
    peer.socket?.destroy();
    expect((await failure(start.attempt)).message).toContain("closing the connection (GOAWAY, NO_ERROR)");
  });
});

describe("flow control", () => {
  it("sends no more than the peer grants, for a stream and for the connection", async () => {
    const peer = await new Peer([[Setting.InitialWindowSize, 0]]).listen();
    const created = bench();
    const start = attemptStart(peer.uri);
    created.invoker.start(start);
    await peer.request();
    // The settings arrive after the request; what was sent before counts against the new window.
    await peer.until(({ type, flags }) => type === FrameType.Settings && flags === Flag.Ack);
    const sentBytes = () =>
      peer.frames.filter(({ type }) => type === FrameType.Data).reduce((sum, { payload }) => sum + payload.length, 0);
    const early = sentBytes();
    const big = encodeFrame(MessageType.SleepCompletion, Buffer.alloc(200_000));
    created.invoker.deliver(start.attempt, big);
    const pong = async (mark: string) => {
      peer.send(frame(FrameType.Ping, 0, 0, Buffer.from(mark)));
      await peer.until(({ type, payload }) => type === FrameType.Ping && payload.toString() === mark);
    };
    await pong("12345678");
    expect(sentBytes()).toBe(early);
    peer.send(numberFrame(FrameType.WindowUpdate, 1, early + 1000));
    await pong("abcdefgh");
    expect(sentBytes()).toBe(early + 1000);
    // Now the connection's 65,535 bytes are the limit.
    peer.send(numberFrame(FrameType.WindowUpdate, 1, 1_000_000));
    await pong("ABCDEFGH");
    expect(sentBytes()).toBe(65_535);
    peer.send(numberFrame(FrameType.WindowUpdate, 0, 1_000_000));
    await pong("00000000");
    expect(sentBytes()).toBe(early + big.length);
    expect(Math.max(...peer.frames.map(({ payload }) => payload.length))).toBeLessThanOrEqual(16_384);
  });

  it("carries messages of many megabytes both ways at the same time", async () => {
    const size = 20 * 1024 * 1024;
    const large = encodeFrame(MessageType.RunCompletion, Buffer.alloc(size, 7));
    let received: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((request) => {
      received = request;
      request.read();
      request.respond();
      request.stream.write(encodeFrame(MessageType.SetStateCommand, Buffer.alloc(size, 9)));
      request.stream.write(END);
      request.stream.on("end", () => request.stream.end());
    });
    closers.push(close);
    const sizes: number[] = [];
    const { invoker, closed } = bench({
      onMessages: (_attempt, frames) => {
        for (const { body } of frames) sizes.push(body.length);
      },
    });
    const start = attemptStart(uri, { replay: [large] });
    invoker.start(start);
    await closed(start.attempt);
    expect(sizes).toEqual([size, 0]);
    // (Its end came before the last of the journal was through; the stream was closed in order all the same.)
    expect(received?.frames[1]?.body.length).toBe(size);
  });
});

describe("the socket", () => {
  it("gets the request and its journal in one write, and an end together with the next request", async () => {
    const peer = await new Peer().listen();
    const created = bench();
    const first = attemptStart(peer.uri);
    created.invoker.start(first);
    await peer.until(({ type }) => type === FrameType.Data);
    let chunks = 0;
    peer.socket?.on("data", () => chunks++);
    const second = attemptStart(peer.uri);
    const third = attemptStart(peer.uri);
    created.invoker.start(second);
    created.invoker.start(third);
    await peer.until(({ type, id }) => type === FrameType.Data && id === 5);
    expect(chunks).toBe(1);
    expect(peer.frames.filter(({ id }) => id === 3).map(({ type }) => type)).toEqual([
      FrameType.Headers,
      FrameType.Data,
    ]);
  });
});
