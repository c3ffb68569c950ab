import type { EndpointOptions } from "../sdk/endpoint/index.ts";
import type { ServerConfig } from "../server/config/index.ts";
import type { FetchHandler } from "../server/invoker/index.ts";
import type { ClockMode } from "./clock/test-clock.ts";
import type { RestateContainer } from "./container.ts";
import { TestEnvironmentError } from "./errors.ts";

export type ServiceEndpointAccess = "testcontainers" | "docker-host";
export type TestEnvironmentStorage = "disk" | "memory";
export type TestEngine = "restate-lite" | "restate-server";

/** What a test runner hands to a test, as far as skipping goes: vitest's and `node:test`'s context. */
export interface SkippableTest {
  skip(reason?: string): unknown;
}

/** What `RestateTestEnvironment.start` takes: options of an endpoint, of the official test environment, and more. */
export interface TestEnvironmentOptions extends Omit<EndpointOptions, "services"> {
  /** Defined with `restate-lite/sdk` or with the official SDK; or fetch handlers that serve some. */
  services: readonly (EndpointOptions["services"][number] | FetchHandler)[];
  /** `memory` (the default) leaves nothing; `disk` is what a crash of the server can be recovered from. */
  storage?: TestEnvironmentStorage;
  /** Handlers suspend wherever they wait, and replay when they go on. */
  alwaysReplay?: boolean;
  /** A failed attempt fails its invocation. */
  disableRetries?: boolean;
  /** There is no container; of one that is configured here the `RESTATE_*` variables count. */
  container?: () => RestateContainer | object;
  /** Ignored: services run in this process. */
  serviceEndpointAccess?: ServiceEndpointAccess;

  /**
   * `real` (the default): the wall clock. `virtual`: time stands still until the test moves it. `auto`: time skips
   * ahead by itself whenever every unfinished invocation waits for a timer.
   */
  clock?: ClockMode;
  /** Where a virtual clock starts. Default: now. */
  startAt?: Date | number;
  /** Real time that handlers may take until they wait for the virtual clock. Default: 10 s. */
  settleLimitMs?: number;
  /**
   * What becomes of an invocation whose handler does not match its journal. `fail` (the default): it fails at once and
   * says where. `retry`: as on a server.
   */
  onJournalMismatch?: "fail" | "retry";
  /** `restate-server` starts the real one from `@restatedev/restate-server`. Default: `RESTATE_TEST_ENGINE`, else ours. */
  engine?: TestEngine;
  /** The test that starts the environment: it is skipped, with the reason, where the engine has no clock to move. */
  test?: SkippableTest;
  /** What the server says on stderr. Default: `error`; `warn` shows each failed attempt with its stack. */
  logLevel?: "debug" | "info" | "warn" | "error";
  /** Further settings of our server. */
  config?: Partial<ServerConfig>;
}

/** Options with everything decided. */
export interface Resolved {
  readonly services: TestEnvironmentOptions["services"];
  readonly endpoint: Omit<EndpointOptions, "services">;
  readonly storage: TestEnvironmentStorage;
  readonly alwaysReplay: boolean;
  readonly disableRetries: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: ClockMode;
  readonly startMs: number;
  readonly settleLimitMs: number;
  readonly onJournalMismatch: "fail" | "retry";
  readonly engine: TestEngine;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly config: Partial<ServerConfig>;
  /** What was given and means nothing here. */
  readonly ignored: readonly string[];
}

const CHOICES = {
  storage: ["memory", "disk"],
  clock: ["real", "virtual", "auto"],
  engine: ["restate-lite", "restate-server"],
  onJournalMismatch: ["fail", "retry"],
} as const;

/** @throws TestEnvironmentError RL_TEST_BAD_OPTION */
export function resolve(options: TestEnvironmentOptions, factory?: () => RestateContainer | object): Resolved {
  const { services, identityKeys, defaultServiceOptions, logger, journalValueCodecProvider } = options;
  if (!Array.isArray(services) || services.length === 0) {
    throw new TestEnvironmentError("RL_TEST_BAD_OPTION", "services: pass at least one service to test");
  }
  const engine = options.engine ?? (process.env.RESTATE_TEST_ENGINE as TestEngine | undefined) ?? "restate-lite";
  const { storage = "memory", clock = "real", onJournalMismatch = "fail" } = options;
  for (const [name, value] of Object.entries({ storage, clock, engine, onJournalMismatch })) {
    const choices: readonly string[] = CHOICES[name as keyof typeof CHOICES];
    if (choices.includes(value)) continue;
    throw new TestEnvironmentError(
      "RL_TEST_BAD_OPTION",
      `${name}: ${JSON.stringify(value)} is none of ${choices.join(", ")}`,
    );
  }
  const made = (factory ?? options.container)?.();
  const container = made as Partial<RestateContainer> | undefined;
  const ignored = [
    ...(options.serviceEndpointAccess === undefined ? [] : ["serviceEndpointAccess"]),
    ...(container?.ignored ?? []).map((name) => `container.${name}`),
    // A container of the official package: what it was told cannot be read.
    ...(made !== undefined && container?.ignored === undefined ? ["container"] : []),
  ];
  return {
    services,
    endpoint: {
      ...(identityKeys === undefined ? {} : { identityKeys }),
      ...(defaultServiceOptions === undefined ? {} : { defaultServiceOptions }),
      ...(logger === undefined ? {} : { logger }),
      ...(journalValueCodecProvider === undefined ? {} : { journalValueCodecProvider }),
    },
    storage,
    alwaysReplay: options.alwaysReplay ?? container?.settings?.alwaysReplay ?? false,
    disableRetries: options.disableRetries ?? container?.settings?.disableRetries ?? false,
    environment: container?.environment ?? {},
    clock,
    startMs: options.startAt === undefined ? Date.now() : Number(options.startAt),
    settleLimitMs: options.settleLimitMs ?? 10_000,
    onJournalMismatch,
    engine,
    logLevel: options.logLevel ?? "error",
    config: options.config ?? {},
    ignored,
  };
}
