/** A query that has been run, with what came of it. */
export interface Ran {
  readonly query: string;
  readonly atMs: number;
  readonly tookMs: number;
  /** `undefined`: it failed. */
  readonly rows?: number;
}

const KEY = "restate-lite.sql-history";
export const KEPT = 100;
const LONGEST = 20_000;

/** With one more, newest first; the same query again is not there twice. */
export function withRan(history: readonly Ran[], ran: Ran): readonly Ran[] {
  if (ran.query.length > LONGEST) return history;
  return [ran, ...history.filter(({ query }) => query !== ran.query)].slice(0, KEPT);
}

/** Those that have all words of `text` in them. */
export function matching(history: readonly Ran[], text: string): readonly Ran[] {
  const words = text.toLowerCase().split(/\s+/);
  return history.filter(({ query }) => words.every((word) => query.toLowerCase().includes(word)));
}

/** What is stored may be of another version, or of a person. */
export function parseHistory(text: string | null): readonly Ran[] {
  try {
    const stored: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(stored) ? stored.filter(isRan).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

function isRan(value: unknown): value is Ran {
  if (typeof value !== "object" || value === null) return false;
  const { query, atMs, tookMs, rows } = value as Record<string, unknown>;
  return (
    typeof query === "string" &&
    Number.isFinite(atMs) &&
    Number.isFinite(tookMs) &&
    (rows === undefined || Number.isFinite(rows))
  );
}

export function storedHistory(): readonly Ran[] {
  try {
    return parseHistory(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

/** Reads before it writes: another tab may have run something, too. */
export function remember(ran: Ran): void {
  store(withRan(storedHistory(), ran));
}

export function forgetAll(): void {
  store([]);
}

function store(history: readonly Ran[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(history));
  } catch {
    // Without storage there is no history.
  }
}
