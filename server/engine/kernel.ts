import type { LogFields } from "../log.ts";
import type { LimitRulesView, PausedQueuesView, RegistryView } from "../registry/types.ts";
import type { Clock, Ids } from "../seams.ts";
import type { Statements } from "../storage/index.ts";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { Completions } from "./completions.ts";
import type { Control } from "./control.ts";
import type { Edits } from "./edits.ts";
import type { Failures } from "./failures.ts";
import type { Flow } from "./flow/index.ts";
import type { Invocations } from "./invocations.ts";
import type { Journal } from "./journal.ts";
import type { Keys } from "./keys.ts";
import type { Notifications } from "./notifications.ts";
import type { Observation } from "./observation.ts";
import type { Restarts } from "./restart.ts";
import type { Retention } from "./retention.ts";
import type { Suspensions } from "./suspensions.ts";
import type { Timers } from "./timers.ts";
import type { AttemptHost } from "./types.ts";

/** The part of the storage's turns that the engine uses. */
export interface EngineTurns {
  apply<T>(command: () => T): T;
  afterCommit(effect: () => void): void;
  afterFlush(effect: () => void): void;
}

export interface EngineSettings {
  /** Attempts that run at the same time; more wait as rows. */
  readonly concurrentInvocations: number;
}

export type EngineLog = (level: "debug" | "info" | "warn" | "error", message: string, fields?: LogFields) => void;

/** What the engine gets from outside. */
export interface EngineParts {
  readonly statements: Statements;
  readonly turns: EngineTurns;
  readonly registry: RegistryView;
  readonly limitRules: LimitRulesView;
  readonly pausedQueues: PausedQueuesView;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly host: AttemptHost;
  readonly settings: EngineSettings;
  readonly log: EngineLog;
}

/** The parts and the rooms of the engine, so that one rule can call another without a web of constructors. */
export interface Kernel extends EngineParts {
  readonly journal: Journal;
  readonly observation: Observation;
  readonly attempts: Attempts;
  readonly flow: Flow;
  readonly notifications: Notifications;
  readonly invocations: Invocations;
  readonly keys: Keys;
  readonly completions: Completions;
  readonly failures: Failures;
  readonly timers: Timers;
  readonly retention: Retention;
  readonly control: Control;
  readonly restarts: Restarts;
  readonly edits: Edits;
  readonly suspensions: Suspensions;
  readonly backlog: Backlog;
}
