import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, FrameDecoder, MessageType } from "../../../sdk/protocol/index.ts";
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
import { ErrorCode, Flag, FrameReader, FrameType, frame, numberFrame, PREFACE, settingsFrame } from "./frames.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function bench(...args: Parameters<typeof createBench>) {
  const created = createBench(...args);
  closers.push(() => created.invoker.close());
  return created;
}

/** One connection as the endpoint sees it: the ids of its streams, and the protocol's messages on each. */
class Seen {
  readonly socket: Socket;
  readonly opened: number[] = [];
  readonly messages = new Map<number, number[]>();
  readonly resets = new Map<number, number>();
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  answer(id: number): void {
    this.send(head(id), frame(FrameType.Data, Flag.EndStream, id, END));
  }
}

function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name + String.fromCharCode(value.length) + value)]);
}

function head(id: number): Buffer {
  const block = Buffer.concat([Buffer.from([0x88]), literal("content-type", CONTENT_TYPE)]);
  return frame(FrameType.Headers, Flag.EndHeaders, id, block);
}

function reset(id: number, code: number): Buffer {
  return numberFrame(FrameType.RstStream, id, code);
}

/** An endpoint that decides for each stream, once its first data is there, what becomes of it. */
async function rawEndpoint(onRequest: (connection: Seen, id: number, index: number) => void) {
  const connections: Seen[] = [];
  const signals = new Signals();
  const server = createServer((socket) => {
    const seen = new Seen(socket);
    const index = connections.push(seen) - 1;
    const decoders = new Map<number, FrameDecoder>();
    const reader = new FrameReader((type, _flags, id, payload) => {
      if (type === FrameType.Headers) seen.opened.push(id);
      else if (type === FrameType.RstStream) seen.resets.set(id, payload.readUInt32BE(0));
      else if (type === FrameType.Data) {
        const isFirst = !decoders.has(id);
        const decoder = decoders.get(id) ?? new FrameDecoder(64 * 1024 * 1024);
        decoders.set(id, decoder);
        decoder.push(Buffer.from(payload));
        const types = seen.messages.get(id) ?? [];
        seen.messages.set(id, types);
        for (let next = decoder.next(); next !== undefined; next = decoder.next()) types.push(next.type);
        if (isFirst) onRequest(seen, id, index);
      }
      signals.changed();
    });
    let toSkip = PREFACE.length;
    socket.on("data", (chunk: Buffer) => {
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      reader.push(chunk.subarray(skipped));
    });
    socket.on("close", () => {
      seen.isClosed = true;
      signals.changed();
    });
    socket.write(settingsFrame([]));
  });
  const { uri, close } = await listening(server);
  closers.push(close);
  return { uri, connections, signals, server };
}

describe("a stream that the endpoint refuses", () => {
  it.each([
    ["REFUSED_STREAM", reset(1, ErrorCode.RefusedStream)],
    ["ENHANCE_YOUR_CALM, as Node's server says it", reset(1, ErrorCode.EnhanceYourCalm)],
    ["GOAWAY with a last id below", frame(FrameType.Goaway, 0, 0, Buffer.alloc(8))],
  ])("is no attempt: it goes to another connection at once (%s)", async (_name, refusal) => {
    const { uri, connections, signals } = await rawEndpoint((connection, id, index) => {
      if (index === 0) connection.send(refusal);
      else connection.answer(id);
    });
    const { invoker, closed, events } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    await closed(start.attempt);
    expect(events.map(({ kind }) => kind)).toEqual(["messages", "closed"]);
    expect(connections.map(({ messages }) => messages.get(1))).toEqual([
      [MessageType.Start, MessageType.InputCommand],
      [MessageType.Start, MessageType.InputCommand],
    ]);
    // The one that refused has nothing left to do.
    await signals.until(() => connections[0]?.isClosed);
  });

  it("is an attempt once its answer has begun, whatever GOAWAY says", async () => {
    const { uri, connections } = await rawEndpoint((connection, id) => {
      connection.send(head(id), frame(FrameType.Goaway, 0, 0, Buffer.alloc(8)));
    });
    const { invoker, failure } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    expect((await failure(start.attempt)).message).toContain("GOAWAY, NO_ERROR");
    expect(connections).toHaveLength(1);
  });

  it("is not tried for ever when all that it hears before is to go on", async () => {
    const informational = (id: number) => frame(FrameType.Headers, Flag.EndHeaders, id, literal(":status", "100"));
    const { uri, connections } = await rawEndpoint((connection, id) => {
      connection.send(informational(id), reset(id, ErrorCode.RefusedStream));
    });
    const { invoker, failure } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    expect((await failure(start.attempt)).message).toContain("refused 5 times");
    expect(connections).toHaveLength(5);
  });

  it("gets the long journal and all that was delivered to it once more, in order", async () => {
    const entry = encodeFrame(MessageType.RunCompletion, Buffer.alloc(10_000));
    const { uri, connections, signals } = await rawEndpoint((connection, id, index) => {
      if (index > 0) connection.answer(id);
    });
    const { invoker, closed } = bench({
      reads: { replay: (_seq, from, to) => Array.from({ length: Math.min(2, to - from) }, () => entry) },
      config: { replayChunkBytes: 20_000 },
    });
    const start = attemptStart(uri, { replay: undefined, knownEntries: 5 });
    invoker.start(start);
    await signals.until(() => connections[0]?.messages.get(1)?.length === 6);
    invoker.deliver(start.attempt, encodeFrame(MessageType.SignalNotification, Buffer.alloc(1)));
    invoker.closeInput(start.attempt);
    await signals.until(() => connections[0]?.messages.get(1)?.length === 7);
    connections[0]?.send(reset(1, ErrorCode.RefusedStream));
    await closed(start.attempt);
    await signals.until(() => connections[1]?.messages.get(1)?.length === 7);
    expect(connections[1]?.messages.get(1)).toEqual(connections[0]?.messages.get(1));
  });

  it("takes no new streams on that connection, which is closed once those that it has are done", async () => {
    const { uri, connections, signals } = await rawEndpoint((connection, id, index) => {
      if (index === 0 && id === 3) connection.send(reset(3, ErrorCode.EnhanceYourCalm));
      if (index === 1) connection.answer(id);
    });
    const { invoker, closed } = bench();
    const first = attemptStart(uri);
    invoker.start(first);
    await signals.until(() => connections[0]?.messages.has(1));
    for (const start of [attemptStart(uri), attemptStart(uri)]) {
      invoker.start(start);
      await closed(start.attempt);
    }
    expect(connections.map(({ opened }) => opened)).toEqual([
      [1, 3],
      [1, 3],
    ]);
    expect(connections[0]?.isClosed).toBe(false);
    connections[0]?.answer(1);
    await closed(first.attempt);
    await signals.until(() => connections[0]?.isClosed);
  });

  it("is a failed attempt when something has come back already", async () => {
    const { uri, connections } = await rawEndpoint((connection, id) =>
      connection.send(head(id), reset(id, ErrorCode.EnhanceYourCalm)),
    );
    const { invoker, failure } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    expect(await failure(start.attempt)).toMatchObject({
      restateCode: "RT0010",
      message: expect.stringContaining("the endpoint reset the stream (ENHANCE_YOUR_CALM)"),
    });
    expect(connections).toHaveLength(1);
  });

  it("is no attempt however often it happens, as long as each connection serves some", async () => {
    const { uri, connections } = await rawEndpoint((connection, id) => {
      if (id <= 3) connection.send(head(id));
      else connection.send(reset(id, ErrorCode.EnhanceYourCalm));
      if (id === 5) for (const served of [1, 3]) connection.send(frame(FrameType.Data, Flag.EndStream, served, END));
    });
    const { invoker, closed, events } = bench();
    const starts = Array.from({ length: 21 }, () => attemptStart(uri));
    for (const start of starts) invoker.start(start);
    for (const start of starts.slice(0, 20)) await closed(start.attempt);
    expect(events.some(({ kind }) => kind === "failed")).toBe(false);
    // The first stream of all has its connection for itself until the endpoint's settings are there.
    expect(connections.length).toBeGreaterThanOrEqual(10);
  });

  it("is a failed attempt in the end, when every connection refuses: the retry policy keeps the pace", async () => {
    const { uri, connections } = await rawEndpoint((connection, id) =>
      connection.send(reset(id, ErrorCode.RefusedStream)),
    );
    const { invoker, failure, events } = bench();
    const starts = Array.from({ length: 20 }, () => attemptStart(uri));
    for (const start of starts) invoker.start(start);
    for (const start of starts) {
      expect(await failure(start.attempt)).toMatchObject({
        restateCode: "RT0010",
        message: expect.stringContaining(
          "the endpoint refused 5 times on as many new connections: the endpoint reset the stream (REFUSED_STREAM)",
        ),
      });
    }
    expect(events).toHaveLength(20);
    expect(connections.flatMap(({ opened }) => opened)).toHaveLength(100);
  });
});

describe("a further connection", () => {
  it("that cannot be opened is nobody's failure while another one works", async () => {
    const { uri, connections, signals, server } = await rawEndpoint(() => {});
    const { invoker, closed, events } = bench({ config: { streamsPerConnection: 1 } });
    const [first, second] = [attemptStart(uri), attemptStart(uri)];
    invoker.start(first);
    await signals.until(() => connections[0]?.messages.has(1));
    server.close();
    invoker.start(second);
    // Refused by the system meanwhile, or not: the first one is enough.
    await new Promise((resolve) => setImmediate(resolve));
    connections[0]?.answer(1);
    await closed(first.attempt);
    await signals.until(() => connections[0]?.messages.has(3));
    connections[0]?.answer(3);
    await closed(second.attempt);
    expect(events.some(({ kind }) => kind === "failed")).toBe(false);
  });

  it("that could not be opened is tried again some time later, though no stream has come free", async () => {
    const { uri, connections, signals, server } = await rawEndpoint((connection, id, index) => {
      if (index === 1) connection.answer(id);
    });
    const { invoker, clock, closed } = bench({ config: { streamsPerConnection: 1 } });
    invoker.start(attemptStart(uri));
    await signals.until(() => connections[0]?.messages.has(1));
    server.close();
    const second = attemptStart(uri);
    invoker.start(second);
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.listen(Number(new URL(uri).port), "127.0.0.1");
    await once(server, "listening");
    expect(connections).toHaveLength(1);
    clock.advance(1000);
    await closed(second.attempt);
    expect(connections).toHaveLength(2);
  });

  it("is opened where a large response is under way", async () => {
    const { uri, connections, signals } = await rawEndpoint((connection, id, index) => {
      if (index === 1) connection.answer(id);
    });
    const { invoker, closed } = bench();
    invoker.start(attemptStart(uri));
    await signals.until(() => connections[0]?.messages.has(1));
    const part = Buffer.alloc(16_384);
    part.writeUInt16BE(MessageType.OutputCommand, 0);
    part.writeUInt32BE(20 * 1024 * 1024, 4);
    connections[0]?.send(head(1), frame(FrameType.Data, 0, 1, part));
    // What the stream's window allows at the start, and what is granted once half of it has been read.
    for (let sent = 1; sent < 8; sent++) connections[0]?.send(frame(FrameType.Data, 0, 1, Buffer.alloc(16_384)));
    for (let round = 0; round < 15; round++) {
      connections[0]?.send(...Array.from({ length: 4 }, () => frame(FrameType.Data, 0, 1, Buffer.alloc(16_384))));
      connections[0]?.send(frame(FrameType.Ping, 0, 0, Buffer.alloc(8, round)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const start = attemptStart(uri);
    invoker.start(start);
    await closed(start.attempt);
    expect(connections.map(({ opened }) => opened)).toEqual([[1], [1]]);
  });

  it("is opened where the endpoint takes no more bytes on the first", async () => {
    const { uri, connections, signals } = await rawEndpoint((connection, id, index) => {
      if (index === 1) connection.answer(id);
    });
    const { invoker, closed } = bench();
    const long = encodeFrame(MessageType.RunCompletion, Buffer.alloc(200_000));
    invoker.start(attemptStart(uri, { replay: [long] }));
    await signals.until(() => connections[0]?.messages.has(1));
    const start = attemptStart(uri);
    invoker.start(start);
    await closed(start.attempt);
    expect(connections.map(({ opened }) => opened)).toEqual([[1], [1]]);
  });
});

describe("a stream that is let go", () => {
  async function endpoint(limits: { maxConcurrentStreams?: number } = {}) {
    const requests: ReceivedRequest[] = [];
    const signals = new Signals();
    const { uri, close } = await http2Endpoint((request) => {
      requests.push(request);
      request.read();
      request.respond();
      signals.changed();
    }, limits);
    closers.push(close);
    return { uri, requests, signals };
  }

  it("is read to its end, so that the endpoint's connection does not fill up", async () => {
    const { uri, requests, signals } = await endpoint();
    const { invoker, closed, events, signals: reported } = bench();
    const started = Array.from({ length: 3 }, () => attemptStart(uri));
    for (const start of started) invoker.start(start);
    await signals.until(() => requests.length === 3);
    // Node's server takes no new streams while more than 10 MB wait, and for good if they belong to streams cut off.
    const output = Buffer.concat([
      encodeFrame(MessageType.SetStateCommand, Buffer.alloc(1)),
      encodeFrame(MessageType.OutputCommand, Buffer.alloc(8 * 1024 * 1024)),
    ]);
    invoker.letGo(started[0]?.attempt ?? 0);
    for (const { stream } of requests) stream.end(output);
    // These are killed when a part of what they say has come.
    for (const start of started.slice(1)) {
      await reported.until(() => events.some(({ attempt }) => attempt === start.attempt));
      invoker.abort(start.attempt);
    }
    for (const request of requests.slice(0, 3)) await request.until(() => request.isClosed);
    const next = attemptStart(uri);
    invoker.start(next);
    const request = await signals.until(() => requests[3]);
    request.stream.end(END);
    await closed(next.attempt);
    expect(events.some(({ kind }) => kind === "failed")).toBe(false);
    expect(requests.slice(0, 3).map(({ stream }) => stream.rstCode)).toEqual([0, 0, 0]);
  });

  it("gives its place to the next, when there is no other", async () => {
    const { uri, requests, signals } = await endpoint({ maxConcurrentStreams: 1 });
    const { invoker, closed } = bench({ config: { connectionsPerOrigin: 1 } });
    const hung = attemptStart(uri);
    invoker.start(hung);
    const first = await signals.until(() => requests[0]);
    invoker.letGo(hung.attempt);
    await first.until(() => first.hasEnded);
    expect(first.isClosed).toBe(false);
    const next = attemptStart(uri);
    invoker.start(next);
    const second = await signals.until(() => requests[1]);
    await first.until(() => first.isClosed);
    expect(first.stream.rstCode).toBe(ErrorCode.Cancel);
    second.stream.end(END);
    await closed(next.attempt);
  });

  it("is not read for ever", async () => {
    const { uri, requests, signals } = await endpoint();
    const { invoker } = bench();
    const start = attemptStart(uri);
    invoker.start(start);
    const request = await signals.until(() => requests[0]);
    invoker.letGo(start.attempt);
    const megabytes = Buffer.alloc(4 * 1024 * 1024);
    const more = () => {
      while (!request.stream.destroyed && request.stream.write(megabytes));
    };
    request.stream.on("drain", more);
    more();
    await request.until(() => request.isClosed);
    expect(request.stream.rstCode).toBe(ErrorCode.Cancel);
  });
});
