import { duration, fullTime } from "../../ui/time.ts";
import type { Line } from "./journal.ts";
import type { Scale } from "./scale.ts";
import { lineName } from "./words.ts";

/** What an invocation waits for: a tree of combinators, by ids of the protocol. */
export interface Awaited {
  readonly waitingCompletions: readonly number[];
  readonly waitingSignals: readonly number[];
  readonly waitingNamedSignals: readonly string[];
  readonly nestedFutures: readonly Awaited[];
  readonly combinatorType: number;
}

/** A time in which the handler did not run, because it waited. */
export interface Suspension {
  readonly sinceMs: number;
  /** `undefined`: it lasts. */
  readonly untilMs?: number;
  /** `undefined`: it was too much to be kept. */
  readonly await?: Awaited;
}

/** `GET /restate-lite/invocations/{id}/suspensions`. */
export interface Suspensions {
  readonly count: number;
  /** The newest, in order. */
  readonly suspensions: readonly Suspension[];
}

/** Combinators of the protocol that wait for all of their children, if none fails. */
const ALL: readonly number[] = [2, 4];
/** Signals up to 15 are the server's own; those from 17 on are awakeables. */
const FIRST_AWAKEABLE = 17;
const NAMED = 4;
const JOINED = / (and|or) /;

/** `Sleep (#3) or signal approved`: what was waited for, in the words of the journal. */
export function awaitedText(awaited: Awaited | undefined, lines: readonly Line[]): string {
  if (awaited === undefined) return "more than is kept";
  const names = new Map<number, string>();
  for (const line of lines) {
    if (line.kind === "entry") for (const id of line.completionIds) names.set(id, lineName(line));
  }
  return textOf(awaited, names) ?? "being cancelled";
}

function textOf(awaited: Awaited, names: ReadonlyMap<number, string>): string | undefined {
  const own = [
    ...awaited.waitingCompletions.map((id) => names.get(id) ?? `result ${id}`),
    // Whoever waits for anything waits for being cancelled as well.
    ...awaited.waitingSignals.filter((index) => index >= FIRST_AWAKEABLE).map((index) => `awakeable #${index}`),
    ...awaited.waitingNamedSignals.map((name) => `signal ${name}`),
  ];
  const nested = awaited.nestedFutures.flatMap((future) => textOf(future, names) ?? []);
  const isAlone = own.length + nested.length === 1;
  const distinct = [
    ...new Set([...own, ...nested.map((text) => (isAlone || !JOINED.test(text) ? text : `(${text})`))]),
  ];
  if (distinct.length === 0) return undefined;
  const named = distinct.slice(0, NAMED);
  if (distinct.length > NAMED) named.push(`${distinct.length - NAMED} more`);
  return named.join(ALL.includes(awaited.combinatorType) ? " and " : " or ");
}

/** @param endMs until when one that lasts is shown */
export const tookMs = ({ sinceMs, untilMs }: Suspension, endMs: number): number =>
  Math.max(0, (untilMs ?? endMs) - sinceMs);

/** A part of the axis: a suspension, or several that would lie on each other. */
export interface Stretch {
  /** Places from 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly suspensions: readonly Suspension[];
}

/** Stretches that are drawn apart, however near they are. */
const APART = 200;
/** Of the axis: less is no distance when there are more. */
const NO_DISTANCE = 0.003;

/** What of the suspensions is seen. */
export function stretchesOf(suspensions: readonly Suspension[], endMs: number, scale: Scale): Stretch[] {
  const seen = suspensions.flatMap((suspension): Stretch[] => {
    const [from, to] = [scale.at(suspension.sinceMs), scale.at(suspension.untilMs ?? endMs)];
    return to < 0 || from > 1
      ? []
      : [{ from: Math.max(0, from), to: Math.min(1, Math.max(from, to)), suspensions: [suspension] }];
  });
  if (seen.length <= APART) return seen;
  const joined: Stretch[] = [];
  for (const stretch of seen) {
    const before = joined.at(-1);
    if (before === undefined || stretch.from - before.to > NO_DISTANCE) joined.push(stretch);
    else {
      const together = [...before.suspensions, ...stretch.suspensions];
      joined[joined.length - 1] = { from: before.from, to: stretch.to, suspensions: together };
    }
  }
  return joined;
}

/** One suspension in a sentence. */
export function suspensionText(suspension: Suspension, endMs: number, lines: readonly Line[]): string {
  const { sinceMs, untilMs } = suspension;
  const what = awaitedText(suspension.await, lines);
  const took = duration(tookMs(suspension, endMs));
  return untilMs === undefined
    ? `since ${fullTime(sinceMs)}, for ${took} so far, waits for ${what}`
    : `${fullTime(sinceMs)} to ${fullTime(untilMs)}, ${took}, waited for ${what}`;
}
