import { TestEnvironmentError } from "../errors.ts";
import type { JournalEntry } from "./journal.ts";
import { masked } from "./journal.ts";
import type { EntryResult } from "./values.ts";
import type { Wait } from "./waits.ts";

export type InvocationState =
  | "scheduled"
  | "inboxed"
  | "ready"
  | "running"
  | "suspended"
  | "backing-off"
  | "paused"
  | "completed"
  /** Purged, or its retention is over. */
  | "gone";

/** Why an attempt, or the invocation, has failed. */
export interface InvocationFailure {
  readonly code: number;
  readonly message: string;
  readonly stacktrace?: string | undefined;
}

/** How an invocation stands at this moment. */
export interface InvocationView {
  readonly target: string;
  readonly key: string | undefined;
  readonly status: InvocationState;
  readonly journal: readonly JournalEntry[];
  readonly waits: readonly Wait[];
  readonly result: EntryResult | undefined;
  readonly failure: InvocationFailure | undefined;
}

/** What an invocation asks of the environment. */
export interface InvocationWorld {
  view(id: string): InvocationView | undefined;
  attempts(id: string): number;
  /** Calls back after whatever happens to that invocation. @returns a function that ends it */
  onChange(id: string, call: () => void): () => void;
  askToSuspend(id: string): void;
  has(id: string): boolean;
}

/** An invocation's status, journal and end, without ids and times: the same in every run. */
export interface InvocationSnapshot {
  readonly target: string;
  readonly status: InvocationState;
  readonly journal: readonly string[];
  readonly waitsFor?: readonly string[];
  readonly failure?: string;
}

const WAIT_LIMIT_MS = 5000;

/** By this one copy of the package (an ES module, CommonJS) knows the invocations of another one. */
const BRAND = Symbol.for("restate-lite.testing.invocation");

/** An invocation, to look at. Everything is read when it is asked for. */
export class TestInvocation {
  readonly [BRAND] = true;
  readonly id: string;
  readonly #world: InvocationWorld;

  constructor(id: string, world: InvocationWorld) {
    this.id = id;
    this.#world = world;
  }

  static is(value: unknown): value is TestInvocation {
    return typeof value === "object" && value !== null && BRAND in value;
  }

  get status(): InvocationState {
    return this.#world.view(this.id)?.status ?? "gone";
  }

  /** `Service/handler` */
  get target(): string {
    return this.#view.target;
  }

  get key(): string | undefined {
    return this.#view.key;
  }

  /** The steps so far, each with its result. */
  get journal(): readonly JournalEntry[] {
    return this.#view.journal;
  }

  /** What it waits for while it is suspended. */
  get waits(): readonly Wait[] {
    return this.#view.waits;
  }

  /** What it returned; `undefined` until it has completed, and when it failed. */
  get result(): unknown {
    const { result } = this.#view;
    return result !== undefined && "value" in result ? result.value : undefined;
  }

  /** Why it failed, or why its last attempt did. */
  get failure(): InvocationFailure | undefined {
    return this.#view.failure;
  }

  /** Attempts that have begun. */
  get attempts(): number {
    return this.#world.attempts(this.id);
  }

  /** For snapshots of a test runner. */
  snapshot(): InvocationSnapshot {
    const { target, status, journal, waits, failure } = this.#view;
    return {
      target,
      status,
      journal: journal.map(({ line }) => line),
      ...(waits.length === 0 ? {} : { waitsFor: waits.map(({ line }) => line) }),
      ...(failure === undefined ? {} : { failure: `${failure.code}: ${masked(failure.message)}` }),
    };
  }

  /**
   * Waits, in real time, until the invocation has this status. Handlers that wait for something durable are asked to
   * suspend when that is what is waited for.
   *
   * @returns the invocation itself
   * @throws TestEnvironmentError RL_TEST_TIMEOUT
   */
  async waitFor(
    status: InvocationState,
    { timeoutMs = WAIT_LIMIT_MS }: { readonly timeoutMs?: number } = {},
  ): Promise<this> {
    const isThere = () => this.status === status;
    if (isThere()) return this;
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        clearInterval(nudge);
        stop();
      };
      const look = () => {
        if (!isThere()) return;
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        reject(this.#late(status, timeoutMs));
      }, timeoutMs);
      const nudge = setInterval(() => {
        if (status === "suspended") this.#world.askToSuspend(this.id);
        look();
      }, 5);
      const stop = this.#world.onChange(this.id, () => setImmediate(look));
    });
    return this;
  }

  get #view(): InvocationView {
    const view = this.#world.view(this.id);
    if (view !== undefined) return view;
    throw new TestEnvironmentError(
      "RL_TEST_UNKNOWN_INVOCATION",
      this.#world.has(this.id)
        ? `nothing is left of ${this.id}: it was purged, or its retention is over`
        : `there is no invocation ${JSON.stringify(this.id)}; ids are in the answer to a send and in the header x-restate-id`,
    );
  }

  #late(status: InvocationState, timeoutMs: number): TestEnvironmentError {
    const view = this.#world.view(this.id);
    const how =
      view === undefined
        ? "gone"
        : [
            view.status,
            ...(view.waits.length === 0 ? [] : [`waiting for ${view.waits.map(({ line }) => line).join(", ")}`]),
            ...(view.failure === undefined ? [] : [`last failure: ${view.failure.message}`]),
          ].join("; ");
    return new TestEnvironmentError("RL_TEST_TIMEOUT", `after ${timeoutMs} ms ${this.id} is not ${status} but ${how}`);
  }
}
