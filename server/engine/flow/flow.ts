import type { LimitRulesView, PausedQueuesView } from "../../registry/types.ts";
import { type InvocationRow, InvocationStatus, isWorkflowRun } from "../../storage/index.ts";
import { parseVqueueName, vqueueId, vqueueName } from "../../vqueue.ts";
import type { Kernel } from "../kernel.ts";
import { pathsOf, Slots } from "./slots.ts";

/** Invocations that are let through in one turn: few enough that requests are served in between. */
const BATCH = 64;

/** What holds an invocation back. */
export type Hold =
  | { readonly kind: "limit"; readonly level: string; readonly rule: string }
  | { readonly kind: "queue" };

/** What of flow control is in no table. */
export interface FlowSnapshot {
  /** What counts at each scope and limit key. */
  readonly levels: readonly {
    readonly path: readonly string[];
    readonly usage: number;
    readonly limit: number | undefined;
    readonly rule: string | undefined;
    /** Queues, not invocations. */
    readonly waiters: number;
  }[];
  /** The queues that wait at one of them, by their names (`vqueueName`). */
  readonly queues: readonly {
    readonly name: string;
    readonly path: readonly string[];
    readonly rule: string | undefined;
  }[];
}

type Queued = Pick<InvocationRow, "service" | "handler" | "key" | "scope" | "limit_key" | "exclusive"> &
  Pick<InvocationRow, "determined" | "idempotency_key">;

/**
 * Scopes, limit keys and paused queues: which ready invocations may start.
 *
 * An invocation counts at its scope and at each level of its limit key from the start of an attempt to its end; one
 * that is suspended or paused does not count, nor one that waits for a retry of two seconds or longer. What finds no
 * room waits as a row, in its virtual queue, in the order of creation or of the time that it was scheduled for, also
 * when it has run before. One that has never started does not hold the lock of its object while it waits, so one with
 * another limit key may overtake it. (All of this as restate-server 1.7.12 was seen to do, with its flags on:
 * `test/oracle/scripts/flow-control.ts`.)
 *
 * What is let in counts from then on, before its attempt starts, so that a limit is never exceeded. Unscoped
 * invocations pass without a look at anything while no queue is paused.
 */
export class Flow {
  readonly #kernel: Kernel;
  readonly #slots: Slots;
  readonly #paused: PausedQueuesView;
  /** How often `#load` has counted what waits, that of the open turn included. */
  #loads = 0;
  #isStopped = false;

  constructor(kernel: Kernel, rules: LimitRulesView, paused: PausedQueuesView) {
    this.#kernel = kernel;
    this.#paused = paused;
    this.#slots = new Slots(rules, (name) => paused.size > 0 && paused.isPaused(vqueueId(name)));
    rules.onChange(() => {
      this.#slots.rulesChanged();
      this.#pump();
    });
    paused.onChange(() => {
      this.#slots.pausesChanged();
      this.#pump();
    });
  }

  /** Loads the queues. What was running before has started again by now, or waits among them. */
  recover(): void {
    this.#load();
    this.#pump();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Whether anything here may concern invocations of this scope. */
  governs(scope: string): boolean {
    return scope !== "" || this.#paused.size > 0 || this.#slots.hasUnscoped;
  }

  /** Whether an invocation that could start now has to wait. Inside a command, and only a forecast: see `enter`. */
  mustWait(row: Queued): boolean {
    return this.governs(row.scope) && this.#slots.mustWait(nameOf(row), pathsOf(row.scope, row.limit_key));
  }

  /** An attempt is to start: counts it in, or says `false` when it has to `wait`. Outside of commands. */
  enter(row: InvocationRow): boolean {
    if (!this.governs(row.scope) || this.#slots.holds(row.seq)) return true;
    const paths = pathsOf(row.scope, row.limit_key);
    if (this.#slots.mustWait(nameOf(row), paths)) return false;
    this.#slots.take(row.seq, paths);
    return true;
  }

  /** An attempt has ended, or does not start: its place is free. */
  leave(seq: number): void {
    if (!this.#slots.holds(seq)) return;
    this.#slots.give(seq);
    if (this.#slots.hasCandidates) this.#kernel.turns.afterCommit(() => this.#pump());
  }

  /** Puts an invocation into its queue. Its status says whether it has ever started. */
  wait(row: Queued & Pick<InvocationRow, "seq" | "created_at" | "execute_at">): void {
    const name = nameOf(row);
    if (this.#kernel.statements.queues.add.run(row.seq, name, row.execute_at ?? row.created_at).changes === 0) return;
    const loads = this.#loads;
    this.#kernel.turns.afterCommit(() => {
      if (loads === this.#loads) this.#slots.add(name, pathsOf(row.scope, row.limit_key), 1);
      this.#pump();
    });
  }

  /** An invocation that may be waiting, or about to start, does not want to any more. */
  withdraw(row: InvocationRow): void {
    if (!this.governs(row.scope)) return;
    this.leave(row.seq);
    if (this.#kernel.statements.queues.remove.run(row.seq).changes === 0) return;
    const loads = this.#loads;
    this.#kernel.turns.afterCommit(() => {
      if (loads === this.#loads) this.#slots.removed(nameOf(row));
      this.#pump();
    });
  }

  /** What holds back an invocation that has no attempt; `undefined` when it is nothing here. */
  holdOf(row: InvocationRow): Hold | undefined {
    if (!this.governs(row.scope) || this.#kernel.statements.queues.has.get(row.seq) !== 1) return undefined;
    const level = this.#slots.queue(nameOf(row))?.blockedAt;
    if (level === undefined) return { kind: "queue" };
    return { kind: "limit", level: level.path.join("/"), rule: level.rule ?? "" };
  }

  snapshot(): FlowSnapshot {
    const levels = Array.from(this.#slots.levels, ({ path, usage, limit, rule, waiting }) => ({
      path,
      usage,
      limit,
      rule,
      waiters: waiting.size,
    }));
    const queues = Array.from(this.#slots.queues, ({ name, blockedAt }) =>
      blockedAt === undefined ? [] : [{ name, path: blockedAt.path, rule: blockedAt.rule }],
    ).flat();
    return { levels, queues };
  }

  #load(): void {
    this.#loads++;
    for (const { queue, waiters } of this.#kernel.statements.queues.all.all()) {
      this.#slots.add(queue, pathsOfQueue(queue), waiters);
    }
  }

  /** Lets in what there is room for. */
  #pump(): void {
    if (this.#isStopped || !this.#slots.hasCandidates) return;
    const taken: number[] = [];
    try {
      this.#kernel.turns.apply(() => this.#letIn(taken));
    } catch (error) {
      // The turn has been taken back, and its queues are as they were.
      for (const seq of taken) this.#slots.give(seq);
      this.#slots.forgetQueues();
      this.#load();
      throw error;
    }
  }

  #letIn(taken: number[]): void {
    const { statements, turns } = this.#kernel;
    for (let i = 0; i < BATCH; i++) {
      const queue = this.#slots.next();
      if (queue === undefined) return;
      const seq = statements.queues.first.get(queue.name);
      if (seq !== undefined) {
        statements.queues.remove.run(seq);
        const row = statements.invocations.bySeq.get(seq);
        taken.push(seq);
        if (row !== undefined) this.#start(row);
      }
      this.#slots.done(queue);
    }
    turns.afterCommit(() => this.#pump());
  }

  /** Lets it start, unless it has to wait for its lock, or has no wish to run any more. */
  #start(row: InvocationRow): void {
    const { statements, keys, attempts, observation } = this.#kernel;
    if (row.status === InvocationStatus.Inboxed) {
      const position = row.exclusive === 1 ? keys.acquire(row) : undefined;
      if (position !== undefined) {
        statements.invocations.enterInbox.run(position, row.seq);
        return;
      }
      statements.invocations.setStatus.run(InvocationStatus.Ready, row.seq);
    } else if (row.status !== InvocationStatus.Ready) return;
    this.#slots.take(row.seq, pathsOf(row.scope, row.limit_key));
    observation.tell(row, { kind: "ready" });
    attempts.ready(row.seq);
  }
}

/** Only exclusive handlers of objects have queues by key: a workflow runs once a key. */
function nameOf(row: Queued): string {
  const isObject = row.exclusive === 1 && !isWorkflowRun(row);
  return vqueueName(row.service, row.scope, row.limit_key, isObject ? row.key : null);
}

function pathsOfQueue(name: string): readonly (readonly string[])[] {
  const { scope, limitKey } = parseVqueueName(name);
  return pathsOf(scope, limitKey);
}
