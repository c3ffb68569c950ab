import { afterEach, describe, expect, it } from "vitest";
import type { RunningAttempt } from "../../../sdk/context/types.ts";
import { encodeFrame, FrameDecoder, MessageType } from "../../../sdk/protocol/index.ts";
import { attemptStart, type Bench, CONTENT_TYPE, createBench, END } from "../testbed.fixture.ts";
import { InProcessDirectory } from "./directory.ts";
import { type InProcessEndpoint, type ResponseSink, responseHead } from "./endpoint.ts";

const URI = "in-process://services";
const COMMAND = encodeFrame(MessageType.SleepCommand, Buffer.alloc(0));
const HEAD = responseHead(200, (name) => ({ "content-type": CONTENT_TYPE, "x-restate-server": "test/1" })[name]);

const benches: Bench[] = [];

afterEach(async () => {
  for (const { invoker } of benches.splice(0)) await invoker.close();
});

/** An attempt as the endpoint sees it; the test says what the endpoint says. */
class Opened implements RunningAttempt {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sink: ResponseSink;
  readonly types: number[] = [];
  hasEnded = false;
  reason: string | undefined;
  readonly #decoder = new FrameDecoder(64 * 1024 * 1024);
  readonly #changed: () => void;

  constructor(path: string, headers: Readonly<Record<string, string>>, sink: ResponseSink, changed: () => void) {
    this.path = path;
    this.headers = headers;
    this.sink = sink;
    this.#changed = changed;
  }

  push(bytes: Uint8Array): void {
    this.#decoder.push(bytes as Buffer);
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      this.types.push(frame.type);
    }
    this.#changed();
  }

  inputClosed(): void {
    this.hasEnded = true;
    this.#changed();
  }

  disconnected(reason: string): void {
    this.reason = reason;
    this.sink.end();
    this.#changed();
  }
}

/** An invoker with one in-process endpoint that serves `Greeter`, and the attempts that have been opened on it. */
function serving(
  onOpen: (opened: Opened) => void,
  overrides: Parameters<typeof createBench>[0] & { readonly protocolMode?: "REQUEST_RESPONSE" } = {},
) {
  const directory = new InProcessDirectory();
  const bench = createBench({ ...overrides, inProcess: directory });
  benches.push(bench);
  const opened: Opened[] = [];
  const endpoint: InProcessEndpoint = {
    convert: async () => ({ status: 404, body: Buffer.alloc(0) }),
    manifest: {
      protocolMode: overrides.protocolMode,
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      services: [{ name: "Greeter" }],
    },
    server: "test/1",
    open(path, headers, sink) {
      const attempt = new Opened(path, headers, sink, () => bench.signals.changed());
      opened.push(attempt);
      onOpen(attempt);
      return attempt;
    },
  };
  directory.stage(URI, [endpoint]).attach();
  return { ...bench, directory, opened };
}

function answerAtOnce({ sink }: Opened): void {
  sink.head(HEAD);
  sink.write(new Uint8Array(Buffer.concat([COMMAND, END])));
  sink.end();
}

describe("an attempt in memory", () => {
  it("gets the journal with the headers of any other attempt, and answers with messages", async () => {
    const { invoker, closed, events, opened, applied } = serving(answerAtOnce);
    const start = attemptStart(URI, { key: "kä" });
    invoker.start(start);
    expect(opened).toEqual([]);
    await closed(start.attempt);
    expect(opened[0]).toMatchObject({
      path: "/invoke/Greeter/greet",
      types: [MessageType.Start, MessageType.InputCommand],
      headers: { "content-type": CONTENT_TYPE, "x-restate-service-key": "k%C3%A4" },
      hasEnded: true,
      reason: undefined,
    });
    expect(events).toEqual([
      { kind: "server", attempt: start.attempt, name: "test/1" },
      { kind: "messages", attempt: start.attempt, types: [MessageType.SleepCommand, MessageType.End] },
      { kind: "closed", attempt: start.attempt },
    ]);
    expect(applied()).toBe(1);
  });

  it("costs the engine one command for all that the endpoint says in a tick", async () => {
    const { invoker, closed, applied } = serving(({ sink }) => {
      sink.head(HEAD);
      for (let each = 0; each < 10; each++) sink.write(COMMAND);
      sink.write(END);
      sink.end();
    });
    const start = attemptStart(URI);
    invoker.start(start);
    await closed(start.attempt);
    expect(applied()).toBe(1);
  });

  it("talks both ways while it runs", async () => {
    const { invoker, closed, events, opened, signals } = serving(({ sink }) => sink.head(HEAD));
    const start = attemptStart(URI);
    invoker.start(start);
    const attempt = await signals.until(() => opened[0]);
    attempt.sink.write(COMMAND);
    await signals.until(() => events.some(({ kind }) => kind === "messages"));
    invoker.deliver(start.attempt, encodeFrame(MessageType.SleepCompletion, Buffer.alloc(0)));
    await signals.until(() => attempt.types.includes(MessageType.SleepCompletion));
    expect(attempt.hasEnded).toBe(false);
    attempt.sink.write(END);
    attempt.sink.end();
    await closed(start.attempt);
  });

  it("ends the request after the journal when the endpoint wants requests and responses", async () => {
    const { invoker, opened, signals } = serving(({ sink }) => sink.head(HEAD), { protocolMode: "REQUEST_RESPONSE" });
    invoker.start(attemptStart(URI));
    const attempt = await signals.until(() => opened[0]);
    await signals.until(() => attempt.hasEnded);
  });

  it("is asked to suspend after the inactivity timeout, and left to itself after the abort timeout", async () => {
    const { invoker, clock, failure, opened, signals, events } = serving(({ sink }) => sink.head(HEAD));
    const start = attemptStart(URI, {}, {}, { inactivityTimeoutMs: 1000, abortTimeoutMs: 5000 });
    invoker.start(start);
    const attempt = await signals.until(() => opened[0]?.types.length === 2 && opened[0]);
    clock.advance(900);
    expect(attempt.hasEnded).toBe(false);
    clock.advance(200);
    await signals.until(() => attempt.hasEnded);
    clock.advance(5200);
    expect((await failure(start.attempt)).restateCode).toBe("RT0001");
    attempt.sink.write(COMMAND);
    attempt.sink.end();
    await Promise.resolve();
    expect(attempt.reason).toBeUndefined();
    expect(events.map(({ kind }) => kind)).toEqual(["failed"]);
  });

  it("replays a long journal with rests in between, so that other work has its turn", async () => {
    const entry = encodeFrame(MessageType.RunCompletion, Buffer.alloc(400_000));
    let turns = 0;
    const { invoker, closed, opened } = serving(
      (attempt) => {
        attempt.sink.head(HEAD);
      },
      { reads: { replay: () => [entry, entry] } },
    );
    const start = attemptStart(URI, { knownEntries: 20, replay: undefined });
    invoker.start(start);
    while (opened[0] === undefined || opened[0].types.length < 21) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(turns).toBeGreaterThan(3);
    opened[0].sink.write(END);
    opened[0].sink.end();
    await closed(start.attempt);
  });

  it("is told when the server ends it, and is not heard any more", async () => {
    const { invoker, events, opened, signals } = serving(({ sink }) => sink.head(HEAD));
    const start = attemptStart(URI);
    invoker.start(start);
    const attempt = await signals.until(() => opened[0]);
    invoker.abort(start.attempt);
    attempt.sink.write(COMMAND);
    attempt.sink.end();
    await Promise.resolve();
    expect(attempt.reason).toBe("the server has ended this attempt");
    expect(events).toEqual([]);
    expect(invoker.snapshot()).toEqual([]);
  });

  it("that is not wanted any more before it began is never opened", async () => {
    const { invoker, opened } = serving(answerAtOnce);
    const start = attemptStart(URI);
    invoker.start(start);
    invoker.abort(start.attempt);
    await Promise.resolve();
    expect(opened).toEqual([]);
  });
});

describe("a failing endpoint", () => {
  const afterHead = (then: (sink: ResponseSink) => void) => (sink: ResponseSink) => {
    sink.head(HEAD);
    then(sink);
  };
  it.each<[string, (sink: ResponseSink) => void, object]>([
    ["refuses", (sink) => sink.head(responseHead(404, () => undefined)), { restateCode: "RT0012" }],
    ["ends without an end", afterHead((sink) => sink.end()), { restateCode: "RT0007" }],
    ["breaks", afterHead((sink) => sink.broken("out of luck")), { restateCode: "RT0010" }],
    [
      "throws",
      () => {
        throw new Error("out of luck");
      },
      { restateCode: "RT0010", message: `error when calling '${URI}': out of luck` },
    ],
  ])("that %s fails the attempt as it would over HTTP", async (_what, onOpen, expected) => {
    const { invoker, failure } = serving(({ sink }) => onOpen(sink));
    const start = attemptStart(URI);
    invoker.start(start);
    expect(await failure(start.attempt)).toMatchObject(expected);
  });
});

describe("a service that this process does not serve", () => {
  it("waits, and the reason says for what", async () => {
    const { invoker, failure } = serving(answerAtOnce);
    const ofOtherService = attemptStart(URI, { service: "Counter" });
    const ofOtherProcess = attemptStart("in-process://earlier");
    invoker.start(ofOtherService);
    invoker.start(ofOtherProcess);
    expect(await failure(ofOtherService.attempt)).toMatchObject({
      restateCode: "RT0011",
      behavior: "wait",
      message: expect.stringContaining("do not include Counter"),
    });
    expect(await failure(ofOtherProcess.attempt)).toMatchObject({
      restateCode: "RT0011",
      behavior: "wait",
      message: expect.stringContaining("in-process://earlier"),
    });
  });
});

describe("the directory", () => {
  const endpointWith = (...names: string[]): InProcessEndpoint => ({
    convert: async () => ({ status: 404, body: Buffer.alloc(0) }),
    manifest: { minProtocolVersion: 5, maxProtocolVersion: 7, services: names.map((name) => ({ name })) },
    server: undefined,
    open: () => undefined,
  });
  const namesAt = (directory: InProcessDirectory) =>
    (JSON.parse(directory.discover(URI).body.toString()) as { services: { name: string }[] }).services
      .map(({ name }) => name)
      .sort();

  it("adds to what an address serves, and replaces services of the same name", () => {
    const directory = new InProcessDirectory();
    const [first, second] = [endpointWith("A", "B"), endpointWith("B", "C")];
    directory.stage(URI, [first]).attach();
    const staged = directory.stage(URI, [second]);
    expect(namesAt(directory)).toEqual(["A", "B"]);
    staged.attach();
    expect(namesAt(directory)).toEqual(["A", "B", "C"]);
    expect(directory.endpointOf(URI, "A")).toBe(first);
    expect(directory.endpointOf(URI, "B")).toBe(second);
  });

  it("refuses two services of one name in one registration", () => {
    const stage = () => new InProcessDirectory().stage(URI, [endpointWith("A"), endpointWith("A")]);
    expect(stage).toThrow("two of the services are called 'A'");
  });
});
