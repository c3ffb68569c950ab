/** What a code says, for docs/errors.md. */
export interface ErrorMeaning {
  /** What happened, as one sentence. */
  readonly means: string;
  /** What to do about it. */
  readonly do: string;
  /** The HTTP status of the answer, where there is one. */
  readonly status?: number | readonly number[];
}

/** A table of codes. Its type has only their names: the sentences are not in the declarations that ship. */
export function meanings<Code extends string>(codes: Record<Code, ErrorMeaning>): Readonly<Record<Code, ErrorMeaning>> {
  return codes;
}
