import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, MessageType, Start } from "../../sdk/protocol/index.ts";
import {
  attemptStart,
  type Bench,
  CONTENT_TYPE,
  createBench,
  END,
  type Endpoint,
  http2Endpoint,
  type ReceivedRequest,
} from "./testbed.fixture.ts";

const OUTPUT = encodeFrame(MessageType.OutputCommand, Buffer.from([0x72, 0x02, 0x0a, 0x00]));
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function bench(...args: Parameters<typeof createBench>): Bench {
  const created = createBench(...args);
  closers.push(() => created.invoker.close());
  return created;
}

async function endpoint(...args: Parameters<typeof http2Endpoint>): Promise<Endpoint> {
  const created = await http2Endpoint(...args);
  closers.push(() => created.close());
  return created;
}

/** Answers each request as an SDK does whose handler returns at once. */
function returnAtOnce(request: ReceivedRequest): void {
  request.read();
  request.respond();
  request.stream.write(Buffer.concat([OUTPUT, END]));
  request.stream.on("end", () => request.stream.end());
}

describe("an attempt over HTTP/2", () => {
  it("sends the headers of the real server", async () => {
    const requests: ReceivedRequest[] = [];
    const { uri } = await endpoint((request) => {
      requests.push(request);
      returnAtOnce(request);
    });
    const { invoker, closed } = bench();
    const start = attemptStart(
      `${uri}/pre/fix`,
      { key: "kä/ %", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
      { additionalHeaders: { "X-Extra": "yes", "content-type": "text/plain" } },
    );
    invoker.start(start);
    await closed(start.attempt);
    expect(requests[0]?.headers).toMatchObject({
      ":method": "POST",
      ":path": "/pre/fix/invoke/Greeter/greet",
      "content-type": CONTENT_TYPE,
      accept: CONTENT_TYPE,
      "x-restate-invocation-id": start.id,
      "x-restate-service-key": "k%C3%A4%2F%20%25",
      "x-restate-cluster-name": "localcluster",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "x-extra": "yes",
    });
    expect(requests[0]?.headers).not.toHaveProperty("x-restate-signature-scheme");
  });

  it("sends the start message and the journal, hands the messages over once a chunk, and closes", async () => {
    const requests: ReceivedRequest[] = [];
    const { uri } = await endpoint((request) => {
      requests.push(request);
      returnAtOnce(request);
    });
    const { invoker, closed, events, applied } = bench({
      reads: { eagerState: () => ({ entries: [{ key: Buffer.from("a"), value: Buffer.from("1") }], isPartial: true }) },
    });
    const start = attemptStart(uri, { key: "k", retryCount: 3, durationSinceLastEntryMs: 1500 });
    invoker.start(start);
    await closed(start.attempt);
    const received = requests[0] as ReceivedRequest;
    expect(received.types).toEqual([MessageType.Start, MessageType.InputCommand]);
    expect(Start.decode(received.frames[0]?.body as Buffer)).toMatchObject({
      id: start.idBytes,
      debugId: start.id,
      knownEntries: 1,
      key: "k",
      stateMap: [{ key: Buffer.from("a"), value: Buffer.from("1") }],
      partialState: true,
      retryCountSinceLastStoredEntry: 3,
      durationSinceLastStoredEntry: 1500,
      randomSeed: 42n,
    });
    expect(received.chunks).toBe(1);
    expect(events).toEqual([
      { kind: "server", attempt: start.attempt, name: "test/1" },
      { kind: "messages", attempt: start.attempt, types: [MessageType.OutputCommand, MessageType.End] },
      { kind: "closed", attempt: start.attempt },
    ]);
    expect(applied()).toBe(1);
    expect(invoker.snapshot()).toEqual([]);
  });

  it("sends no eager state when it is off or lazy", async () => {
    const requests: ReceivedRequest[] = [];
    const { uri } = await endpoint((request) => {
      requests.push(request);
      returnAtOnce(request);
    });
    const reads = {
      eagerState: () => {
        throw new Error("not to be asked for");
      },
    };
    const lazy = bench({ reads });
    const lazyStart = attemptStart(uri, { key: "k" }, {}, { enableLazyState: true });
    lazy.invoker.start(lazyStart);
    await lazy.closed(lazyStart.attempt);
    const off = bench({ reads, config: { eagerStateLimitBytes: 0 } });
    const offStart = attemptStart(uri, { key: "k" });
    off.invoker.start(offStart);
    await off.closed(offStart.attempt);
    for (const { frames } of requests) {
      expect(Start.decode(frames[0]?.body as Buffer)).toMatchObject({ stateMap: [], partialState: true });
    }
  });

  it("delivers what comes in one tick in one write, after the replay", async () => {
    const requests: ReceivedRequest[] = [];
    const { uri } = await endpoint((request) => {
      requests.push(request);
      request.read();
      request.respond();
      request.stream.write(encodeFrame(MessageType.SleepCommand, Buffer.alloc(0)));
    });
    const completion = encodeFrame(MessageType.SleepCompletion, Buffer.from([0x08, 0x01]));
    const { invoker } = bench({
      onMessages: (attempt, _frames, host) => {
        host.deliver(attempt, completion);
        host.deliver(attempt, completion);
      },
    });
    const start = attemptStart(uri);
    invoker.start(start);
    // Before there is a stream at all.
    invoker.deliver(start.attempt, completion);
    invoker.deliver(999_999, completion);
    await new Promise<void>((resolve) => {
      const poll = () => (requests[0] === undefined ? setImmediate(poll) : resolve());
      poll();
    });
    const received = requests[0] as ReceivedRequest;
    await received.until(() => received.frames.length === 5);
    expect(received.types).toEqual([
      MessageType.Start,
      MessageType.InputCommand,
      MessageType.SleepCompletion,
      MessageType.SleepCompletion,
      MessageType.SleepCompletion,
    ]);
    expect(received.chunks).toBeLessThanOrEqual(3);
  });

  it("ends the request as soon as the terminal message has come, and ignores what follows it", async () => {
    for (const terminal of [MessageType.End, MessageType.Suspension, MessageType.Error]) {
      const { uri } = await endpoint((request) => {
        request.read();
        request.respond();
        request.stream.write(Buffer.concat([OUTPUT, encodeFrame(terminal, Buffer.alloc(0)), OUTPUT]));
        request.stream.on("end", () => request.stream.end(OUTPUT));
      });
      const { invoker, closed, events } = bench();
      const start = attemptStart(uri);
      invoker.start(start);
      await closed(start.attempt);
      expect(events.filter(({ kind }) => kind === "messages")).toEqual([
        { kind: "messages", attempt: start.attempt, types: [MessageType.OutputCommand, terminal] },
      ]);
      expect(events.filter(({ kind }) => kind === "failed")).toEqual([]);
    }
  });

  it("aborts without reporting back", async () => {
    const requests: ReceivedRequest[] = [];
    const { invoker, events, signals } = bench();
    const { uri } = await endpoint((request) => {
      requests.push(request);
      request.read();
      request.respond();
      signals.changed();
    });
    const start = attemptStart(uri);
    invoker.start(start);
    const received = await signals.until(() => requests[0]);
    invoker.abort(start.attempt);
    await received.until(() => received.isClosed);
    expect(received.stream.rstCode).toBe(8);
    expect(events).toEqual([]);
    expect(invoker.snapshot()).toEqual([]);
  });

  it("shows running attempts", async () => {
    const { invoker, signals } = bench();
    const requests: ReceivedRequest[] = [];
    const { uri } = await endpoint((request) => {
      requests.push(request);
      request.read();
      signals.changed();
    });
    const start = attemptStart(uri, { retryCount: 2 });
    invoker.start(start);
    expect(invoker.snapshot()).toMatchObject([{ attempt: start.attempt, phase: "connecting", retryCount: 2 }]);
    await signals.until(() => requests[0]);
    expect(invoker.snapshot()).toMatchObject([{ invocationId: start.id, phase: "processing", deploymentId: "dp_1" }]);
  });
});
