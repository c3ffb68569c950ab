import { encodeResourceId } from "../../sdk/protocol/index.ts";
import type { Description, Engine, RestartOptions, RestartResult } from "../engine/index.ts";
import { createGuard, listen } from "../http/index.ts";
import type { DiscoveryOptions } from "../invoker/index.ts";
import { Registrar } from "../registration.ts";
import { Kafka, LimitRules, PausedQueues, Registry, type ServiceDefaults } from "../registry/index.ts";
import { openStorage } from "../storage/index.ts";
import { createAdmin, QueryService } from "./index.ts";

/** Parts for tests: a real listener, registry and database; the engine and the endpoints are the test's. */
export const DEFAULTS: ServiceDefaults = {
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  idempotencyRetentionMs: 86_400_000,
  workflowRetentionMs: 86_400_000,
  journalRetentionMs: 86_400_000,
  enableLazyState: false,
  retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, maxAttempts: 70, onMaxAttempts: "Pause" },
  maxJournalRetentionMs: undefined,
};

/** What the fake engine says to each command, by invocation id; everything else is unknown to it. */
export type EngineAnswers = Record<
  string,
  Partial<Record<CommandName, string>> & { description?: Partial<Description>; restart?: RestartResult }
>;

type CommandName = "cancel" | "kill" | "purge" | "purgeJournal" | "pause" | "resume";

function fakeEngine(answers: EngineAnswers, commands: string[]): Engine {
  const command = (name: CommandName) => (id: string, deployment?: string) => {
    commands.push([name, id, ...(deployment === undefined ? [] : [deployment])].join(" "));
    return answers[id]?.[name] ?? "unknown";
  };
  const engine = {
    cancel: command("cancel"),
    kill: command("kill"),
    purge: command("purge"),
    purgeJournal: command("purgeJournal"),
    pause: command("pause"),
    resume: command("resume"),
    restart(id: string, { from, deployment }: RestartOptions): RestartResult {
      commands.push(["restart", id, from, ...(deployment === undefined ? [] : [deployment])].join(" "));
      return answers[id]?.restart ?? { kind: "unknown" };
    },
    describe: (id: string) => answers[id]?.description,
  };
  // reason: the admin API calls no more of the engine than this.
  return engine as unknown as Engine;
}

export async function startAdmin(answers: EngineAnswers = {}) {
  const storage = openStorage({
    dataDir: ":memory:",
    durability: "process",
    migrationsDir: new URL("../../migrations", import.meta.url).pathname,
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  let ids = 0;
  let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const clock = { nowMs: () => nowMs++, wakeAt: () => () => {} };
  const registry = new Registry({
    storage,
    clock,
    ids: {
      invocationBytes: () => Buffer.alloc(16),
      deploymentId: () => `dp_1${String(++ids).padStart(22, "0")}`,
    },
  });
  /** What endpoints serve, by address. */
  const endpoints = new Map<string, object[]>();
  const discoveries: (DiscoveryOptions & { uri: string })[] = [];
  const registrar = new Registrar({
    registry,
    turns: storage.turns,
    defaults: DEFAULTS,
    async discover(uri, options) {
      discoveries.push({ uri, ...options });
      const services = endpoints.get(uri) ?? [];
      return {
        manifestContentType: "application/vnd.restate.endpointmanifest.v4+json",
        body: Buffer.from(
          JSON.stringify({ protocolMode: "BIDI_STREAM", minProtocolVersion: 5, maxProtocolVersion: 7, services }),
        ),
        httpVersion: options.useHttp11 ? "HTTP/1.1" : "HTTP/2.0",
        serverHeader: "sdk/1",
      };
    },
  });
  const commands: string[] = [];
  const log = () => {};
  const kafka = new Kafka(storage, clock);
  const pausedQueues = new PausedQueues(storage);
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    guard: createGuard({ allowedHosts: [], allowedOrigins: [] }),
    onRequest: createAdmin({
      engine: fakeEngine(answers, commands),
      registry,
      registrar,
      query: new QueryService(
        {
          path: undefined,
          image: async () => storage.db.serialize(),
          live: () => [],
          flow: () => ({ levels: [], queues: [] }),
          nowMs: () => nowMs,
          writeAheadLog: { isTooLong: false, copy: () => storage.writeAheadLog.copy() },
        },
        log,
      ),
      limitRules: new LimitRules(storage, clock),
      pausedQueues,
      kafka,
      convert: async () => Buffer.alloc(0),
      turns: storage.turns,
      newSubscriptionId: () => encodeResourceId("sub", Buffer.alloc(16, ++ids)),
      clusterName: "localcluster",
      hasDashboard: true,
      advertisedIngress: "http://localhost:8080/",
      log,
    }),
    bodyLimitBytes: 1024 * 1024,
    needsHttp1: true,
    log,
  });

  /** Sends a request; `body` objects go as JSON. */
  async function request(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
    const answer = await fetch(`http://127.0.0.1:${listener.port}${path}`, {
      method,
      redirect: "manual",
      headers: { ...(typeof body === "object" ? { "content-type": "application/json" } : {}), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  return {
    request,
    endpoints,
    discoveries,
    commands,
    registry,
    kafka,
    pausedQueues,
    async close() {
      await listener.close(0);
      await storage.close();
    },
  };
}
