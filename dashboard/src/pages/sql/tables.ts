import { sql } from "../../api/sql.ts";
import type { Tables } from "../../ui/sql-columns.ts";

interface ColumnRow {
  readonly table_schema: string;
  readonly table_name: string;
  readonly column_name: string;
}

/** What can be asked for, by the names that queries use. */
export async function tables(signal: AbortSignal): Promise<Tables> {
  const rows = await sql<ColumnRow>(
    "SELECT table_schema, table_name, column_name FROM information_schema.columns ORDER BY table_schema DESC, table_name, ordinal_position",
    signal,
  );
  const found: Record<string, string[]> = {};
  for (const { table_schema: schema, table_name: table, column_name: column } of rows) {
    const name = schema === "information_schema" ? `${schema}.${table}` : table;
    found[name] ??= [];
    found[name].push(column);
  }
  return found;
}
