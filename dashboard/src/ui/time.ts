import { useSyncExternalStore } from "react";

/** One clock for all relative times of the page, so that they change together. */
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    nowMs = Date.now();
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** What `read` makes of the time now, each second anew: whoever shows the same as before is left alone. */
export function useClock<T>(read: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(nowMs));
}

/** Milliseconds since the epoch, renewed each second. */
export const useNow = (): number => useClock((now) => now);

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** `1.24 s`, `3m 12s`, `2d 4h`: two digits that matter. */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 1000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [name, unitMs] = UNITS[first] as (typeof UNITS)[number];
  const [nextName, nextMs] = UNITS[first + 1] as (typeof UNITS)[number];
  const rest = Math.floor((ms % unitMs) / nextMs);
  return `${Math.floor(ms / unitMs)}${name}${rest > 0 ? ` ${rest}${nextName}` : ""}`;
}

/** `12 s ago`, `in 3m`. */
export function relative(atMs: number, now: number): string {
  const ms = atMs - now;
  if (Math.abs(ms) < 1000) return "now";
  const text = coarse(Math.abs(ms));
  return ms < 0 ? `${text} ago` : `in ${text}`;
}

function coarse(ms: number): string {
  for (const [name, unitMs] of UNITS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)}${name}`;
  return "0s";
}

const FULL = new Intl.DateTimeFormat(undefined, {
  ...{ year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  fractionalSecondDigits: 3,
  hourCycle: "h23",
} as Intl.DateTimeFormatOptions);
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

export const fullTime = (at: string | number): string => FULL.format(new Date(at));
export const clockTime = (at: string | number): string => CLOCK.format(new Date(at));

/** Milliseconds since the epoch of a time as SQL prints it. */
export function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** A retention for people; SQL prints it as `PT86400S`. */
export function keptFor(text: string | undefined): string | undefined {
  const seconds = text === undefined ? undefined : /^PT(\d+(?:\.\d+)?)S$/.exec(text)?.[1];
  return seconds === undefined ? text : duration(Number(seconds) * 1000);
}
