import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as tick } from "node:timers/promises";
// What the first registration loads is loaded with the harness instead, so that the first start is as quick as others.
import "zod";
import { isOfficialDefinition } from "../../sdk/authoring/index.ts";
import type { HooksProvider } from "../../sdk/index.ts";
import { systemClock } from "../../server/clock.ts";
import { loadConfig, type ServerConfig } from "../../server/config/index.ts";
import { ServerError } from "../../server/errors.ts";
import { createLog, type Log } from "../../server/log.ts";
import { type OpenServer, startOpenServer } from "../../server/start.ts";
import { OfficialClock } from "../clock/official-clock.ts";
import { settled } from "../clock/quiet.ts";
import { TestClock } from "../clock/test-clock.ts";
import { Traffic } from "../clock/traffic.ts";
import { VirtualClock } from "../clock/virtual-clock.ts";
import { TestEnvironmentError } from "../errors.ts";
import { Faults } from "../faults/faults.ts";
import { Link } from "../faults/link.ts";
import { Inspection } from "../inspect/inspection.ts";
import { TestInvocation } from "../inspect/invocation.ts";
import type { Resolved } from "../options.ts";
import type { StateStore } from "../state.ts";
import { withHook } from "./hooks.ts";
import type { TestEngine } from "./types.ts";

/** Real time that a restarted server waits for a port that the last one has just left. */
const PORT_ATTEMPTS = 50;

/** restate-lite in this process, with its services. */
export class LiteEngine implements TestEngine {
  readonly name = "restate-lite";
  readonly clock: TestClock;
  readonly faults: Faults;
  readonly state: StateStore;
  readonly #options: Resolved;
  readonly #services: Resolved["services"];
  readonly #log: Log;
  readonly #config: ServerConfig;
  readonly #virtual: VirtualClock | undefined;
  readonly #link: Link;
  readonly #inspection = new Inspection();
  /** Services of the bundled SDK, which sees the environment's clock by itself. */
  readonly #keepTime = new Set<string>();
  #server: OpenServer | undefined;
  #traffic: Traffic | undefined;
  #unwatch: () => void = () => {};
  #isStopped = false;

  static async start(options: Resolved): Promise<LiteEngine> {
    const { config: loaded, warnings } = await loadConfig({
      options: {},
      environment: options.environment,
      configFile: undefined,
      defaults: { ingressPort: 0, adminPort: 0, logLevel: options.logLevel, dataDir: "" },
    });
    const isOnDisk = options.storage === "disk";
    const config: ServerConfig = {
      ...loaded,
      ...(options.alwaysReplay ? { inactivityTimeoutMs: 0 } : {}),
      ...(options.disableRetries ? { retryMaxAttempts: 1, retryOnMaxAttempts: "kill" } : {}),
      ...options.config,
      isEphemeral: !isOnDisk,
      dataDir: isOnDisk ? mkdtempSync(path.join(tmpdir(), "restate-lite-testing-")) : "",
    };
    const log = withoutExpected(quietLog(config), options);
    for (const warning of warnings) log("warn", warning);
    const engine = new LiteEngine(options, config, log);
    try {
      await engine.#open(config);
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  private constructor(options: Resolved, config: ServerConfig, log: Log) {
    this.#options = options;
    this.#config = config;
    this.#log = log;
    this.#virtual = options.clock === "real" ? undefined : new VirtualClock(options.startMs);
    for (const service of options.services) {
      if (typeof service !== "function" && !isOfficialDefinition(service)) this.#keepTime.add(service.name);
    }
    const official = new OfficialClock(() => this.clock.nowMs());
    this.#services = this.#virtual === undefined ? options.services : official.services(options.services);
    const inspection = this.#inspection;
    this.faults = new Faults({
      mismatches: () => this.#link.mismatches,
      replayed: (id) => this.#link.replayed(id),
      after: (millis, call) => void (this.#virtual ?? systemClock).wakeAt(this.clock.nowMs() + millis, call),
      openRuns: (id, name) => inspection.openRuns(id, name),
      crashServer: () => this.#crash(),
    });
    this.#link = new Link(this.faults, {
      apply: (command) => this.#running.storage.turns.apply(command),
      journal: (seq) => inspection.journal(seq),
      keepsTime: (service) => this.#virtual === undefined || this.#keepTime.has(service),
      dueMs: (id, wallMs) => official.dueMs(id, wallMs),
      onJournalMismatch: options.onJournalMismatch,
      attempts: (id) => inspection.attempts(id),
    });
    this.clock = new TestClock(options.clock, this.#virtual, {
      settle: (isStopped) => this.#settle(isStopped),
      nextTimerMs: () => (this.#isStopped ? undefined : inspection.nextTimerMs()),
      allWaitForTime: () => inspection.allWaitForTime(),
      waiting: () => inspection.waiting(),
    });
    this.state = {
      read: async (service, key) => this.#readState(service, key),
      write: (service, key, entries) => this.#writeState(service, key, entries),
    };
  }

  get baseUrl(): string {
    return this.#running.ingressUrl;
  }

  get adminUrl(): string {
    return this.#running.adminUrl;
  }

  invocation(id: string): TestInvocation {
    return new TestInvocation(id, {
      view: (wanted) => (this.#isStopped ? undefined : this.#inspection.view(wanted)),
      attempts: (wanted) => this.#inspection.attempts(wanted),
      onChange: (wanted, call) => this.#inspection.onChange(wanted, call),
      askToSuspend: (wanted) => this.#link.askToSuspend(wanted),
      has: (wanted) => this.#inspection.has(wanted),
    });
  }

  invocations(): TestInvocation[] {
    return this.#inspection.ids().map((id) => this.invocation(id));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.clock.stop();
    await this.#close();
    if (this.#config.dataDir !== "") rmSync(this.#config.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  get #running(): OpenServer {
    if (this.#server !== undefined) return this.#server;
    throw new TestEnvironmentError("RL_TEST_STOPPED", "the environment has been stopped");
  }

  async #open(config: ServerConfig): Promise<void> {
    const server = await startOpenServer({
      config,
      log: this.#log,
      onFatal: (error) => this.#log("error", "The storage failed", { error }),
      services: withHook(this.#services, this.#hook),
      endpoint: this.#options.endpoint,
      ...(this.#virtual === undefined ? {} : { clock: this.#virtual }),
      link: this.#link,
    });
    this.#server = server;
    const unwatch = this.#inspection.watch(server);
    const look = server.observe(() => this.clock.lookSoon());
    this.#unwatch = () => {
      unwatch();
      look();
    };
    this.#traffic = new Traffic(Number(new URL(server.ingressUrl).port));
    this.clock.lookSoon();
  }

  async #close(): Promise<void> {
    this.#link.stop();
    this.#unwatch();
    this.#traffic?.close();
    const server = this.#server;
    this.#server = undefined;
    await server?.close(0);
  }

  async #crash(): Promise<void> {
    if (this.#options.storage !== "disk") {
      throw new TestEnvironmentError(
        "RL_TEST_NOT_SUPPORTED",
        'a server in memory does not survive its crash: start the environment with storage: "disk"',
      );
    }
    const server = this.#running;
    const ports = { ingressPort: portOf(server.ingressUrl), adminPort: portOf(server.adminUrl) };
    // What has not been committed is gone, as after a kill.
    server.storage.turns.refuse(new ServerError(503, "RL_TEST_CRASHED", "the test has crashed the server"));
    await this.#close();
    this.#link.restart();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#open({ ...this.#config, ...ports });
        // Clients in this process hear that their connections are gone, and make new ones.
        for (let turn = 0; turn < 10; turn++) await tick();
        return;
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || !(error instanceof ServerError) || error.code !== "RT0004") throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  async #settle(isStopped?: () => boolean): Promise<void> {
    const traffic = this.#traffic;
    if (traffic === undefined) return;
    const link = this.#link;
    const inspection = this.#inspection;
    // In the background nobody would hear an error, and an attempt may take its time.
    const limitMs = isStopped === undefined ? this.#options.settleLimitMs : Number.POSITIVE_INFINITY;
    await settled(
      {
        get activity() {
          return link.activity + inspection.changes;
        },
        running: () => link.running(),
        askToSuspend: () => link.askToSuspend(),
        hasReady: () => !this.#isStopped && inspection.hasReady(),
        traffic,
      },
      limitMs,
      isStopped ?? (() => this.#isStopped),
    );
  }

  readonly #hook: HooksProvider = ({ request }) => {
    const { id, target } = request;
    const subject = { id, service: target.service, handler: target.handler };
    return { interceptor: { run: (name, next) => this.faults.run(subject, name, next) } };
  };

  #readState(service: string, key: string): [string, Uint8Array][] {
    const { statements } = this.#running;
    const names = statements.keys.stateEntries;
    const unnamed = statements.keys.state.get(service, "", key, Buffer.alloc(0));
    const entries: [string, Uint8Array][] = unnamed === undefined ? [] : [["", Uint8Array.from(unnamed)]];
    for (const { name, value } of names.all(service, "", key, Buffer.alloc(0), Number.MAX_SAFE_INTEGER)) {
      entries.push([name.toString(), Uint8Array.from(value)]);
    }
    return entries;
  }

  async #writeState(service: string, key: string, entries: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const { engine, storage } = this.#running;
    const mutation = {
      entries: entries.map(([name, value]) => [base64(Buffer.from(name)), base64(value)] as const),
    };
    await new Promise<void>((resolve) => {
      storage.turns.apply(() => {
        engine.mutateState(service, undefined, key, mutation);
        storage.turns.afterFlush(resolve);
      });
    });
  }
}

const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** The server's log. What writes it is loaded with the first line: most tests have none, and it takes its time. */
function quietLog(config: ServerConfig): Log {
  let log: Promise<Log> | undefined;
  const from = LEVELS.indexOf(config.logLevel);
  return (level, message, fields) => {
    if (LEVELS.indexOf(level) < from) return;
    log ??= createLog(config);
    void log.then((write) => write(level, message, fields));
  };
}

/** What the faults do on purpose, and what is reported as a mismatch, is no news for the log. */
function withoutExpected(log: Log, { onJournalMismatch }: Resolved): Log {
  return (level, message, fields) => {
    const isCrash = message.includes("the server has ended this attempt");
    const isFault = message.includes("restate-lite/testing ");
    const isMismatch = message.includes("JournalMismatchError") || message.includes("is not deterministic:");
    if (level === "warn" && (isCrash || isFault || (isMismatch && onJournalMismatch === "fail"))) return;
    log(level, message, fields);
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
