import { admin } from "./admin.ts";

/** Asks the server by SQL. @throws AdminError with the server's words */
export async function sql<Row>(query: string, signal?: AbortSignal): Promise<Row[]> {
  const { rows } = await admin<{ rows: Row[] }>("/query", { method: "POST", body: { query }, signal });
  return rows;
}

export interface Answer<Row> {
  /** All of them, in order: a row has no field for what is null in it. */
  readonly columns: readonly string[];
  readonly rows: Row[];
}

/**
 * Asks the server by SQL, and for the names of the columns too.
 * @param parse reads the answer, whose numbers may be longer than JavaScript's
 * @throws AdminError with the server's words
 */
export function sqlAnswer<Row>(
  query: string,
  parse: (text: string) => unknown,
  signal?: AbortSignal,
): Promise<Answer<Row>> {
  const headers = { accept: "application/vnd.restate-lite.answer+json" };
  return admin("/query", { method: "POST", body: { query }, headers, signal, parse });
}

/** A text as a literal of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(", ");
}

/** A pattern for LIKE that matches texts which contain `text`. */
export function containing(text: string): string {
  return quoted(`%${text.replace(/[\\%_]/g, "\\$&")}%`);
}
