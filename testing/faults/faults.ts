import { setImmediate as tick } from "node:timers/promises";
import { type Duration, millisOrDurationToMillis } from "../../sdk/core/index.ts";
import { TestEnvironmentError } from "../errors.ts";
import type { Mismatch } from "./mismatch.ts";
import {
  type CrashAfter,
  type CrashEvery,
  type Delay,
  type FailRun,
  type Fault,
  type FaultFilter,
  matches,
  type Subject,
  type Unreachable,
} from "./rules.ts";

/** What the faults need of the environment. */
export interface FaultWorld {
  mismatches(): readonly Mismatch[];
  replayed(invocationId: string): number[];
  /** Calls back when this much time of the environment has passed. */
  after(millis: number, call: () => void): void;
  /** Journalled runs of this name without a result. */
  openRuns(invocationId: string, name: string): number;
  crashServer(): Promise<void>;
}

const NEVER = new Promise<never>(() => {});

/** Makes things go wrong. */
export class Faults {
  readonly #world: FaultWorld;
  readonly #crashes: (CrashAfter | CrashEvery)[] = [];
  readonly #failing: FailRun[] = [];
  readonly #unreachable: Unreachable[] = [];
  readonly #delays: Delay[] = [];
  /** Closures that wait for their command to be journalled. */
  #gates: { readonly id: string; readonly name: string; readonly open: () => void }[] = [];
  readonly #executing = new Map<string, number>();
  readonly #attempts = new Map<string, number>();

  constructor(world: FaultWorld) {
    this.#world = world;
  }

  /**
   * Crashes the attempt of an invocation as soon as entry `entry` is in its journal; the next attempt replays it.
   *
   * @param entry index in the journal as it is stored: 0 is the input, a step has two, its command and its result
   * @param options which invocations, and how often each (default: once)
   */
  crashAfterEntry(entry: number, { times = 1, ...filter }: FaultFilter & { readonly times?: number } = {}): Fault {
    if (!Number.isInteger(entry) || entry < 1) {
      throw new TestEnvironmentError(
        "RL_TEST_BAD_OPTION",
        `crashAfterEntry(${entry}): entries that a handler makes are numbered from 1; 0 is the input`,
      );
    }
    return this.#added(this.#crashes, { kind: "after", entry, times, filter, fired: new Map() });
  }

  /**
   * Crashes attempts whenever the journal has grown by an entry, so that each prefix of the journal is replayed once,
   * and the whole of it a few times more in the end. A handler that does something else on a replay fails, and says
   * what. A step's closure starts when its command is in the journal and runs once, as long as it succeeds.
   *
   * @param options which invocations, and how often the complete journal is replayed in the end (default: 8)
   */
  crashEveryEntry({ extraReplays = 8, ...filter }: FaultFilter & { readonly extraReplays?: number } = {}): Fault {
    return this.#added(this.#crashes, { kind: "every", extraReplays, filter, extra: new Map() });
  }

  /** The next `times` executions of `ctx.run(name)` throw instead of running, as an effect that fails. */
  failRun(name: string, times = 1, { error, ...filter }: FaultFilter & { readonly error?: () => Error } = {}): Fault {
    const thrown = error ?? (() => new Error(`restate-lite/testing lets the step '${name}' fail`));
    return this.#added(this.#failing, { name, left: times, error: thrown, filter });
  }

  /**
   * Results reach running attempts late: after a time of the environment's clock, or when `restore()` is called.
   *
   * @param by `{ seconds: 5 }`, milliseconds, or `"restore"`
   */
  delayCompletion(by: Duration | number | "restore", filter: FaultFilter = {}): Fault {
    const held: (() => void)[] = [];
    const hold = by === "restore" ? (release: () => void) => void held.push(release) : this.#waiting(by);
    const fault = this.#added(this.#delays, { filter, hold });
    return faultOf(() => {
      fault.restore();
      for (const release of held.splice(0)) release();
    });
  }

  /** Attempts cannot be started, as if nothing listened; the retry policy decides. */
  endpointUnreachable(filter: FaultFilter = {}): Fault {
    return this.#added(this.#unreachable, { filter });
  }

  /**
   * Kills the server (what it has not acknowledged is lost) and opens it again from disk, on the same ports.
   * @throws TestEnvironmentError RL_TEST_NOT_SUPPORTED with `storage: "memory"`
   */
  async crashServer(): Promise<void> {
    await this.#world.crashServer();
  }

  /** Ends all faults. */
  restoreAll(): void {
    for (const list of [this.#crashes, this.#failing, this.#unreachable, this.#delays]) list.length = 0;
    this.#openGates();
  }

  /** Handlers that did something else when they were replayed. */
  get mismatches(): readonly Mismatch[] {
    return this.#world.mismatches();
  }

  /** @throws TestEnvironmentError RL_TEST_NON_DETERMINISTIC that shows every mismatch */
  assertDeterministic(): void {
    const { mismatches } = this;
    if (mismatches.length === 0) return;
    throw new TestEnvironmentError("RL_TEST_NON_DETERMINISTIC", mismatches.map(({ message }) => message).join("\n\n"));
  }

  /** Lengths of the journal with which attempts of an invocation have begun, in ascending order. */
  replayedPrefixes(invocationId: string): number[] {
    return this.#world.replayed(invocationId);
  }

  // For the environment.

  /** Whether attempts of this invocation may have to be crashed. */
  isCrashing(subject: Subject): boolean {
    return this.#crashes.length > 0 && this.#crashes.some(({ filter }) => matches(filter, subject));
  }

  /** @param isReplayed whether an attempt has begun with a journal of this length */
  isCrashDue(subject: Subject, length: number, isReplayed: boolean): boolean {
    for (const crash of this.#crashes) {
      if (!matches(crash.filter, subject)) continue;
      if (crash.kind === "every" && !isReplayed) return true;
      if (crash.kind === "after" && length > crash.entry) {
        const fired = crash.fired.get(subject.id) ?? 0;
        if (fired >= crash.times) continue;
        crash.fired.set(subject.id, fired + 1);
        return true;
      }
    }
    return false;
  }

  takeExtraReplay(subject: Subject): boolean {
    for (const crash of this.#crashes) {
      if (crash.kind !== "every" || !matches(crash.filter, subject)) continue;
      const taken = crash.extra.get(subject.id) ?? 0;
      if (taken >= crash.extraReplays) continue;
      crash.extra.set(subject.id, taken + 1);
      return true;
    }
    return false;
  }

  isUnreachable(subject: Subject): boolean {
    return this.#unreachable.some(({ filter }) => matches(filter, subject));
  }

  delayOf(subject: Subject): Delay | undefined {
    return this.#delays.find(({ filter }) => matches(filter, subject));
  }

  /** Around the closure of a run. */
  async run(subject: Subject, name: string, next: () => Promise<void>): Promise<void> {
    if (!this.isCrashing(subject)) {
      this.#maybeFail(subject, name);
      return await next();
    }
    const { id } = subject;
    const attempt = this.#attemptOf(id);
    // What the handler does beside this step reaches the journal first, with its crashes.
    await tick();
    await tick();
    if (this.#attemptOf(id) !== attempt) return await NEVER;
    if (this.#isShut(id, name)) await new Promise<void>((open) => this.#gates.push({ id, name, open }));
    else this.#executing.set(id, this.executing(id) + 1);
    this.#maybeFail(subject, name);
    await next();
  }

  /** The result of a step is in the journal. */
  stepDone(invocationId: string): void {
    this.#executing.set(invocationId, Math.max(0, this.executing(invocationId) - 1));
  }

  /**
   * Steps of a crashing invocation whose closure has started and whose result is not in the journal: at most one, so
   * that no other is torn by its crash.
   */
  executing(invocationId: string): number {
    return this.#executing.get(invocationId) ?? 0;
  }

  /** Something of an invocation is in its journal: a closure that waited for that may start. */
  commandsSeen(invocationId: string): void {
    const gate = this.#gates.find(({ id, name }) => id === invocationId && !this.#isShut(id, name));
    if (gate === undefined) return;
    this.#gates = this.#gates.filter((other) => other !== gate);
    this.#executing.set(invocationId, this.executing(invocationId) + 1);
    gate.open();
  }

  /** The closures of an attempt that is over never start. */
  attemptOver(invocationId: string): void {
    this.#gates = this.#gates.filter(({ id }) => id !== invocationId);
    this.#executing.delete(invocationId);
    this.#attempts.set(invocationId, this.#attemptOf(invocationId) + 1);
  }

  #maybeFail(subject: Subject, name: string): void {
    const rule = this.#failing.find((each) => each.left > 0 && each.name === name && matches(each.filter, subject));
    if (rule === undefined) return;
    rule.left -= 1;
    throw rule.error();
  }

  #attemptOf(invocationId: string): number {
    return this.#attempts.get(invocationId) ?? 0;
  }

  #isShut(invocationId: string, name: string): boolean {
    return this.executing(invocationId) > 0 || this.#world.openRuns(invocationId, name) === 0;
  }

  #openGates(): void {
    for (const { open } of this.#gates.splice(0)) open();
  }

  #waiting(by: Duration | number): Delay["hold"] {
    const millis = millisOrDurationToMillis(by);
    return (release) => this.#world.after(millis, release);
  }

  #added<T>(list: T[], rule: T): Fault {
    list.push(rule);
    return faultOf(() => {
      const index = list.indexOf(rule);
      if (index >= 0) list.splice(index, 1);
      if (this.#crashes.length === 0) this.#openGates();
    });
  }
}

function faultOf(restore: () => void): Fault {
  return { restore, [Symbol.dispose]: restore };
}
