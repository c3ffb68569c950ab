import { CombinatorType } from "../protocol/index.ts";
import type { Awaited, Handle, Vm } from "../vm/index.ts";
import { whenIdle } from "./idle.ts";

/** A promise that user code awaits. */
export interface Root {
  /** What it still waits for, or undefined when nothing. */
  awaitedHandles(): Awaited | undefined;
  /** Takes results from the state machine. */
  takeResults(): void;
  /** Rejects, because the invocation was cancelled. */
  cancel(): void;
}

/** What a scheduler asks of the attempt that it belongs to. */
export interface SchedulerHost {
  readonly vm: Vm;
  readonly hasEnded: boolean;
  /** Sends what is to be sent. */
  flush(): void;
  /** The closure of a run is to be executed. */
  executeRun(handle: Handle): void;
  /** The state machine closed itself because of a suspension. */
  suspended(): void;
  /** The state machine threw. */
  machineThrew(thrown: unknown): void;
}

/**
 * Decides when the state machine is asked for progress, and hands its results to the promises.
 *
 * The promises that user code awaits at the moment are the roots. Progress is made for all of them together, and only
 * when user code has nothing else to do: after the microtasks have run dry, or when input arrives while nothing runs.
 * One answer of the machine is delivered, user code goes on until it waits again, then the next one is asked for. So
 * user code sees results in the order of the journal, live and replayed, and an attempt suspends for everything that
 * the handler waits for instead of one branch of it.
 *
 * A cancellation rejects all roots, and every one awaited is told: a branch that has lost a race cannot swallow it.
 */
export class Scheduler {
  readonly #host: SchedulerHost;
  /** In the order in which they were awaited. */
  #roots: Root[] = [];
  #isRequested = false;
  #isChecking = false;
  #hasNewInput = false;

  constructor(host: SchedulerHost) {
    this.#host = host;
  }

  /** Something happened: look again as soon as user code has nothing left to do. */
  request(): void {
    if (!this.#isRequested) {
      this.#isRequested = true;
      whenIdle(this);
    }
  }

  addRoot(root: Root): void {
    this.#roots.push(root);
    this.request();
  }

  removeRoot(root: Root): void {
    const index = this.#roots.indexOf(root);
    if (index === 0 && this.#roots.length === 1) {
      this.#roots.pop();
    } else if (index >= 0) {
      this.#roots.splice(index, 1);
    }
  }

  /** The machine was given bytes, or the end of them. Nobody runs unless a check is due, so there is no need to wait. */
  inputArrived(): void {
    if (this.#isChecking) {
      this.#hasNewInput = true;
    } else if (!this.#isRequested) {
      this.#runChecks();
    }
  }

  check(): void {
    this.#isRequested = false;
    this.#runChecks();
  }

  #runChecks(): void {
    if (this.#host.hasEnded || this.#isChecking) return;
    this.#isChecking = true;
    try {
      do {
        this.#hasNewInput = false;
        this.#makeProgress();
      } while (this.#hasNewInput && !this.#isRequested && !this.#host.hasEnded);
    } catch (thrown) {
      this.#host.machineThrew(thrown);
    } finally {
      this.#isChecking = false;
    }
  }

  #makeProgress(): void {
    const { vm } = this.#host;
    let hasStartedRuns = false;
    for (;;) {
      const awaited = this.#awaitedHandles();
      if (awaited === undefined) return this.#host.flush();
      const progress = vm.progress(awaited);
      switch (progress.kind) {
        case "completed":
          this.#deliver();
          return this.request();
        case "executeRun":
          this.#host.executeRun(progress.handle);
          hasStartedRuns = true;
          break;
        case "cancelled": {
          const roots = this.#roots;
          this.#roots = [];
          for (const root of roots) root.cancel();
          return this.request();
        }
        case "suspended":
          return this.#host.suspended();
        case "wait":
          // A closure that needs no I/O is through by the next check; its result can share a write with its command.
          return hasStartedRuns ? this.request() : this.#host.flush();
      }
    }
  }

  #deliver(): void {
    const roots = this.#roots;
    if (roots.length === 1) return roots[0]?.takeResults();
    // Settled roots leave the list on the way. An unreadable result ends the attempt.
    for (const root of [...roots]) {
      if (!this.#host.hasEnded) root.takeResults();
    }
  }

  #awaitedHandles(): Awaited | undefined {
    const roots = this.#roots;
    const [first] = roots;
    if (roots.length <= 1) return first?.awaitedHandles();
    const unsettled: Awaited[] = [];
    for (const root of roots) {
      const awaited = root.awaitedHandles();
      if (awaited !== undefined) unsettled.push(awaited);
    }
    return unsettled.length <= 1 ? unsettled[0] : { combinator: CombinatorType.FirstCompleted, of: unsettled };
  }
}
