import type { AttemptEvents, AttemptHost, AttemptReads, AttemptStart } from "../engine/types.ts";
import type { Log } from "../log.ts";
import type { Deployment } from "../registry/types.ts";
import type { Clock } from "../seams.ts";
import { Attempt, type AttemptPhase, type AttemptSurroundings } from "./attempt.ts";
import { transportFailure, unservedFailure } from "./failure.ts";
import { Http1Transport } from "./http1/transport.ts";
import { Http2Transport } from "./http2/transport.ts";
import type { RequestIdentity } from "./identity.ts";
import { InProcessDirectory, NotServedError } from "./in-process/directory.ts";
import { InProcessTransport } from "./in-process/transport.ts";
import { isInProcess } from "./in-process/uri.ts";
import { attemptRequest } from "./request.ts";
import { DEFAULT_INVOKER_SETTINGS, type InvokerSettings } from "./settings.ts";
import { Timeouts } from "./timeouts.ts";
import type { Transport } from "./transport.ts";

export interface InvokerParts {
  readonly reads: AttemptReads;
  /** Runs one engine command inside the open turn. */
  apply<T>(command: () => T): T;
  readonly events: AttemptEvents;
  readonly config?: Partial<InvokerSettings>;
  readonly clock: Clock;
  readonly log: Log;
  /** Signs requests; without it they are not signed. */
  readonly identity?: RequestIdentity | undefined;
  /** The services of this process itself; without it there are none. */
  readonly inProcess?: InProcessDirectory;
}

/** A running attempt for people who look at the server. */
export interface RunningAttempt {
  readonly attempt: number;
  readonly invocationId: string;
  readonly service: string;
  readonly handler: string;
  readonly deploymentId: string;
  readonly protocolVersion: number;
  readonly phase: AttemptPhase;
  readonly startedAtMs: number;
  readonly retryCount: number;
}

export interface Invoker extends AttemptHost {
  /** Cuts off every attempt, without reporting back, and closes the connections. */
  close(): Promise<void>;
  snapshot(): RunningAttempt[];
}

/**
 * The invoker: runs attempts against endpoints, over HTTP or in this process. `events.messages`, `server` and `failed` are called inside
 * `apply`, once for each chunk that brought messages; `closed` outside, because it changes nothing that is stored.
 */
export function createInvoker(parts: InvokerParts): Invoker {
  return new TransportInvoker(parts);
}

class TransportInvoker implements Invoker {
  readonly #settings: InvokerSettings;
  readonly #identity: RequestIdentity | undefined;
  readonly #around: AttemptSurroundings;
  readonly #http1: Transport;
  readonly #http2: Transport;
  readonly #inProcess: InProcessTransport;
  readonly #timeouts: Timeouts;
  readonly #attempts = new Map<number, Attempt>();
  #toFlush: Attempt[] = [];

  constructor({ reads, apply, events, config, clock, log, identity, inProcess }: InvokerParts) {
    const settings = { ...DEFAULT_INVOKER_SETTINGS, ...config };
    this.#settings = settings;
    this.#identity = identity;
    this.#timeouts = new Timeouts(clock);
    this.#http1 = new Http1Transport(settings);
    this.#http2 = new Http2Transport({ ...settings, clock });
    this.#inProcess = new InProcessTransport(inProcess ?? new InProcessDirectory());
    this.#around = {
      reads,
      events,
      settings,
      timeouts: this.#timeouts,
      apply,
      log,
      nowMs: () => clock.nowMs(),
      flushSoon: (attempt) => this.#flushSoon(attempt),
      forget: (attempt) => this.#attempts.delete(attempt.start.attempt),
    };
  }

  start(start: AttemptStart): void {
    const transport = this.#transportOf(start.deployment);
    const isBidirectional = transport.isBidirectional(start.deployment, start.service);
    const attempt = new Attempt(start, isBidirectional, this.#around);
    this.#attempts.set(start.attempt, attempt);
    try {
      attempt.withdraw = transport.open(attemptRequest(start, this.#settings, this.#identity), attempt);
    } catch (error) {
      const { message } = error as Error;
      const failure = error instanceof NotServedError ? unservedFailure(message) : transportFailure("RT0010", message);
      // Not at once: the engine calls from its outbox and does not expect an answer before it returns.
      queueMicrotask(() => attempt.fail(failure));
    }
  }

  deliver(attempt: number, frame: Buffer): void {
    this.#attempts.get(attempt)?.deliver(frame);
  }

  abort(attempt: number): void {
    this.#attempts.get(attempt)?.abort();
  }

  letGo(attempt: number): void {
    this.#attempts.get(attempt)?.letGo();
  }

  closeInput(attempt: number): void {
    this.#attempts.get(attempt)?.closeInput();
  }

  async close(): Promise<void> {
    for (const attempt of [...this.#attempts.values()]) attempt.abort();
    this.#timeouts.close();
    this.#http1.close();
    this.#http2.close();
    this.#inProcess.close();
  }

  snapshot(): RunningAttempt[] {
    return [...this.#attempts.values()].map(({ start, phase, startedAtMs }) => ({
      attempt: start.attempt,
      invocationId: start.id,
      service: start.service,
      handler: start.handler,
      deploymentId: start.deployment.id,
      protocolVersion: start.protocolVersion,
      phase,
      startedAtMs,
      retryCount: start.retryCount,
    }));
  }

  #transportOf({ uri, httpVersion }: Deployment): Transport {
    if (isInProcess(uri)) return this.#inProcess;
    return httpVersion === "HTTP/1.1" ? this.#http1 : this.#http2;
  }

  /** Everything delivered within a tick leaves in one write an attempt. */
  #flushSoon(attempt: Attempt): void {
    this.#toFlush.push(attempt);
    if (this.#toFlush.length > 1) return;
    queueMicrotask(() => {
      const attempts = this.#toFlush;
      this.#toFlush = [];
      for (const due of attempts) due.flush();
    });
  }
}
