/** What may be too much for one turn, in the order in which it is done. The numbers are stored. */
export const Work = {
  /** An invocation is to be cancelled. */
  Cancel: 0,
  /** What a killed invocation has called is to be killed; `position`: the entry of its journal to go on at. */
  KillCalled: 1,
  /** Those who wait for the result of an invocation are to be told; `body`: the result, as an OutputCommand. */
  TellAwaiters: 2,
  /** Those who wait for a completed promise are to be told; `body`: which one, as JSON. */
  TellPromise: 3,
  /** A journal is to be deleted; `position`: 1 when its output is to stay. */
  DeleteJournal: 4,
} as const;
export type Work = (typeof Work)[keyof typeof Work];

/**
 * How much one turn does, so that requests are served in between: every invocation that is ended or told something
 * counts 1 (about 0.1 ms), and so do a few entries of a journal that are looked at or deleted.
 */
export const STEPS_PER_TURN = 32;
/** Entries of a journal that are read or deleted for one step. */
export const ENTRIES_PER_STEP = 16;
