import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, MessageType } from "../../../sdk/protocol/index.ts";
import {
  attemptStart,
  type Bench,
  createBench,
  END,
  http2Endpoint,
  listening,
  type ReceivedRequest,
} from "../testbed.fixture.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function bench(...args: Parameters<typeof createBench>): Bench {
  const created = createBench(...args);
  closers.push(() => created.invoker.close());
  return created;
}

/** An endpoint that holds its requests back until the test finishes them. */
async function holding(signals: Bench["signals"], settings: Parameters<typeof http2Endpoint>[1] = {}) {
  const open: ReceivedRequest[] = [];
  const counts = { most: 0, total: 0 };
  const { uri, close, sessions } = await http2Endpoint((request) => {
    request.read();
    request.respond();
    open.push(request);
    counts.total++;
    counts.most = Math.max(counts.most, open.length);
    request.stream.on("close", () => {
      open.splice(open.indexOf(request), 1);
      signals.changed();
    });
    signals.changed();
  }, settings);
  closers.push(close);
  const finish = (request: ReceivedRequest) => {
    request.stream.write(END);
    request.stream.on("end", () => request.stream.end());
  };
  return { uri, open, counts, sessions, finish };
}

describe("HTTP/2 connections", () => {
  it("carry many attempts, and are used again", async () => {
    const { invoker, signals, closed } = bench();
    const { uri, open, sessions, finish } = await holding(signals);
    for (let round = 0; round < 2; round++) {
      const starts = Array.from({ length: 20 }, () => attemptStart(uri));
      for (const start of starts) invoker.start(start);
      await signals.until(() => open.length === 20);
      for (const request of [...open]) finish(request);
      for (const { attempt } of starts) await closed(attempt);
    }
    expect(sessions).toHaveLength(1);
  });

  it("never have more streams than the peer allows; the rest waits in order", async () => {
    const { invoker, signals, closed } = bench({ config: { connectionsPerOrigin: 2 } });
    const { uri, open, counts, sessions, finish } = await holding(signals, { maxConcurrentStreams: 3 });
    // The first connection learns the limit.
    const first = attemptStart(uri);
    invoker.start(first);
    await signals.until(() => open.length === 1);
    const starts = Array.from({ length: 20 }, (_, index) => attemptStart(uri, { id: `inv_${index}` }));
    for (const start of starts) invoker.start(start);
    const order: string[] = [];
    while (counts.total < 21 || open.length > 0) {
      await signals.until(() => open.length > 0);
      const request = open[0] as ReceivedRequest;
      order.push(String(request.headers["x-restate-invocation-id"]));
      finish(request);
      await request.until(() => request.isClosed);
    }
    for (const { attempt } of [first, ...starts]) await closed(attempt);
    expect(sessions.length).toBeLessThanOrEqual(2);
    expect(counts.total).toBe(21);
    expect(new Set(order).size).toBe(21);
  });

  it("are as many as the streams need, also with a peer that allows few of them", async () => {
    const { invoker, signals } = bench();
    const { uri, open, sessions } = await holding(signals, { maxConcurrentStreams: 2 });
    for (let i = 0; i < 60; i++) invoker.start(attemptStart(uri));
    await signals.until(() => open.length === 60);
    expect(sessions).toHaveLength(30);
  });

  it("are bounded in number", async () => {
    const { invoker, signals } = bench({ config: { connectionsPerOrigin: 2, streamsPerConnection: 4 } });
    const { uri, open, counts, sessions, finish } = await holding(signals);
    const starts = Array.from({ length: 12 }, () => attemptStart(uri));
    for (const start of starts) invoker.start(start);
    await signals.until(() => open.length === 8);
    expect(sessions).toHaveLength(2);
    expect(invoker.snapshot().filter(({ phase }) => phase === "connecting")).toHaveLength(4);
    // One that is not wanted any more does not take a stream.
    invoker.abort((starts[8] as { attempt: number }).attempt);
    for (const request of [...open]) finish(request);
    await signals.until(() => counts.total === 11 && open.length === 3);
    expect(counts.most).toBe(8);
  });

  it("are replaced after a GOAWAY, while the streams on them go on", async () => {
    const { invoker, signals, closed, events } = bench();
    const { uri, open, sessions, finish } = await holding(signals);
    const first = attemptStart(uri);
    invoker.start(first);
    const old = await signals.until(() => open[0]);
    old.stream.session?.goaway(0);
    old.stream.write(encodeFrame(MessageType.SleepCommand, Buffer.alloc(0)));
    await signals.until(() => events.some(({ kind }) => kind === "messages"));
    const second = attemptStart(uri);
    invoker.start(second);
    await signals.until(() => open.length === 2);
    expect(sessions).toHaveLength(2);
    for (const request of [...open]) finish(request);
    await closed(first.attempt);
    await closed(second.attempt);
    expect(events.filter(({ kind }) => kind === "failed")).toEqual([]);
  });

  it("are made anew after they broke", async () => {
    const { invoker, signals, closed, failure } = bench();
    const { uri, open, sessions, finish } = await holding(signals);
    const first = attemptStart(uri);
    invoker.start(first);
    (await signals.until(() => open[0])).stream.session?.destroy();
    await failure(first.attempt);
    await signals.until(() => open.length === 0);
    const second = attemptStart(uri);
    invoker.start(second);
    finish(await signals.until(() => open[0]));
    await closed(second.attempt);
    expect(sessions).toHaveLength(2);
  });

  it("are closed when they have been idle for long", async () => {
    const { invoker, signals, closed, clock } = bench({ config: { idleConnectionMs: 1000 } });
    const { uri, open, sessions, finish } = await holding(signals);
    const start = attemptStart(uri);
    invoker.start(start);
    finish(await signals.until(() => open[0]));
    await closed(start.attempt);
    let isClosed = false;
    sessions[0]?.on("close", () => {
      isClosed = true;
      signals.changed();
    });
    clock.advance(500);
    expect(isClosed).toBe(false);
    clock.advance(600);
    await signals.until(() => isClosed);
  });
});

describe("an origin that cannot be reached", () => {
  it("fails everything that waits for it after one try", async () => {
    const { uri, close } = await listening(createTcpServer());
    await close();
    const { invoker, failure } = bench();
    const starts = Array.from({ length: 10 }, () => attemptStart(uri));
    for (const start of starts) invoker.start(start);
    for (const { attempt } of starts) expect((await failure(attempt)).message).toContain("connection refused");
  });

  it("is given up after the connect timeout", async () => {
    const { uri, close } = await http2Endpoint(() => {});
    closers.push(close);
    const { invoker, failure, clock } = bench({ config: { connectTimeoutMs: 3000 } });
    const starts = Array.from({ length: 5 }, () => attemptStart(uri));
    for (const start of starts) invoker.start(start);
    await Promise.resolve();
    // The time passes before the event loop had a chance to make the connection.
    clock.advance(3000);
    for (const { attempt } of starts) {
      const { restateCode, message } = await failure(attempt);
      expect(restateCode).toBe("RT0010");
      expect(message).toContain("the connection could not be made within 3000 ms");
    }
  });
});

describe("back-pressure", () => {
  it("reads a long journal only as fast as the endpoint takes it", async () => {
    const entry = encodeFrame(MessageType.RunCompletion, Buffer.alloc(64 * 1024));
    const entries = 500;
    let read = 0;
    const { invoker, signals, closed } = bench({
      config: { replayChunkBytes: 128 * 1024 },
      reads: {
        replay: (_seq, from, to) => {
          const frames = Array.from({ length: Math.min(2, to - from) }, () => entry);
          read += frames.length;
          return frames;
        },
      },
    });
    let received: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((request) => {
      received = request;
      signals.changed();
    });
    closers.push(close);
    const start = attemptStart(uri, { knownEntries: entries, replay: undefined });
    invoker.start(start);
    const request = await signals.until(() => received);
    // Everything that can move without the endpoint has moved when the connection answers a ping.
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => request.stream.session?.ping(() => resolve()));
    }
    expect(read).toBeLessThan(20);
    expect(invoker.snapshot()[0]?.phase).toBe("replaying");
    request.read();
    await request.until(() => request.frames.length === entries + 1);
    expect(read).toBe(entries);
    request.respond();
    request.stream.write(END);
    request.stream.on("end", () => request.stream.end());
    await closed(start.attempt);
  });

  it("fails an attempt whose endpoint does not take its deliveries", async () => {
    const { invoker, signals, failure } = bench({ config: { deliveryLimitBytes: 1024 * 1024 } });
    let received: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((request) => {
      received = request;
      request.respond();
      signals.changed();
    });
    closers.push(close);
    const start = attemptStart(uri);
    invoker.start(start);
    await signals.until(() => received);
    const completion = encodeFrame(MessageType.RunCompletion, Buffer.alloc(100_000));
    for (let count = 0; count < 20; count++) invoker.deliver(start.attempt, completion);
    const { restateCode, message } = await failure(start.attempt);
    expect(restateCode).toBe("RT0010");
    expect(message).toContain("does not take what is sent to it");
  });

  it("stops reading from an endpoint that does not read itself", async () => {
    const { invoker, signals, events } = bench();
    let received: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((request) => {
      received = request;
      request.respond();
      signals.changed();
    });
    closers.push(close);
    const start = attemptStart(uri);
    invoker.start(start);
    const request = await signals.until(() => received);
    const completion = encodeFrame(MessageType.RunCompletion, Buffer.alloc(1_000_000));
    for (let count = 0; count < 5; count++) invoker.deliver(start.attempt, completion);
    const ping = () => new Promise<void>((resolve) => request.stream.session?.ping(() => resolve()));
    await ping();
    request.stream.write(encodeFrame(MessageType.SleepCommand, Buffer.alloc(0)));
    for (let round = 0; round < 5; round++) await ping();
    expect(events.filter(({ kind }) => kind === "messages")).toEqual([]);
    request.read();
    await signals.until(() => events.some(({ kind }) => kind === "messages"));
    await request.until(() => request.frames.length === 7);
  });
});
