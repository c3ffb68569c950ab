import { AwaitingOn, MessageType } from "../../sdk/protocol/index.ts";
import { Alarm } from "./alarm.ts";
import type { LiveAttempt } from "./attempts.ts";
import { isEmpty } from "./awaiting.ts";
import type { Kernel } from "./kernel.ts";

/** The first version of the protocol in which an SDK says what its handler waits for. */
const ANNOUNCES_WAITS = 7;
/** An attempt of an older protocol that has said nothing for this long is taken to wait. */
const QUIET_MS = 100;
/** An attempt whose sleep ends within this time is asked to suspend only when there is no other. */
const SOON_MS = 20;
const SOON_LIMIT = 256;
/** An attempt with a journal of so many entries is asked only when no other has made room for as long as its replay takes. */
const LONG_JOURNAL = 1000;
/** The official TypeScript SDK replays so many entries in a millisecond (20,000 in 7 s, two busy cores). */
const REPLAYED_PER_MS = 3;

/**
 * The places for running attempts. An attempt that only waits needs none, and nobody else is kept waiting by it: as
 * soon as an invocation is ready and finds no place, the attempt that has waited longest is asked to suspend (its
 * request is closed, so that the SDK suspends where it waits).
 *
 * From v7 on an SDK says what its handler waits for. Such an attempt gives its place back at the moment that it is
 * asked. One of v5 or v6 may be computing, so its place is free when it has suspended. None is asked inside a step,
 * which would be done again, and none for nothing: each suspension costs a replay.
 */
export class Places {
  readonly #kernel: Kernel;
  readonly #running: ReadonlyMap<number, LiveAttempt>;
  readonly #waiting: () => number;
  /** Running attempts whose SDK says that they wait; those that have waited longest first. */
  readonly #idle = new Set<LiveAttempt>();
  /** The same, of those with a long journal. */
  readonly #idleLong = new Set<LiveAttempt>();
  /** Running attempts of protocols whose SDKs do not say that they wait. */
  readonly #older = new Set<LiveAttempt>();
  /** Asked to suspend, and without a place since then. */
  readonly #yielded = new Set<LiveAttempt>();
  /** Asked to suspend, and with a place until they do; when they were asked, in milliseconds since the epoch. */
  readonly #asked = new Map<LiveAttempt, number>();
  readonly #quiet: Alarm;
  /** Since when no place has become free for those who want one. */
  #shortSinceMs: number | undefined;
  #soon: ReadonlySet<number> = new Set();
  #soonAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param running all running attempts by their invocation
   * @param waiting how many invocations wait for a place
   * @param freed called when waiting ones may try again, outside of commands
   */
  constructor(kernel: Kernel, running: ReadonlyMap<number, LiveAttempt>, waiting: () => number, freed: () => void) {
    this.#kernel = kernel;
    this.#running = running;
    this.#waiting = waiting;
    this.#quiet = new Alarm(kernel.clock, () => {
      this.#askQuiet();
      freed();
    });
  }

  /** Attempts that hold a place. */
  get taken(): number {
    return this.#running.size - this.#yielded.size;
  }

  get hasRoom(): boolean {
    return this.taken < this.#kernel.settings.concurrentInvocations;
  }

  stop(): void {
    this.#quiet.stop();
  }

  /** An attempt begins. */
  entered(live: LiveAttempt): void {
    if (live.protocol < ANNOUNCES_WAITS) this.#older.add(live);
  }

  /** The SDK of a running attempt has said what it waits for. */
  waits(live: LiveAttempt, awaitingOn: Buffer): void {
    live.awaitingOn = awaitingOn;
    if (live.isAsked) return;
    (entriesOf(live) >= LONG_JOURNAL ? this.#idleLong : this.#idle).add(live);
  }

  /** A running attempt goes on: its SDK has said something, or has been told something. */
  moves(live: LiveAttempt): void {
    if (live.awaitingOn !== undefined) {
      live.awaitingOn = undefined;
      this.#busy(live);
    }
    if (live.protocol < ANNOUNCES_WAITS) {
      live.quietSinceMs = this.#kernel.clock.nowMs();
      if (this.#waiting() > 0) this.#quiet.set(live.quietSinceMs + QUIET_MS);
    }
  }

  /** An attempt is over. */
  left(live: LiveAttempt): void {
    this.#busy(live);
    this.#older.delete(live);
    this.#shortSinceMs = undefined;
    this.#yielded.delete(live);
    this.#asked.delete(live);
  }

  /** Something waits for a place from now on, and `makeRoom` has found none. */
  watch(): void {
    const nowMs = this.#kernel.clock.nowMs();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const live of this.#older) {
      if (this.#mayBeQuiet(live)) dueMs = Math.min(dueMs, live.quietSinceMs + QUIET_MS);
    }
    if (dueMs !== Number.POSITIVE_INFINITY) this.#quiet.set(Math.max(dueMs, nowMs + 1));
  }

  /**
   * Makes one place free, if an attempt that only waits has one. Outside of commands.
   * @returns whether there is room now
   */
  makeRoom(): boolean {
    let dueSoon: LiveAttempt | undefined;
    for (const live of this.#candidates()) {
      if (this.#isDueSoon(live)) dueSoon ??= live;
      else if (this.#onlyWaits(live)) return this.#yield(live);
      // It is a candidate again when its SDK says again that it waits.
      else this.#busy(live);
    }
    return dueSoon !== undefined && this.#onlyWaits(dueSoon) && this.#yield(dueSoon);
  }

  *#candidates(): Generator<LiveAttempt> {
    yield* this.#idle;
    yield* this.#longCandidates();
  }

  /** Those with a long journal that it is time to ask. For the first of the others the alarm is set. */
  *#longCandidates(): Generator<LiveAttempt> {
    if (this.#idleLong.size === 0) return;
    const nowMs = this.#kernel.clock.nowMs();
    this.#shortSinceMs ??= nowMs;
    for (const live of this.#idleLong) {
      const dueMs = this.#shortSinceMs + entriesOf(live) / REPLAYED_PER_MS;
      if (nowMs >= dueMs) yield live;
      else this.#quiet.set(dueMs);
    }
  }

  #busy(live: LiveAttempt): void {
    this.#idle.delete(live);
    this.#idleLong.delete(live);
  }

  #yield(live: LiveAttempt): true {
    this.#busy(live);
    this.#shortSinceMs = undefined;
    this.#yielded.add(live);
    this.#askToSuspend(live);
    return true;
  }

  #askToSuspend(live: LiveAttempt): void {
    live.isAsked = true;
    this.#kernel.host.closeInput(live.attempt);
  }

  /** Asks attempts that have been quiet, the longest quiet first, and no more than there are invocations waiting. */
  #askQuiet(): void {
    const nowMs = this.#kernel.clock.nowMs();
    let wanted = this.#waiting();
    // One that does not suspend within a while has something to do; another one is asked in its stead.
    for (const askedAtMs of this.#asked.values()) if (nowMs - askedAtMs < QUIET_MS) wanted--;
    const quiet = [...this.#older]
      .filter((live) => this.#mayBeQuiet(live) && live.quietSinceMs + QUIET_MS <= nowMs)
      .sort((a, b) => a.quietSinceMs - b.quietSinceMs);
    for (const live of quiet) {
      if (wanted <= 0) break;
      if (this.#isInStep(live)) {
        // Until it says something again.
        live.quietSinceMs = Number.POSITIVE_INFINITY;
        continue;
      }
      this.#asked.set(live, nowMs);
      this.#askToSuspend(live);
      wanted--;
    }
    if (this.#waiting() > 0) {
      if (this.#asked.size > 0) this.#quiet.set(nowMs + QUIET_MS);
      this.watch();
    }
  }

  /** The request to a request/response endpoint has been closed from the start. */
  #mayBeQuiet(live: LiveAttempt): boolean {
    return (
      !live.isAsked &&
      live.quietSinceMs !== Number.POSITIVE_INFINITY &&
      live.deployment.protocolMode !== "REQUEST_RESPONSE"
    );
  }

  /** Whether nothing that it waits for has come meanwhile, and no step is under way. */
  #onlyWaits(live: LiveAttempt): boolean {
    if (live.awaitingOn === undefined) return false;
    const { awaitingOn, executingSideEffects } = AwaitingOn.decode(live.awaitingOn);
    if (awaitingOn === undefined || executingSideEffects || isEmpty(awaitingOn)) return false;
    const { notifications } = this.#kernel;
    return !notifications.isResolvedSince(live.row.seq, live.knownEntries, awaitingOn) && !this.#isInStep(live);
  }

  #isInStep(live: LiveAttempt): boolean {
    let open = 0;
    for (const [type] of this.#kernel.journal.types(live.row.seq)) {
      if (type === MessageType.RunCommand) open++;
      else if (type === MessageType.RunCompletion) open--;
    }
    return open > 0;
  }

  #isDueSoon({ row }: LiveAttempt): boolean {
    const nowMs = this.#kernel.clock.nowMs();
    if (nowMs !== this.#soonAtMs) {
      this.#soonAtMs = nowMs;
      const timers = this.#kernel.statements.waits.dueTimers.all(nowMs + SOON_MS, SOON_LIMIT);
      this.#soon = new Set(timers.map(({ seq }) => seq));
    }
    return this.#soon.has(row.seq);
  }
}

/** At least so many are in its journal. */
function entriesOf({ nextIndex, knownEntries }: LiveAttempt): number {
  return nextIndex ?? knownEntries;
}
