import {
  AttachInvocationCommand,
  AwaitingOn,
  BuiltInSignal,
  CallCommand,
  CombinatorType,
  type FutureMessage,
  MessageType,
  Notification,
} from "../../sdk/protocol/index.ts";
import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import { Await, storedAwaitTree } from "./awaiting.ts";
import { referenceOf } from "./commands/attach.ts";
import type { Kernel } from "./kernel.ts";

/** Invocations that wait for each other in a ring: none of them can ever go on by itself. */
export interface Cycle {
  /** Each waits for the next one, the last for the first. */
  readonly members: readonly CycleMember[];
  /** Id of the one to kill: its end lets the others go on, and loses the least. */
  readonly kill: string;
}

export interface CycleMember {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
  /** `key`: the next one holds the key that this one needs. `result`: it has called the next one, or attached to it. */
  readonly waitsFor: "key" | "result";
}

/** An answer for people who ask: the walk ends here, and then says nothing. */
const MAX_INVOCATIONS = 200;
const MAX_ENTRIES = 20_000;

interface Waiting {
  readonly row: InvocationRow;
  readonly on: "key" | "result";
  readonly future: FutureMessage;
  /** For each of its leaves that only the end of another invocation completes: which one. */
  readonly others: ReadonlyMap<number, number>;
}

/** Stands for the key, as the leaf that an inboxed invocation waits for. */
const KEY = 0;

/**
 * The ring that an invocation is in, or waits for; `undefined` when there is none. Sure of what it says: whoever could
 * be woken by time, an awakeable, a step or by somebody who still runs is in no ring.
 */
export function findCycle(kernel: Kernel, start: InvocationRow): Cycle | undefined {
  const stuck = stuckFrom(kernel, start);
  const path: number[] = [];
  // Whoever is stuck waits for somebody who is.
  for (let seq: number | undefined = start.seq; seq !== undefined && stuck.has(seq); ) {
    const from = path.indexOf(seq);
    if (from !== -1)
      return cycleOf(
        kernel,
        path.slice(from).flatMap((member) => stuck.get(member) ?? []),
      );
    path.push(seq);
    seq = [...(stuck.get(seq)?.others.values() ?? [])].find((other) => stuck.has(other));
  }
  return undefined;
}

function cycleOf(kernel: Kernel, ring: readonly Waiting[]): Cycle | undefined {
  const inbox = ring.filter(({ on }) => on === "key");
  // One that has not begun loses nothing, and its caller gets an error that it can deal with.
  const last = (inbox.length > 0 ? inbox : ring).toSorted((a, b) => b.row.seq - a.row.seq)[0];
  if (last === undefined) return undefined;
  const members = ring.map(({ row, on }) => ({
    id: kernel.invocations.textId(row),
    service: row.service,
    handler: row.handler,
    key: row.key ?? undefined,
    waitsFor: on,
  }));
  return { members, kill: kernel.invocations.textId(last.row) };
}

/** Those that can be reached from `start` and that nothing but each other could wake. */
function stuckFrom(kernel: Kernel, start: InvocationRow): Map<number, Waiting> {
  const stuck = new Map<number, Waiting>();
  const budget = { entries: MAX_ENTRIES };
  const seen = new Set<number>();
  const line = [start.seq];
  for (let seq = line.pop(); seq !== undefined && seen.size < MAX_INVOCATIONS; seq = line.pop()) {
    if (seen.has(seq)) continue;
    seen.add(seq);
    const row = kernel.statements.invocations.bySeq.get(seq);
    const waiting = row === undefined ? undefined : waitingOf(kernel, row, budget);
    if (waiting === undefined) continue;
    stuck.set(seq, waiting);
    line.push(...waiting.others.values());
  }
  for (let isStable = false; !isStable; ) {
    isStable = true;
    for (const [seq, { future, others }] of stuck) {
      const wait = new Await(future);
      for (const leaf of wait.leaves) {
        const other = typeof leaf === "number" ? others.get(leaf) : undefined;
        const mayCome = other === undefined ? leaf !== -BuiltInSignal.Cancel : !stuck.has(other);
        if (mayCome) wait.succeed(leaf);
      }
      if (!wait.isResolved) continue;
      stuck.delete(seq);
      isStable = false;
    }
  }
  return stuck;
}

/** What it waits for; `undefined`: for no other invocation. */
function waitingOf(kernel: Kernel, row: InvocationRow, budget: { entries: number }): Waiting | undefined {
  if (row.status === InvocationStatus.Inboxed) {
    const holder = row.inboxed === null ? undefined : kernel.keys.holder(row);
    if (holder === undefined || kernel.flow.holdOf(row) !== undefined) return undefined;
    return { row, on: "key", future: awaitOf(KEY), others: new Map([[KEY, holder]]) };
  }
  const future = awaitedNow(row, kernel.attempts.bySeq(row.seq)?.awaitingOn);
  budget.entries -= future === undefined ? 0 : kernel.journal.length(row.seq);
  if (future === undefined || budget.entries < 0) return undefined;
  return { row, on: "result", future, others: othersOf(kernel, row.seq) };
}

/** By the completions that a journal still lacks: the invocations whose results they are. */
function othersOf(kernel: Kernel, seq: number): Map<number, number> {
  const { invocations, journal } = kernel;
  const ids = new Map<number, string>();
  for (const { body } of journal.ofType(seq, MessageType.CallInvocationIdCompletion)) {
    const { completionId, invocationId } = Notification.decode(body);
    if (completionId !== undefined && invocationId !== undefined) ids.set(completionId, invocationId);
  }
  const others = new Map<number, number>();
  const add = (completion: number, row: InvocationRow | undefined) => {
    if (row !== undefined) others.set(completion, row.seq);
  };
  for (const { body } of journal.ofType(seq, MessageType.CallCommand)) {
    const { resultCompletionId, invocationIdNotificationIdx } = CallCommand.decode(body);
    add(resultCompletionId, invocations.findText(ids.get(invocationIdNotificationIdx) ?? ""));
  }
  for (const { body } of journal.ofType(seq, MessageType.AttachInvocationCommand)) {
    const command = AttachInvocationCommand.decode(body);
    add(command.resultCompletionId, invocations.find(invocations.referencedId(referenceOf(command))));
  }
  for (const [, notification] of journal.types(seq)) if (notification !== null) others.delete(notification);
  return others;
}

/** What an invocation waits for now, if that is in its hands; what has come since may have ended it. */
function awaitedNow({ status, awaiting }: InvocationRow, awaitingOn: Buffer | undefined): FutureMessage | undefined {
  if (status === InvocationStatus.Suspended && awaiting !== null) return storedAwaitTree(awaiting);
  if (status === InvocationStatus.Ready && awaitingOn !== undefined) return AwaitingOn.decode(awaitingOn).awaitingOn;
  return undefined;
}

function awaitOf(completion: number): FutureMessage {
  return {
    waitingCompletions: [completion],
    waitingSignals: [],
    waitingNamedSignals: [],
    nestedFutures: [],
    combinatorType: CombinatorType.FirstCompleted,
  };
}
