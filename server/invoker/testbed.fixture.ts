import { createServer as createHttp1Server, type RequestListener } from "node:http";
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { encodeFrame, type Frame, FrameDecoder, MessageType } from "../../sdk/protocol/index.ts";
import type { AttemptFailure, AttemptReads, AttemptStart } from "../engine/types.ts";
import { ManualClock } from "../manual-clock.fixture.ts";
import type { Deployment, Handler } from "../registry/types.ts";
import { createInvoker, type Invoker, type InvokerParts } from "./invoker.ts";

/** Parts of the invoker's tests: endpoints of which each test decides how they (mis)behave, and an engine that only listens. */

export const CONTENT_TYPE = "application/vnd.restate.invocation.v6";
export const END = encodeFrame(MessageType.End, Buffer.alloc(0));

export type Event =
  | { readonly kind: "messages"; readonly attempt: number; readonly types: readonly number[] }
  | { readonly kind: "server"; readonly attempt: number; readonly name: string }
  | { readonly kind: "failed"; readonly attempt: number; readonly failure: AttemptFailure }
  | { readonly kind: "closed"; readonly attempt: number };

/** Waits until a condition holds; it is looked at again whenever something happens. */
export class Signals {
  readonly #checks = new Set<() => void>();

  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  until<T>(condition: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        const value = condition();
        if (value === undefined || value === false) return;
        this.#checks.delete(check);
        resolve(value);
      };
      this.#checks.add(check);
      check();
    });
  }
}

export interface Bench {
  readonly invoker: Invoker;
  readonly clock: ManualClock;
  readonly events: Event[];
  readonly applied: () => number;
  readonly signals: Signals;
  failure(attempt: number): Promise<AttemptFailure>;
  closed(attempt: number): Promise<Event>;
}

/** An invoker with an engine that notes what it is told. */
export function createBench(
  overrides: Partial<Pick<InvokerParts, "config" | "identity" | "inProcess">> & {
    readonly reads?: Partial<AttemptReads>;
    readonly onMessages?: (
      attempt: number,
      frames: readonly { type: number; body: Buffer }[],
      invoker: Invoker,
    ) => void;
  } = {},
): Bench {
  const events: Event[] = [];
  const signals = new Signals();
  const clock = new ManualClock();
  let applied = 0;
  const note = (event: Event) => {
    events.push(event);
    signals.changed();
  };
  const invoker: Invoker = createInvoker({
    reads: {
      replay: () => [],
      eagerState: () => ({ entries: [], isPartial: false }),
      ...overrides.reads,
    },
    apply: (command) => {
      applied++;
      return command();
    },
    events: {
      messages: (attempt, frames) => {
        overrides.onMessages?.(attempt, frames, invoker);
        note({ kind: "messages", attempt, types: frames.map(({ type }) => type) });
      },
      server: (attempt, name) => note({ kind: "server", attempt, name }),
      failed: (attempt, failure) => note({ kind: "failed", attempt, failure }),
      closed: (attempt) => note({ kind: "closed", attempt }),
    },
    clock,
    log: () => {},
    ...(overrides.config === undefined ? {} : { config: overrides.config }),
    ...(overrides.inProcess === undefined ? {} : { inProcess: overrides.inProcess }),
    identity: overrides.identity,
  });
  return {
    invoker,
    clock,
    events,
    applied: () => applied,
    signals,
    failure: (attempt) =>
      signals.until(() => {
        const found = events.find((event) => event.kind === "failed" && event.attempt === attempt);
        return found?.kind === "failed" ? found.failure : undefined;
      }),
    closed: (attempt) =>
      signals.until(() => events.find((event) => event.kind === "closed" && event.attempt === attempt)),
  };
}

let lastAttempt = 0;

export function attemptStart(
  uri: string,
  overrides: Partial<AttemptStart> = {},
  deployment: Partial<Deployment> = {},
  handler: Partial<Handler> = {},
): AttemptStart {
  const input = encodeFrame(MessageType.InputCommand, Buffer.from("input"));
  return {
    attempt: ++lastAttempt,
    seq: lastAttempt,
    idBytes: Buffer.alloc(24, 7),
    id: "inv_1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    service: "Greeter",
    handler: "greet",
    key: undefined,
    scope: undefined,
    limitKey: undefined,
    idempotencyKey: undefined,
    deployment: {
      id: "dp_1",
      uri,
      protocolMode: "BIDI_STREAM",
      httpVersion: "HTTP/2.0",
      minProtocolVersion: 5,
      maxProtocolVersion: 6,
      sdkVersion: undefined,
      additionalHeaders: {},
      metadata: {},
      createdAtMs: 0,
      ...deployment,
    },
    handlerSpec: {
      name: "greet",
      type: undefined,
      isPublic: true,
      documentation: undefined,
      metadata: {},
      input: undefined,
      output: undefined,
      inactivityTimeoutMs: 60_000,
      abortTimeoutMs: 600_000,
      idempotencyRetentionMs: 0,
      workflowRetentionMs: 0,
      journalRetentionMs: 0,
      enableLazyState: false,
      given: {},
      retryPolicy: {
        initialIntervalMs: 500,
        factor: 2,
        maxIntervalMs: 60_000,
        maxAttempts: 70,
        onMaxAttempts: "Pause",
      },
      ...handler,
    },
    protocolVersion: 6,
    knownEntries: 1,
    replay: [input],
    retryCount: 0,
    durationSinceLastEntryMs: 0,
    randomSeed: 42n,
    traceparent: undefined,
    ...overrides,
  };
}

export interface Endpoint {
  readonly uri: string;
  readonly sessions: ServerHttp2Session[];
  close(): Promise<void>;
}

/** What an endpoint has read of one request. */
export class ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
  readonly frames: Frame[] = [];
  readonly signals = new Signals();
  /** Number of `data` events. */
  chunks = 0;
  hasEnded = false;
  isClosed = false;
  readonly #decoder = new FrameDecoder(64 * 1024 * 1024);

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
    stream.on("error", () => {});
    stream.on("end", () => {
      this.hasEnded = true;
      this.signals.changed();
    });
    stream.on("close", () => {
      this.isClosed = true;
      this.signals.changed();
    });
  }

  read(): void {
    this.stream.on("data", (chunk: Buffer) => {
      this.chunks++;
      this.#decoder.push(chunk);
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) this.frames.push(frame);
      this.signals.changed();
    });
  }

  respond(contentType = CONTENT_TYPE, status = 200): void {
    this.stream.respond({ ":status": status, "content-type": contentType, "x-restate-server": "test/1" });
  }

  get types(): number[] {
    return this.frames.map(({ type }) => type);
  }

  until<T>(condition: () => T | undefined | false): Promise<T> {
    return this.signals.until(condition);
  }
}

/** An HTTP/2 endpoint on a free port. */
export async function http2Endpoint(
  onRequest: (request: ReceivedRequest) => void,
  settings: { maxConcurrentStreams?: number; initialWindowSize?: number } = {},
): Promise<Endpoint> {
  const sessions: ServerHttp2Session[] = [];
  const server = createHttp2Server({ settings });
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => onRequest(new ReceivedRequest(stream, headers)));
  return { ...(await listening(server)), sessions };
}

/** An HTTP/1.1 endpoint on a free port. */
export async function http1Endpoint(listener: RequestListener): Promise<Endpoint> {
  return { ...(await listening(createHttp1Server(listener))), sessions: [] };
}

/** Any server on a free port, with an end that does not wait for its clients. */
export async function listening(server: Server): Promise<{ uri: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
