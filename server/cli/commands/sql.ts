import { text as readAll } from "node:stream/consumers";
import { ExitCode } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import { type Output, tableOf } from "./output.ts";
import type { ServerClient } from "./server.ts";

/** `sql`: rows as a table or as JSON. */
export async function sql(line: CommandLine, server: ServerClient, output: Output): Promise<ExitCode> {
  const [given = ""] = expectWords(line, "sql QUERY", 1);
  const rows = await server.query(given === "-" ? await readAll(process.stdin) : given);
  if (output.isJson) output.json(rows);
  else {
    if (rows.length > 0) output.print(tableOf(rows));
    output.print(rows.length === 1 ? "1 row" : `${rows.length} rows`);
  }
  return ExitCode.Ok;
}
