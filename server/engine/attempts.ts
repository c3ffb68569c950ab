import { encodeInvocationId, type OutputCommandMessage } from "../../sdk/protocol/index.ts";
import type { Deployment, Handler } from "../registry/types.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { randomSeedOf } from "./identity.ts";
import type { Kernel } from "./kernel.ts";
import { Places } from "./places.ts";
import type { AttemptFailure, AttemptStart } from "./types.ts";

const NEWEST_PROTOCOL = 7;
const READY_IN_MEMORY = 10_000;
/** Invocations that are looked at in one turn without starting: few enough that requests are served in between. */
const LOOKS_PER_TURN = 256;
/** Attempts that are asked in one turn to make room: each needs a look at its journal. */
const ASKED_PER_TURN = 64;

/** A running attempt, as the engine knows it. Lives in memory only: a restart starts a new attempt. */
export interface LiveAttempt {
  readonly attempt: number;
  readonly row: InvocationRow;
  readonly id: string;
  readonly deployment: Deployment;
  readonly handler: Handler;
  readonly protocol: number;
  readonly startedAtMs: number;
  /** Entries that the attempt replayed: what the SDK knew from the start. */
  readonly knownEntries: number;
  /** Index of the next journal entry; `undefined`: to be asked of the database. See `Attempts.takeIndex`. */
  nextIndex: number | undefined;
  /** Whether the invocation's row names the deployment already. */
  isPinned: boolean;
  /** Whether this attempt stored an entry. */
  hasStored: boolean;
  /** Failed attempts since the last stored entry. */
  retryCount: number;
  /** Whether a failure is stored: of an attempt, or that nothing served it, which is none. */
  hasFailure: boolean;
  failingSinceMs: number | undefined;
  /** The output entry, once the SDK has sent it. */
  output: OutputCommandMessage | undefined;
  /** Body of the AwaitingOnMessage that says what it waits for now; `undefined` when it is busy, or does not say. */
  awaitingOn: Buffer | undefined;
  /** Since when neither side has said anything (protocols before v7, whose SDKs do not say that they wait). */
  quietSinceMs: number;
  /** Whether it has been asked to suspend: see {@link Places}. */
  isAsked: boolean;
  server: string | undefined;
}

/** What a first attempt starts from without reading the database. */
export interface Preload {
  readonly row: InvocationRow;
  /** The framed input entry, the whole journal of a new invocation. */
  readonly input: Buffer;
}

/**
 * Which invocations run now and which are next. A ready invocation is a row with status Ready; this class holds at
 * most a bounded number of their numbers and reads the rest when their turn comes.
 */
export class Attempts {
  readonly #kernel: Kernel;
  readonly #bySeq = new Map<number, LiveAttempt>();
  readonly #byAttempt = new Map<number, LiveAttempt>();
  /** Made ready in the open turn, not yet started. */
  readonly #pending = new Map<number, Preload | undefined>();
  #queue: number[] = [];
  #queueHead = 0;
  /** More invocations are ready than the queue holds. */
  #overflowed = false;
  /** A continuation of the line is scheduled already, for after the open turn. */
  #isContinued = false;
  #lastAttempt = 0;
  #isStopped = false;
  readonly #places: Places;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#places = new Places(
      kernel,
      this.#bySeq,
      () => this.#lineLength,
      () => this.#startQueued(),
    );
  }

  /** How many wait for a place; when there are more than are held in memory, at least so many. */
  get #lineLength(): number {
    return this.#queue.length - this.#queueHead + (this.#overflowed ? 1 : 0);
  }

  /** How many attempts hold a place. */
  get taken(): number {
    return this.#places.taken;
  }

  /** The same, of how many there are, and how many invocations wait for one. */
  get places(): { readonly taken: number; readonly limit: number; readonly waiting: number } {
    const { statements, settings } = this.#kernel;
    const waiting =
      this.#lineLength === 0 ? 0 : Math.max(0, (statements.invocations.readyCount.get() ?? 0) - this.#bySeq.size);
    return { taken: this.#places.taken, limit: settings.concurrentInvocations, waiting };
  }

  /** All that run now. */
  get running(): IterableIterator<LiveAttempt> {
    return this.#bySeq.values();
  }

  bySeq(seq: number): LiveAttempt | undefined {
    return this.#bySeq.get(seq);
  }

  byAttempt(attempt: number): LiveAttempt | undefined {
    return this.#byAttempt.get(attempt);
  }

  /** The index that the next entry of a running attempt's journal gets. */
  nextIndex(live: LiveAttempt): number {
    live.nextIndex ??= this.#kernel.journal.length(live.row.seq);
    return live.nextIndex;
  }

  /** Gives out that index. */
  takeIndex(live: LiveAttempt): number {
    const index = this.nextIndex(live);
    live.nextIndex = index + 1;
    return index;
  }

  /** A command is being rolled back, and may have given out indexes in any journal. */
  forgetIndexes(): void {
    for (const live of this.#bySeq.values()) live.nextIndex = undefined;
  }

  /** Stops starting attempts (shutdown). */
  stop(): void {
    this.#isStopped = true;
    this.#places.stop();
  }

  /** The SDK of a running attempt has said that its handler waits. */
  waits(live: LiveAttempt, awaitingOn: Buffer): void {
    this.#places.waits(live, awaitingOn);
    if (this.#lineLength > 0) this.#continueLine();
  }

  /** The SDK of a running attempt has said something else. */
  moves(live: LiveAttempt): void {
    this.#places.moves(live);
  }

  /**
   * The row has just become Ready. A new invocation starts after the commit, while its flush is under way; a
   * resumed one replays results that user code will act on, so it waits for their flush.
   */
  ready(seq: number, preload?: Preload): void {
    this.#pending.set(seq, preload);
    const admit = () => this.#admit(seq);
    if (preload === undefined) this.#kernel.turns.afterFlush(admit);
    else this.#kernel.turns.afterCommit(admit);
  }

  /** Something has reached the journal of an invocation without an attempt: its first one is to read it. */
  journalGrew(seq: number): void {
    if (this.#pending.has(seq)) this.#pending.set(seq, undefined);
  }

  /** Its caller does not wait for it any more, whatever was read of its row before. */
  detached(seq: number): void {
    const live = this.#bySeq.get(seq);
    if (live !== undefined) live.row.caller_completion = null;
    this.journalGrew(seq);
  }

  /** The row is not Ready any more and has no attempt yet. */
  withdraw(row: InvocationRow): void {
    this.#pending.delete(row.seq);
    this.#kernel.flow.withdraw(row);
  }

  /** Sends a frame to a running attempt after the flush of what it says. */
  deliver(live: LiveAttempt, frame: Buffer): void {
    this.#places.moves(live);
    this.#kernel.turns.afterFlush(() => this.#kernel.host.deliver(live.attempt, frame));
  }

  /**
   * The attempt is over: its slot goes to the next ready invocation once the turn is committed.
   * @param keepsPlace it goes on counting at its scope and limit key, until `flow.leave`
   */
  end(live: LiveAttempt, keepsPlace = false): void {
    this.#bySeq.delete(live.row.seq);
    this.#byAttempt.delete(live.attempt);
    this.#places.left(live);
    if (!keepsPlace) this.#kernel.flow.leave(live.row.seq);
    if (this.#lineLength > 0) this.#kernel.turns.afterCommit(() => this.#startQueued());
  }

  /** Ends an attempt whose invocation is over: the SDK is cut off. */
  abort(live: LiveAttempt): void {
    this.end(live);
    this.#kernel.turns.afterCommit(() => this.#kernel.host.abort(live.attempt));
  }

  /** Ends an attempt whose invocation goes on without it: the SDK is told to suspend, and not heard any more. */
  letGo(live: LiveAttempt): void {
    this.end(live);
    this.#kernel.turns.afterCommit(() => this.#kernel.host.letGo(live.attempt));
  }

  /** After a restart: everything that was ready or running starts again. */
  recover(): void {
    this.#overflowed = true;
    this.#startQueued();
  }

  #admit(seq: number): void {
    if (!this.#pending.has(seq)) return;
    const preload = this.#pending.get(seq);
    this.#pending.delete(seq);
    if (this.#isStopped || this.#bySeq.has(seq)) return;
    const isFirst = this.#queueHead >= this.#queue.length;
    if (isFirst && this.#places.hasRoom) {
      this.#start(seq, preload);
      return;
    }
    if (this.#overflowed || this.#queue.length - this.#queueHead >= READY_IN_MEMORY) this.#overflowed = true;
    else this.#queue.push(seq);
    // The places of those who only wait are found for all of this turn at once.
    if (isFirst) this.#continueLine();
  }

  #startQueued(): void {
    if (this.#isStopped) return;
    for (let looks = 0, asked = 0; ; ) {
      if (this.#queueHead >= this.#queue.length && !this.#refill()) return;
      if (!this.#places.hasRoom) {
        if (asked === ASKED_PER_TURN) {
          this.#continueLine();
          break;
        }
        asked++;
        if (!this.#places.makeRoom()) {
          this.#places.watch();
          break;
        }
      }
      const seq = this.#queue[this.#queueHead++];
      // One that has been paused and resumed meanwhile is in the line twice, and about to be admitted.
      if (seq !== undefined && !this.#bySeq.has(seq) && !this.#pending.has(seq)) this.#start(seq, undefined);
      if (seq !== undefined && !this.#bySeq.has(seq) && ++looks === LOOKS_PER_TURN) {
        this.#continueLine();
        break;
      }
    }
    if (this.#queueHead > 1024) {
      this.#queue = this.#queue.slice(this.#queueHead);
      this.#queueHead = 0;
    }
  }

  #continueLine(): void {
    if (this.#isContinued) return;
    this.#isContinued = true;
    const { turns } = this.#kernel;
    turns.apply(() =>
      turns.afterCommit(() => {
        this.#isContinued = false;
        this.#startQueued();
      }),
    );
  }

  /** Reads ready invocations that never were in the queue. */
  #refill(): boolean {
    this.#queue = [];
    this.#queueHead = 0;
    if (!this.#overflowed) return false;
    const seqs = this.#kernel.statements.invocations.readyAfter.all(0, READY_IN_MEMORY + this.#bySeq.size);
    this.#overflowed = seqs.length > READY_IN_MEMORY;
    this.#queue = seqs.filter((seq) => !this.#bySeq.has(seq) && !this.#pending.has(seq));
    return this.#queue.length > 0;
  }

  #start(seq: number, preload: Preload | undefined): void {
    const { registry, statements, journal, clock, host, flow } = this.#kernel;
    const row = preload?.row ?? statements.invocations.bySeq.get(seq);
    if (row === undefined || row.status !== InvocationStatus.Ready) {
      flow.leave(seq);
      return;
    }
    if (!flow.enter(row)) {
      this.#kernel.turns.apply(() => this.#hold(row, preload !== undefined));
      return;
    }
    const latest = registry.service(row.service);
    const deployment = registry.deployment(row.deployment ?? latest?.deploymentId ?? "");
    const service = deployment === undefined ? undefined : registry.serviceOn(row.service, deployment.id);
    const handler = service?.handlers.get(row.handler);
    if (deployment === undefined || handler === undefined) {
      flow.leave(seq);
      this.#kernel.turns.apply(() => this.#kernel.failures.undeployed(row));
      return;
    }
    const last = preload === undefined ? statements.waits.failure.get(seq) : undefined;
    // That nothing served it was no attempt.
    const failure = last === undefined || isWait(last.failure) ? undefined : last;
    const knownEntries = preload === undefined ? journal.length(seq) : 1;
    const nowMs = clock.nowMs();
    const live: LiveAttempt = {
      attempt: ++this.#lastAttempt,
      row,
      id: encodeInvocationId(row.id),
      deployment,
      handler,
      protocol: row.protocol ?? Math.min(deployment.maxProtocolVersion, NEWEST_PROTOCOL),
      startedAtMs: nowMs,
      knownEntries,
      nextIndex: knownEntries,
      isPinned: row.deployment !== null,
      hasStored: false,
      retryCount: failure?.retry_count ?? 0,
      hasFailure: last !== undefined,
      failingSinceMs: failure?.since,
      output: undefined,
      awaitingOn: undefined,
      quietSinceMs: nowMs,
      isAsked: false,
      server: undefined,
    };
    this.#bySeq.set(seq, live);
    this.#byAttempt.set(live.attempt, live);
    this.#places.entered(live);
    this.#kernel.observation.tellNow(row, {
      kind: "running",
      deployment: deployment.id,
      failedAttempts: live.retryCount,
    });
    host.start(attemptStart(live, preload, nowMs, randomSeedOf(this.#kernel.restarts.seedOf(row))));
  }

  /**
   * There is no room for it at its scope or limit key. One that has never started gives its lock to the next; one that
   * has is known by what it has stored, a failure, or a suspension.
   */
  #hold(row: InvocationRow, isNew: boolean): void {
    const { statements, keys, flow, observation } = this.#kernel;
    const isUntouched = isNew || (row.started_at === null && statements.waits.failure.get(row.seq) === undefined);
    if (isUntouched) {
      statements.invocations.setStatus.run(InvocationStatus.Inboxed, row.seq);
      observation.tell(row, { kind: "inboxed" });
      if (row.exclusive === 1) keys.release(row);
    }
    flow.wait(row);
  }
}

function isWait(failureJson: string): boolean {
  return (JSON.parse(failureJson) as AttemptFailure).behavior === "wait";
}

function attemptStart(
  live: LiveAttempt,
  preload: Preload | undefined,
  nowMs: number,
  randomSeed: bigint,
): AttemptStart {
  const { row } = live;
  return {
    attempt: live.attempt,
    seq: row.seq,
    idBytes: row.id,
    id: live.id,
    service: row.service,
    handler: row.handler,
    key: row.key ?? undefined,
    scope: row.scope === "" ? undefined : row.scope,
    limitKey: row.limit_key ?? undefined,
    idempotencyKey: row.idempotency_key ?? undefined,
    deployment: live.deployment,
    handlerSpec: live.handler,
    protocolVersion: live.protocol,
    knownEntries: live.knownEntries,
    replay: preload === undefined ? undefined : [preload.input],
    retryCount: live.retryCount,
    durationSinceLastEntryMs: live.failingSinceMs === undefined ? 0 : Math.max(0, nowMs - live.failingSinceMs),
    randomSeed,
    traceparent: row.traceparent ?? undefined,
  };
}
