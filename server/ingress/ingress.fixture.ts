// What the tests of this room share: an ingress on a real socket, in front of an engine that remembers what it was asked.
import { type Agent, request as httpRequest } from "node:http";
import type { Completion, InvocationReference, InvokeRequest, Outcome, OutputState } from "../engine/types.ts";
import { ServerError } from "../errors.ts";
import { createGuard, type Listener, listen } from "../http/index.ts";
import type { Handler, HandlerSettings, RegistryView, Service, ServiceType } from "../registry/types.ts";
import type { IngressEngine, IngressTurns, OnCompletion } from "./engine-view.ts";
import { createIngress, type Ingress } from "./ingress.ts";

export const ID = "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo";
const NOW_MS = Date.UTC(2026, 10, 24, 21, 34, 0, 771);
const SETTINGS: HandlerSettings = {
  inactivityTimeoutMs: 0,
  abortTimeoutMs: 0,
  idempotencyRetentionMs: 0,
  workflowRetentionMs: 0,
  journalRetentionMs: 0,
  enableLazyState: false,
  retryPolicy: { initialIntervalMs: 1, factor: 2, maxIntervalMs: 1, maxAttempts: 1, onMaxAttempts: "Pause" },
};

export function handler(name: string, members: Partial<Handler> = {}): Handler {
  return {
    name,
    type: undefined,
    isPublic: true,
    documentation: undefined,
    metadata: {},
    input: undefined,
    output: undefined,
    ...SETTINGS,
    given: {},
    ...members,
  };
}

export function service(
  name: string,
  type: ServiceType,
  handlers: readonly Handler[],
  members: Partial<Service> = {},
): Service {
  return {
    name,
    type,
    revision: 1,
    deploymentId: "dp_1",
    isPublic: true,
    documentation: undefined,
    metadata: {},
    settings: SETTINGS,
    given: {},
    handlers: new Map(handlers.map((one) => [one.name, one])),
    ...members,
  };
}

const JSON_INPUT = { required: false, contentType: "application/json", jsonSchema: undefined };

export const SERVICES: readonly Service[] = [
  service("Greeter", "Service", [
    handler("greet"),
    handler("json", { input: JSON_INPUT }),
    handler("send"),
    handler("secret", { isPublic: false }),
    handler("bytes", {
      output: { contentType: "application/octet-stream", setContentTypeIfEmpty: true, jsonSchema: undefined },
    }),
    handler("untyped", { output: { contentType: undefined, setContentTypeIfEmpty: true, jsonSchema: undefined } }),
  ]),
  service("Counter", "VirtualObject", [
    handler("add", { type: "Exclusive" }),
    handler("send", { type: "Exclusive" }),
    handler("get", { type: "Shared" }),
  ]),
  service("Signup", "Workflow", [handler("run", { type: "Workflow" }), handler("status", { type: "Shared" })]),
  service("Hidden", "Service", [handler("greet")], { isPublic: false }),
];

/** Turns that really wait: effects run in a later phase of the event loop, as after a flush. */
class FakeTurns implements IngressTurns {
  #isOpen = false;
  #effects: (() => void)[] = [];

  apply<T>(command: () => T): T {
    const mark = this.#effects.length;
    this.#isOpen = true;
    try {
      return command();
    } catch (error) {
      this.#effects.length = mark;
      throw error;
    } finally {
      this.#isOpen = false;
      setImmediate(() => {
        for (const effect of this.#effects.splice(0)) effect();
      });
    }
  }

  afterFlush(effect: () => void): void {
    this.require();
    this.#effects.push(effect);
  }

  require(): void {
    if (!this.#isOpen) throw new Error("not inside a turn");
  }
}

/** Answers as a test tells it to, and remembers what it was asked. */
export class FakeEngine implements IngressEngine {
  readonly turns = new FakeTurns();
  readonly requests: InvokeRequest[] = [];
  readonly references: InvocationReference[] = [];
  readonly delivered: { to: string; name?: string; outcome: Outcome }[] = [];
  readonly detached: OnCompletion[] = [];
  readonly waiting: OnCompletion[] = [];
  /** Called when a client begins to wait, or stops to. */
  onChange: () => void = () => {};
  /** What a call ends with at once; `undefined`: it waits. */
  outcome: Outcome | undefined = { kind: "value", value: Buffer.from('"ok"') };
  expiresAtMs: number | undefined;
  isKnown = true;
  status: "accepted" | "attached" = "accepted";
  refusal: Error | undefined;

  call(request: InvokeRequest, onCompletion: OnCompletion) {
    this.turns.require();
    if (this.refusal !== undefined) throw this.refusal;
    this.requests.push(request);
    this.#wait(onCompletion, request.target.service, request.target.handler);
    return { id: ID, status: this.status, executeAtMs: undefined };
  }

  send(request: InvokeRequest) {
    this.turns.require();
    if (this.refusal !== undefined) throw this.refusal;
    this.requests.push(request);
    return { id: ID, status: this.status, executeAtMs: request.executeAtMs };
  }

  attach(reference: InvocationReference, onCompletion: OnCompletion) {
    this.turns.require();
    this.references.push(reference);
    if (!this.isKnown) return { kind: "unknown" as const };
    this.#wait(onCompletion, "Greeter", "greet");
    return { kind: "attached" as const, id: ID };
  }

  detach(onCompletion: OnCompletion): void {
    this.detached.push(onCompletion);
    this.onChange();
  }

  output(reference: InvocationReference): OutputState {
    this.turns.require();
    this.references.push(reference);
    if (!this.isKnown) return { kind: "unknown" };
    if (this.outcome === undefined) return { kind: "pending", id: ID };
    return { kind: "done", completion: this.#completion(this.outcome, "Greeter", "greet") };
  }

  lookup(reference: InvocationReference): string {
    this.references.push(reference);
    return reference.kind === "id" ? reference.id : ID;
  }

  completeAwakeable(id: string, outcome: Outcome): void {
    this.turns.require();
    if (!id.startsWith("sign_1")) throw new ServerError(400, "RL_BAD_AWAKEABLE_ID", `bad awakeable id '${id}'`);
    this.delivered.push({ to: id, outcome });
  }

  signal(id: string, name: string, outcome: Outcome): boolean {
    this.turns.require();
    this.delivered.push({ to: id, name, outcome });
    return this.isKnown;
  }

  complete(onCompletion: OnCompletion, outcome: Outcome): void {
    onCompletion(this.#completion(outcome, "Greeter", "greet"));
  }

  #wait(onCompletion: OnCompletion, serviceName: string, handlerName: string): void {
    const { outcome } = this;
    if (outcome !== undefined) {
      this.turns.afterFlush(() => onCompletion(this.#completion(outcome, serviceName, handlerName)));
      return;
    }
    this.waiting.push(onCompletion);
    this.onChange();
  }

  #completion(outcome: Outcome, serviceName: string, handlerName: string): Completion {
    return { id: ID, service: serviceName, handler: handlerName, outcome, expiresAtMs: this.expiresAtMs };
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

export interface TestIngress {
  readonly engine: FakeEngine;
  readonly ingress: Ingress;
  readonly port: number;
  readonly log: unknown[][];
  send(
    method: string,
    path: string,
    headers?: Record<string, string | string[]>,
    body?: string | Buffer,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export async function startIngress(services: readonly Service[] = SERVICES): Promise<TestIngress> {
  const engine = new FakeEngine();
  const log: unknown[][] = [];
  const byName = new Map(services.map((one) => [one.name, one]));
  const registry: RegistryView = {
    service: (name) => byName.get(name),
    deployment: () => undefined,
    serviceOn: (name) => byName.get(name),
  };
  const ingress = createIngress({
    engine,
    registry,
    serviceNames: () => [...byName.keys()],
    turns: engine.turns,
    clock: { nowMs: () => NOW_MS },
    limits: { bodyBytes: 100_000 },
    log: (...entry) => log.push(entry),
  });
  const listener: Listener = await listen({
    host: "127.0.0.1",
    port: 0,
    guard: createGuard({ allowedHosts: [], allowedOrigins: [] }),
    onRequest: ingress.onRequest,
    bodyLimitBytes: 100_000,
    log: () => {},
  });
  return {
    engine,
    ingress,
    port: listener.port,
    log,
    send: (method, path, headers, body) => send(listener.port, method, path, headers, body),
    close: () => listener.close(0),
  };
}

function send(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string | string[]> = {},
  body?: string | Buffer,
  agent: Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: "127.0.0.1", method, path, headers, agent });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const received = Buffer.concat(chunks);
        const answer = { headers: response.headers, body: received, text: received.toString("utf8") };
        resolve({ status: response.statusCode ?? 0, ...answer });
      });
    });
    request.end(body);
  });
}
