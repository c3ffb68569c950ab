/**
 * For tests: an engine on an in-memory database whose clock, ids and attempts the test owns, so that a test reads
 * like a transcript of the protocol.
 */
import { type Frame, FrameDecoder, messageTypeName } from "../../sdk/protocol/index.ts";
import { ManualClock } from "../manual-clock.fixture.ts";
import { LimitRules, PausedQueues } from "../registry/index.ts";
import type { Deployment, Handler, HandlerSettings, RegistryView, Service, ServiceType } from "../registry/types.ts";
import { openStorage, prepareStatements, type Statements, type Storage } from "../storage/index.ts";
import { Engine } from "./engine.ts";
import type { AttemptHost, AttemptStart, Completion, InvokeRequest, Outcome } from "./types.ts";

const SETTINGS: HandlerSettings = {
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  idempotencyRetentionMs: 86_400_000,
  workflowRetentionMs: 86_400_000,
  journalRetentionMs: 86_400_000,
  enableLazyState: false,
  retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, maxAttempts: 3, onMaxAttempts: "Pause" },
};

const HANDLER: Omit<Handler, "name" | "type" | keyof HandlerSettings> = {
  isPublic: true,
  documentation: undefined,
  metadata: {},
  input: undefined,
  output: undefined,
  given: {},
};

export const DEPLOYMENT: Deployment = {
  id: "dp_1",
  uri: "http://localhost:9080",
  protocolMode: "BIDI_STREAM",
  httpVersion: "HTTP/2.0",
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  sdkVersion: undefined,
  additionalHeaders: {},
  metadata: {},
  createdAtMs: 0,
};

/** `Greeter/greet`, `Counter/{add,get}` and `Flow/{run,shared}` on one deployment, changeable by the test. */
export class TestRegistry implements RegistryView {
  readonly services = new Map<string, Service>();
  readonly deployments = new Map<string, Deployment>([[DEPLOYMENT.id, DEPLOYMENT]]);

  constructor() {
    this.add("Greeter", "Service", { greet: undefined });
    this.add("Counter", "VirtualObject", { add: "Exclusive", get: "Shared" });
    this.add("Flow", "Workflow", { run: "Workflow", shared: "Shared" });
  }

  add(
    name: string,
    type: ServiceType,
    handlers: Record<string, Handler["type"]>,
    settings: Partial<HandlerSettings> = {},
  ): void {
    this.services.set(name, {
      name,
      type,
      revision: 1,
      deploymentId: DEPLOYMENT.id,
      isPublic: true,
      documentation: undefined,
      metadata: {},
      settings: SETTINGS,
      given: {},
      handlers: new Map(
        Object.entries(handlers).map(([handler, kind]) => [
          handler,
          { ...SETTINGS, ...settings, ...HANDLER, name: handler, type: kind },
        ]),
      ),
    });
  }

  service(name: string): Service | undefined {
    return this.services.get(name);
  }
  deployment(id: string): Deployment | undefined {
    return this.deployments.get(id);
  }
  serviceOn(name: string): Service | undefined {
    return this.services.get(name);
  }
}

/** One attempt as the host saw it. */
export interface SeenAttempt {
  readonly start: AttemptStart;
  readonly delivered: Frame[];
  /** How the engine ended it, if it did. */
  end: "cut off" | "let go" | undefined;
  /** Whether it was asked to suspend. */
  isInputClosed: boolean;
}

export class Transcript {
  readonly clock = new ManualClock();
  readonly registry = new TestRegistry();
  readonly attempts: SeenAttempt[] = [];
  readonly storage: Storage;
  limitRules: LimitRules;
  pausedQueues: PausedQueues;
  engine: Engine;
  readonly #concurrentInvocations: number;
  /** Executions of the engine's SQL statements so far. */
  statements = 0;
  /** Rows that they have read in lists. */
  rows = 0;
  #lastId = 0;

  constructor(options: { concurrentInvocations?: number; dataDir?: string } = {}) {
    this.#concurrentInvocations = options.concurrentInvocations ?? 1000;
    this.storage = openStorage({
      dataDir: options.dataDir ?? ":memory:",
      durability: "process",
      migrationsDir: new URL("../../migrations", import.meta.url).pathname,
      log: () => {},
      onFatal: (error) => {
        throw error;
      },
    });
    this.limitRules = new LimitRules(this.storage, this.clock);
    this.pausedQueues = new PausedQueues(this.storage);
    this.engine = this.#newEngine();
  }

  #newEngine(): Engine {
    const host: AttemptHost = {
      start: (start) => void this.attempts.push({ start, delivered: [], end: undefined, isInputClosed: false }),
      deliver: (attempt, frame) => {
        const seen = this.attempts.find((other) => other.start.attempt === attempt);
        const decoder = new FrameDecoder(1 << 25);
        decoder.push(frame);
        for (let next = decoder.next(); next !== undefined; next = decoder.next()) seen?.delivered.push(next);
      },
      abort: (attempt) => {
        const seen = this.attempts.find((other) => other.start.attempt === attempt);
        if (seen !== undefined) seen.end = "cut off";
      },
      letGo: (attempt) => {
        const seen = this.attempts.find((other) => other.start.attempt === attempt);
        if (seen !== undefined) seen.end = "let go";
      },
      closeInput: (attempt) => {
        const seen = this.attempts.find((other) => other.start.attempt === attempt);
        if (seen !== undefined) seen.isInputClosed = true;
      },
    };
    return new Engine({
      statements: this.#counted(prepareStatements(this.storage.db)),
      turns: this.storage.turns,
      registry: this.registry,
      limitRules: this.limitRules,
      pausedQueues: this.pausedQueues,
      clock: this.clock,
      ids: {
        invocationBytes: () => Buffer.alloc(16, ++this.#lastId),
        deploymentId: () => `dp_${++this.#lastId}`,
      },
      host,
      settings: { concurrentInvocations: this.#concurrentInvocations },
      log: () => {},
    });
  }

  #counted(statements: Statements): Statements {
    for (const group of Object.values(statements)) {
      for (const statement of Object.values(group)) {
        for (const method of ["run", "get", "all", "iterate"] as const) {
          const original = statement[method] as (...parameters: unknown[]) => unknown;
          Object.defineProperty(statement, method, {
            value: (...parameters: unknown[]) => {
              this.statements++;
              const result = original.apply(statement, parameters);
              if (method === "all") this.rows += (result as unknown[]).length;
              return result;
            },
          });
        }
      }
    }
    return statements;
  }

  /** Forgets everything that is in memory only, as a crash does. */
  restart(): void {
    this.engine.stop();
    this.attempts.length = 0;
    this.limitRules = new LimitRules(this.storage, this.clock);
    this.pausedQueues = new PausedQueues(this.storage);
    this.engine = this.#newEngine();
    this.engine.recover();
    this.settle();
  }

  /** Runs one command and commits its turn, and those that it causes. */
  apply<T>(command: () => T): T {
    const result = this.storage.turns.apply(command);
    this.settle();
    return result;
  }

  settle(): void {
    for (let i = 0; i < 20; i++) this.storage.turns.end();
  }

  /** Ends turn after turn until nothing more is done. @returns the statements that each of them ran */
  turns(): number[] {
    const counts: number[] = [];
    for (let idle = 0; idle < 3; ) {
      const before = this.statements;
      this.storage.turns.end();
      const count = this.statements - before;
      if (count === 0) idle++;
      else counts.push(count);
    }
    return counts;
  }

  advance(ms: number): void {
    this.clock.advance(ms, () => this.settle());
  }

  request(path: string, body = "1", more: Partial<InvokeRequest> = {}): InvokeRequest {
    const parts = path.split("/");
    const [service = "", second = "", third] = parts;
    return {
      target: { service, handler: third ?? second, key: third === undefined ? undefined : second, scope: undefined },
      headers: [],
      body: Buffer.from(body),
      idempotencyKey: undefined,
      limitKey: undefined,
      executeAtMs: undefined,
      ...more,
    };
  }

  /** Calls a handler; the returned cell gets the completion. */
  call(path: string, body?: string, more?: Partial<InvokeRequest>): { id: string; completion?: Completion } {
    const cell: { id: string; completion?: Completion } = { id: "" };
    cell.id = this.apply(() =>
      this.engine.call(this.request(path, body, more), (completion) => {
        cell.completion = completion;
      }),
    ).id;
    return cell;
  }

  send(path: string, body?: string, more?: Partial<InvokeRequest>): string {
    return this.apply(() => this.engine.send(this.request(path, body, more))).id;
  }

  /** The last attempt of an invocation. */
  attemptOf(id: string): SeenAttempt {
    const seen = this.attempts.findLast((attempt) => attempt.start.id === id);
    if (seen === undefined) throw new Error(`no attempt of ${id}`);
    return seen;
  }

  attemptsOf(id: string): number {
    return this.attempts.filter((attempt) => attempt.start.id === id).length;
  }

  /** The SDK of the last attempt of `id` says something. */
  says(id: string, ...messages: readonly (readonly [type: number, body: Buffer, flags?: number])[]): void {
    const { attempt } = this.attemptOf(id).start;
    this.apply(() =>
      this.engine.events.messages(
        attempt,
        messages.map(([type, body, flags = 0]) => ({ type, body, flags })),
      ),
    );
  }

  /** Names of the messages delivered to the last attempt of `id`. */
  heard(id: string): string[] {
    return this.attemptOf(id).delivered.map((frame) => messageTypeName(frame.type));
  }

  status(id: string): string | undefined {
    return this.engine.describe(id)?.status;
  }
}

/** The text of a value, or `code message` of a failure. */
export function textOf(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined) return undefined;
  return outcome.kind === "value" ? outcome.value.toString() : `${outcome.failure.code} ${outcome.failure.message}`;
}
