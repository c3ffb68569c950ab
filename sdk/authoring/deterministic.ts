/** Random values that are the same in every attempt. Guessable from the invocation's id: not for secrets. */
export interface Rand {
  /** From 0 up to but without 1, as `Math.random()`. */
  random(): number;
  /** A UUID of version 4. */
  uuidv4(): string;
}

/** The time of the first attempt that asked, kept in the journal. */
export interface ContextDate {
  /** Unix time in milliseconds, as `Date.now()`. */
  now(): Promise<number>;
  /** As `new Date().toJSON()`. */
  toJSON(): Promise<string>;
}
