import { answerWriter } from "../answers/index.ts";
import type { QueryDatabase } from "../tables/index.ts";
import type { OutputColumn } from "../terms.ts";
import { translateQuery } from "../translate/index.ts";
import { QueryError } from "../types.ts";
import type { Ask } from "./messages.ts";

export const CHUNK_BYTES = 256 * 1024;

/**
 * Runs one query and returns the bytes of its answer. The database is not in use any more when it returns.
 * @throws QueryError
 */
export async function runQuery(database: QueryDatabase, ask: Ask): Promise<Buffer[]> {
  const { limits, format, query } = ask;
  const write = await answerWriter(format);
  try {
    return database.snapshot(ask, () => {
      const { sql, columns } = translateQuery(query, (id) => database.seqOf(id));
      const rows = limited(database.rows(sql, columns.some(isLong)), limits.rows);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for (const chunk of write(columns, rows, CHUNK_BYTES)) {
        bytes += chunk.length;
        if (bytes > limits.bytes) {
          throw new QueryError(
            `Resources exhausted: the answer is longer than ${limits.bytes} bytes. Ask for fewer columns, or add a LIMIT.`,
            500,
            "RL_QUERY_ANSWER_TOO_LONG",
          );
        }
        chunks.push(chunk);
      }
      return chunks;
    });
  } catch (error) {
    throw asQueryError(error);
  }
}

/** Columns of tables are shorter, but for lengths and hashes. */
const isLong = ({ type }: OutputColumn): boolean => type === "Int64" || type === "UInt64";

function* limited(rows: Iterable<unknown[]>, limit: number): IterableIterator<unknown[]> {
  let count = 0;
  for (const row of rows) {
    if (++count > limit) {
      const message = `Resources exhausted: the answer has more than ${limit} rows. Add a LIMIT.`;
      throw new QueryError(message, 500, "RL_QUERY_TOO_MANY_ROWS");
    }
    yield row;
  }
}

function asQueryError(error: unknown): QueryError {
  if (error instanceof QueryError) return error;
  const { message, code } = error as { message?: string; code?: string };
  const isSqlite = typeof code === "string" && code.startsWith("SQLITE");
  return new QueryError(`${isSqlite ? "Execution error" : "Internal error"}: ${message ?? String(error)}`);
}
