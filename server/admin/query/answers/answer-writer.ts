import type { OutputColumn } from "../terms.ts";
import { jsonAnswer } from "./json-answer.ts";

/** `named`: JSON, with the names of the columns, because a row leaves out what is null in it. */
export type Format = "json" | "named" | "arrow";

/** Turns rows into the bytes of an answer, chunk by chunk. */
export type AnswerWriter = (
  columns: readonly OutputColumn[],
  rows: Iterable<unknown[]>,
  chunkBytes: number,
) => IterableIterator<Buffer>;

/** The writer of a format. Arrow's library is loaded with the first query that wants it. */
export async function answerWriter(format: Format): Promise<AnswerWriter> {
  if (format === "arrow") return (await import("./arrow-answer.ts")).arrowAnswer;
  return (columns, rows, chunkBytes) => jsonAnswer(columns, rows, chunkBytes, format === "named");
}
