import {
  CallCommand,
  CommandTemplate,
  CompletePromiseCommand,
  GetPromiseCommand,
  isCommand,
  MessageType,
  Notification,
  SleepCommand,
} from "../../sdk/protocol/index.ts";
import { type InvocationRow, InvocationStatus, type JournalRow, TimerKind } from "../storage/index.ts";
import { bodyWith, completionIdsOf, type EditedResult, entryTypeOf, resultPlace, shownResult } from "./edit-results.ts";
import { stateBehind } from "./journal-state.ts";
import type { Kernel } from "./kernel.ts";

/** The type of the events that edits leave in `sys_journal_events`. */
export const EDIT_EVENT = "JournalEdited";

/** Entries that an event names; the number of all of them stands beside. */
const NAMED_ENTRIES = 100;

export interface DropOptions {
  /** Index of the last entry that stays. */
  readonly after: number;
  /** Whether signals that came later stay: results of awakeables, named signals, the request to cancel. */
  readonly keepsSignals: boolean;
  /** Only say what it would do. */
  readonly isDryRun: boolean;
}

/** What dropping the tail of a journal does, or would do. */
export interface Dropped {
  /** Commands that are dropped, in order, at most a hundred of them. */
  readonly entries: readonly { readonly index: number; readonly type: string; readonly name: string | undefined }[];
  readonly entryCount: number;
  /** Signals that came later: kept or dropped as asked for. */
  readonly signalCount: number;
  /** Invocations that dropped entries called and waited for: they go on, and nobody hears their results. */
  readonly detached: readonly string[];
  /** Promises that dropped entries completed: they stay completed. */
  readonly promises: readonly string[];
  /** Keys of the state that have the value of that point again. */
  readonly restoredKeys: readonly string[];
  /** Keys of the state that dropped entries changed without having read them: they stay changed. */
  readonly changedKeys: readonly string[];
  /** Dropped entries cleared all state: keys that the journal does not mention stay cleared. */
  readonly hasClearedAll: boolean;
  /** Entries of the journal afterwards. */
  readonly journalLength: number;
}

export type EditRefusal =
  | { readonly kind: "unknown" | "not-paused" }
  /** There is no such entry. */
  | { readonly kind: "no-entry"; readonly journalLength: number }
  /** The entry has no result, or none of this kind. */
  | { readonly kind: "no-result"; readonly entryType: string }
  | { readonly kind: "wrong-result"; readonly entryType: string; readonly kinds: readonly EditedResult["kind"][] }
  /** No entry is behind that one. */
  | { readonly kind: "nothing-behind" };

export type ResultEdit = EditRefusal | { readonly kind: "edited"; readonly detached: readonly string[] };
export type Drop = EditRefusal | ({ readonly kind: "dropped" } & Dropped);

/**
 * Changes of a paused invocation's journal by a person: another result for an entry, or an end of the journal that is
 * dropped. Each leaves an event with what was there before. What has gone out into the world does not come back.
 */
export class Edits {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Replaces the result of an entry, or gives it one; then nothing else can give it one any more. */
  setResult(row: InvocationRow | undefined, entry: number, result: EditedResult): ResultEdit {
    if (row === undefined) return { kind: "unknown" };
    if (row.status !== InvocationStatus.Paused) return { kind: "not-paused" };
    const { journal, invocations } = this.#kernel;
    const rows = journal.rows(row.seq);
    const target = rows[entry];
    if (target === undefined) return { kind: "no-entry", journalLength: rows.length };
    const place = resultPlace(rows, entry);
    if (place === undefined) return { kind: "no-result", entryType: entryTypeOf(target.type) };
    const entryType = entryTypeOf(place.command.type);
    if (!place.kinds.includes(result.kind)) return { kind: "wrong-result", entryType, kinds: place.kinds };
    const old = place.index === undefined ? undefined : rows[place.index];
    const body = bodyWith(place, result);
    const detached = old === undefined ? this.#sever(row, place.command, toldIn(rows)) : [];
    if (old !== undefined && place.index !== undefined) journal.replace(row.seq, place.index, [{ ...old, body }]);
    else journal.append(row.seq, rows.length, place.type, place.completionId ?? null, body);
    this.#note(row, {
      edit: "result",
      entry_index: place.entry,
      entry_type: entryType,
      entry_name: nameOf(place.command),
      old: old === undefined ? null : shownResult(place.type, old.body),
      new: shownResult(place.type, body),
      detached: detached.map((child) => invocations.textId(child)),
    });
    return { kind: "edited", detached: detached.map((child) => invocations.textId(child)) };
  }

  /**
   * Drops what is behind an entry. Results that entries up to there got later stay. Ids of completions are given out
   * again by the next attempt, so whatever would complete a dropped entry is cut off from the journal first.
   */
  dropAfter(row: InvocationRow | undefined, { after, keepsSignals, isDryRun }: DropOptions): Drop {
    if (row === undefined) return { kind: "unknown" };
    if (row.status !== InvocationStatus.Paused) return { kind: "not-paused" };
    const { journal, invocations, suspensions } = this.#kernel;
    const rows = journal.rows(row.seq);
    if (after >= rows.length) return { kind: "no-entry", journalLength: rows.length };
    const { kept, dropped, signalCount } = splitBehind(rows, after, keepsSignals);
    const [first] = dropped;
    if (first === undefined) return { kind: "nothing-behind" };
    const commands = dropped.filter(({ type }) => isCommand(type));
    const told = toldIn(rows);
    const detached = commands.flatMap((command) => this.#childOf(row, command, told) ?? []);
    const state = this.#restore(row, rows, after, isDryRun);
    const summary: Dropped = {
      entries: commands.slice(0, NAMED_ENTRIES).map((command) => ({
        index: rows.indexOf(command),
        type: entryTypeOf(command.type),
        name: nameOf(command),
      })),
      entryCount: commands.length,
      signalCount,
      detached: detached.map((child) => invocations.textId(child)),
      promises: commands
        .filter(({ type }) => type === MessageType.CompletePromiseCommand)
        .map(({ body }) => CompletePromiseCommand.decode(body).key),
      ...state,
      journalLength: after + 1 + kept.length,
    };
    if (isDryRun) return { kind: "dropped", ...summary };
    for (const command of commands) this.#sever(row, command, told);
    journal.replace(row.seq, after + 1, kept, rows.length);
    suspensions.forgetSince(row.seq, first.at);
    this.#note(row, {
      edit: "drop",
      after,
      entries: summary.entries,
      entry_count: summary.entryCount,
      signals: { count: signalCount, kept: keepsSignals },
      detached: summary.detached,
      promises: summary.promises,
      restored_keys: summary.restoredKeys,
      changed_keys: summary.changedKeys,
      cleared_all: summary.hasClearedAll,
    });
    return { kind: "dropped", ...summary };
  }

  /**
   * Gives keys that dropped entries changed the values that the kept ones leave behind, as far as the journal knows
   * them. Without that the next attempt would replay an older write and then work with a value that is not stored.
   */
  #restore(
    row: InvocationRow,
    rows: readonly JournalRow[],
    after: number,
    isDryRun: boolean,
  ): Pick<Dropped, "restoredKeys" | "changedKeys" | "hasClearedAll"> {
    if (row.exclusive === 0 || row.key === null) return { restoredKeys: [], changedKeys: [], hasClearedAll: false };
    const { known, unknown, clearedAll } = stateBehind(rows, after, this.#editedEntries(row.seq));
    const { keys } = this.#kernel.statements;
    const object = [row.service, row.scope, row.key] as const;
    if (!isDryRun) {
      for (const [name, value] of known) {
        const key = Buffer.from(name, "latin1");
        if (value === undefined) keys.clearState.run(...object, key);
        else keys.setState.run(...object, key, value);
      }
    }
    return {
      restoredKeys: [...known.keys()].map(keyText),
      changedKeys: unknown.map(keyText),
      hasClearedAll: clearedAll,
    };
  }

  /** Entries whose results somebody has edited: what they say of the state is not how it was. */
  #editedEntries(seq: number): Set<number> {
    const edited = this.#kernel.journal.events(seq, EDIT_EVENT).map((event) => {
      const { entry_index } = JSON.parse(event) as { entry_index?: number };
      return entry_index ?? -1;
    });
    return new Set(edited);
  }

  /** Nothing completes this command of `row` any more. @returns the invocation that goes on without it */
  #sever(row: InvocationRow, command: JournalRow, told: ReadonlyMap<number, Buffer>): InvocationRow[] {
    const { statements, attempts } = this.#kernel;
    const { seq } = row;
    switch (command.type) {
      case MessageType.SleepCommand: {
        const { wakeUpTime, resultCompletionId } = SleepCommand.decode(command.body);
        statements.waits.removeTimer.run(wakeUpTime, seq, TimerKind.Sleep, resultCompletionId);
        return [];
      }
      case MessageType.GetPromiseCommand: {
        const { key: name, resultCompletionId } = GetPromiseCommand.decode(command.body);
        statements.keys.removePromiseAwaiter.run(row.service, row.scope, row.key ?? "", name, seq, resultCompletionId);
        return [];
      }
      case MessageType.AttachInvocationCommand:
      case MessageType.CallCommand: {
        const { resultCompletionId = 0 } = CommandTemplate.decode(command.body);
        statements.waits.removeAwaiter.run(seq, resultCompletionId);
        const child = this.#childOf(row, command, told);
        if (child === undefined) return [];
        statements.invocations.detach.run(child.seq);
        attempts.detached(child.seq);
        return [child];
      }
      default:
        return [];
    }
  }

  /** The unfinished invocation that a call made, and that would complete it. */
  #childOf(
    row: InvocationRow,
    { type, body }: JournalRow,
    told: ReadonlyMap<number, Buffer>,
  ): InvocationRow | undefined {
    if (type !== MessageType.CallCommand) return undefined;
    const { invocationIdNotificationIdx, resultCompletionId } = CallCommand.decode(body);
    const answer = told.get(invocationIdNotificationIdx);
    const id = answer === undefined ? undefined : Notification.decode(answer).invocationId;
    const child = this.#kernel.invocations.findText(id ?? "");
    const isItsOwn = child?.caller === row.seq && child.caller_completion === resultCompletionId;
    return isItsOwn && child.status !== InvocationStatus.Completed ? child : undefined;
  }

  /** An edited journal has not failed yet: the failures of the old one are in its events. */
  #note(row: InvocationRow, event: object): void {
    const { statements, journal, observation } = this.#kernel;
    const { seq } = row;
    journal.recordEvent(seq, EDIT_EVENT, JSON.stringify({ ty: EDIT_EVENT, ...event }));
    const due = statements.waits.failure.get(seq)?.next_retry_at;
    if (due != null) statements.waits.removeTimer.run(due, seq, TimerKind.Retry, 0);
    statements.waits.clearFailure.run(seq);
    observation.tell(row, { kind: "journal" });
  }
}

/** What a journal says about its commands, by the ids of the notifications. */
function toldIn(rows: readonly JournalRow[]): ReadonlyMap<number, Buffer> {
  return new Map(rows.flatMap(({ notification, body }) => (notification === null ? [] : [[notification, body]])));
}

/** What stays of the entries behind `after`, and what goes. */
function splitBehind(rows: readonly JournalRow[], after: number, keepsSignals: boolean) {
  const owed = new Set(rows.slice(0, after + 1).flatMap(completionIdsOf));
  const kept: JournalRow[] = [];
  const dropped: JournalRow[] = [];
  let signalCount = 0;
  for (const row of rows.slice(after + 1)) {
    const isSignal = row.type === MessageType.SignalNotification;
    if (isSignal) signalCount++;
    const stays = isSignal
      ? keepsSignals
      : row.notification !== null && owed.has(row.notification) && !isCommand(row.type);
    (stays ? kept : dropped).push(row);
  }
  return { kept, dropped, signalCount };
}

function nameOf({ type, body }: JournalRow): string | undefined {
  if (!isCommand(type)) return undefined;
  const { entryName } = CommandTemplate.decode(body);
  return entryName === "" ? undefined : entryName;
}

const keyText = (name: string): string => Buffer.from(name, "latin1").toString();
