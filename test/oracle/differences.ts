import type { Profile } from "./contenders.ts";

/** One deliberate difference between restate-lite and the real server. */
export interface Difference {
  /** For the reader of docs/compatibility.md: what one does … */
  readonly what: string;
  /** … what restate-lite answers, and what the real server does. */
  readonly oursSays: string;
  readonly realSays: string;
  readonly reason: string;
  /** Both when missing. */
  readonly profile?: Profile;
  /** Matches `script: step`. */
  readonly steps: RegExp;
  /** What each answer must contain: the expected pair. */
  readonly ours: unknown;
  readonly real: unknown;
}

export const differences: readonly Difference[] = [];
