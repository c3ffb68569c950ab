import { isCommand, isNotification, MessageType, OneWayCallCommand, SleepCommand } from "../../sdk/protocol/index.ts";
import type { AttemptLink } from "../../server/core.ts";
import type { AttemptEvents, AttemptFailure, AttemptHost, AttemptStart } from "../../server/engine/index.ts";
import type { StoredEntry } from "../inspect/journal.ts";
import type { Faults } from "./faults.ts";
import { failing, type Mismatch, mismatchOf } from "./mismatch.ts";

type Frame = Parameters<AttemptEvents["messages"]>[1][number];

/** An attempt that runs. */
interface Live {
  readonly start: AttemptStart;
  isAskedToSuspend: boolean;
  /** Notifications that a delay holds back, in order. */
  held: Buffer[];
}

/** What the link needs of the environment. It comes before the server does. */
export interface LinkWorld {
  apply(command: () => void): void;
  journal(seq: number): StoredEntry[];
  /** Whether a service keeps the environment's time by itself. */
  keepsTime(service: string): boolean;
  /** When something is due on the environment's clock that an attempt wants at a time of the wall clock. */
  dueMs(invocationId: string, wallMs: number): number;
  readonly onJournalMismatch: "fail" | "retry";
  /** How many attempts an invocation has had. */
  attempts(invocationId: string): number;
}

/**
 * Real time between a crash and the next attempt, one after the other: two attempts never see the same time, and what
 * looks at the last digit of it sees another one.
 */
const CRASH_PAUSES_MS = [2, 1, 3] as const;

const CRASHED: AttemptFailure = {
  code: 500,
  message: "restate-lite/testing has crashed this attempt",
  stacktrace: undefined,
  restateCode: "RT0010",
  relatedCommandIndex: undefined,
  relatedCommandName: undefined,
  relatedCommandType: undefined,
  nextRetryDelayMs: 0,
  // As if nothing had served it: no policy counts it.
  behavior: "wait",
};

/** Stands between engine and invoker: sees every message of every attempt, and lets pass what the faults let pass. */
export class Link implements AttemptLink {
  readonly #faults: Faults;
  readonly #world: LinkWorld;
  readonly #live = new Map<number, Live>();
  readonly mismatches: Mismatch[] = [];
  /** Lengths of the journals that attempts of an invocation have replayed. */
  readonly #replayed = new Map<string, Set<number>>();
  #activity = 0;
  #crashes = 0;
  #invoker: AttemptHost | undefined;
  #engine: AttemptEvents | undefined;
  #isStopped = false;
  readonly #pauses = new Set<NodeJS.Timeout>();

  constructor(faults: Faults, world: LinkWorld) {
    this.#faults = faults;
    this.#world = world;
  }

  /** Grows with everything that engine and invoker tell one another. */
  get activity(): number {
    return this.#activity;
  }

  running(): string[] {
    const names = Array.from(this.#live.values(), ({ start }) => `${start.service}/${start.handler} (${start.id})`);
    return this.#pauses.size === 0 ? names : [...names, "an attempt that has crashed"];
  }

  /** Asks the attempts (of one invocation, or all) to suspend where they wait; each is asked once. */
  askToSuspend(invocationId?: string): void {
    for (const [attempt, live] of this.#live) {
      if (live.isAskedToSuspend || (invocationId !== undefined && invocationId !== live.start.id)) continue;
      live.isAskedToSuspend = true;
      this.#invoker?.closeInput(attempt);
    }
  }

  /** In ascending order. */
  replayed(invocationId: string): number[] {
    return [...(this.#replayed.get(invocationId) ?? [])].sort((a, b) => a - b);
  }

  stop(): void {
    this.#isStopped = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    this.#pauses.clear();
    this.#live.clear();
  }

  /** After a restart of the server. */
  restart(): void {
    this.#isStopped = false;
  }

  host(invoker: AttemptHost): AttemptHost {
    this.#invoker = invoker;
    return {
      start: (start) => {
        this.#activity += 1;
        this.#faults.attemptOver(start.id);
        this.#live.set(start.attempt, { start, isAskedToSuspend: false, held: [] });
        const replayed = this.#replayed.get(start.id);
        if (replayed === undefined) this.#replayed.set(start.id, new Set([start.knownEntries]));
        else replayed.add(start.knownEntries);
        if (this.#faults.isUnreachable(start)) this.#refuse(start);
        else invoker.start(start);
      },
      deliver: (attempt, frame) => this.#deliver(attempt, frame),
      abort: (attempt) => {
        this.#activity += 1;
        this.#live.delete(attempt);
        invoker.abort(attempt);
      },
      letGo: (attempt) => {
        this.#activity += 1;
        this.#live.delete(attempt);
        invoker.letGo(attempt);
      },
      closeInput: (attempt) => invoker.closeInput(attempt),
    };
  }

  events(engine: AttemptEvents): AttemptEvents {
    this.#engine = engine;
    return {
      messages: (attempt, frames) => this.#messages(engine, attempt, frames),
      server: (attempt, name) => engine.server(attempt, name),
      failed: (attempt, failure) => {
        this.#activity += 1;
        this.#live.delete(attempt);
        engine.failed(attempt, failure);
      },
      closed: (attempt) => engine.closed(attempt),
    };
  }

  #messages(engine: AttemptEvents, attempt: number, frames: readonly Frame[]): void {
    this.#activity += 1;
    const live = this.#live.get(attempt);
    if (live === undefined) return;
    const { start } = live;
    const passing = frames.map((frame) => this.#translated(live, frame));
    if (!this.#faults.isCrashing(start)) engine.messages(attempt, passing);
    else if (this.#oneByOne(engine, live, passing)) return;
    if (isLast(frames.at(-1)?.type)) this.#live.delete(attempt);
    this.#faults.commandsSeen(start.id);
  }

  /** @returns whether the attempt has been crashed on the way */
  #oneByOne(engine: AttemptEvents, live: Live, frames: readonly Frame[]): boolean {
    const { start } = live;
    for (const frame of frames) {
      if (frame.type === MessageType.End && this.#faults.takeExtraReplay(start)) {
        this.#crash(live);
        return true;
      }
      engine.messages(start.attempt, [frame]);
      if (frame.type === MessageType.ProposeRunCompletion) this.#faults.stepDone(start.id);
      if ((isCommand(frame.type) || frame.type === MessageType.ProposeRunCompletion) && this.#isCrashDue(start)) {
        this.#crash(live);
        return true;
      }
    }
    return false;
  }

  /** A crash never tears a closure that runs: it comes with the result. */
  #isCrashDue(start: AttemptStart): boolean {
    if (this.#faults.executing(start.id) > 0) return false;
    const length = this.#world.journal(start.seq).length;
    return this.#faults.isCrashDue(start, length, this.#replayed.get(start.id)?.has(length) ?? false);
  }

  #deliver(attempt: number, frame: Buffer): void {
    this.#activity += 1;
    const live = this.#live.get(attempt);
    if (live === undefined) return;
    // The result of a step is the SDK's own; anything else has lengthened the journal from outside.
    const isFromOutside = isNotification(frame.readUInt16BE(0)) && frame.readUInt16BE(0) !== MessageType.RunCompletion;
    if (isFromOutside && this.#faults.isCrashing(live.start) && this.#isCrashDue(live.start)) {
      this.#crash(live);
      return;
    }
    const delay = this.#faults.delayOf(live.start);
    if (delay === undefined && live.held.length === 0) {
      this.#invoker?.deliver(attempt, frame);
      return;
    }
    live.held.push(frame);
    (delay?.hold ?? ((release: () => void) => release()))(() => {
      const first = live.held.shift();
      if (first !== undefined && this.#live.has(attempt)) {
        this.#activity += 1;
        this.#invoker?.deliver(attempt, first);
      }
    });
  }

  /** The attempt is gone as if its process had died; the next one replays what its journal has. */
  #crash({ start }: Live): void {
    this.#live.delete(start.attempt);
    this.#faults.attemptOver(start.id);
    this.#invoker?.abort(start.attempt);
    this.#crashes += 1;
    const pauseMs = CRASH_PAUSES_MS[this.#crashes % CRASH_PAUSES_MS.length];
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#report(start, CRASHED);
    }, pauseMs);
    this.#pauses.add(pause);
  }

  #refuse(start: AttemptStart): void {
    const message = `error when calling '${start.deployment.uri}': restate-lite/testing makes it unreachable`;
    setImmediate(() => {
      this.#live.delete(start.attempt);
      this.#report(start, { ...CRASHED, message, nextRetryDelayMs: undefined, behavior: "retry" });
    });
  }

  #report(start: AttemptStart, failure: AttemptFailure): void {
    if (this.#isStopped) return;
    this.#activity += 1;
    try {
      this.#world.apply(() => this.#engine?.failed(start.attempt, failure));
    } catch {
      // The server has been stopped meanwhile: there is nobody to tell.
    }
  }

  #translated(live: Live, frame: Frame): Frame {
    if (frame.type === MessageType.Error) return this.#judged(live.start, frame);
    if (this.#world.keepsTime(live.start.service)) return frame;
    const dueMs = (wallMs: number) => this.#world.dueMs(live.start.id, wallMs);
    // Services of the official SDK say when they want to be woken by the wall clock.
    if (frame.type === MessageType.SleepCommand) {
      const sleep = SleepCommand.decode(frame.body);
      return { ...frame, body: SleepCommand.encode({ ...sleep, wakeUpTime: dueMs(sleep.wakeUpTime) }) };
    }
    if (frame.type === MessageType.OneWayCallCommand) {
      const send = OneWayCallCommand.decode(frame.body);
      if (send.invokeTime > 0) {
        return { ...frame, body: OneWayCallCommand.encode({ ...send, invokeTime: dueMs(send.invokeTime) }) };
      }
    }
    return frame;
  }

  #judged(start: AttemptStart, frame: Frame): Frame {
    const { id: invocationId } = start;
    const mismatch = mismatchOf(frame.body, {
      invocationId,
      target: `${start.service}/${start.handler}`,
      attempt: this.#world.attempts(invocationId),
      journal: this.#world.journal(start.seq),
    });
    if (mismatch === undefined) return frame;
    this.mismatches.push(mismatch);
    return this.#world.onJournalMismatch === "retry" ? frame : { ...frame, body: failing(frame.body, mismatch) };
  }
}

function isLast(type: number | undefined): boolean {
  return type === MessageType.End || type === MessageType.Suspension || type === MessageType.Error;
}
