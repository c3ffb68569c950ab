import { isDeepStrictEqual } from "node:util";
import type { Row } from "./servers.ts";

/** How much of the real server's schema restate-lite has. */
export interface SchemaReport {
  readonly tables: Agreement;
  readonly columns: Agreement;
}

export interface Agreement {
  /** Of both servers together, so that one too many counts, too. */
  readonly compared: number;
  readonly equal: number;
}

/** Compares the rows of `information_schema.columns`: names, order, types. */
export function compareSchemas(ours: readonly Row[], real: readonly Row[]): SchemaReport {
  const [ourTables, realTables] = [byTable(ours), byTable(real)];
  const names = [...new Set([...realTables.keys(), ...ourTables.keys()])];
  let [columns, equalColumns] = [0, 0];
  for (const name of names) {
    const [own = [], theirs = []] = [ourTables.get(name), realTables.get(name)];
    columns += Math.max(own.length, theirs.length);
    equalColumns += theirs.filter((column, index) => isDeepStrictEqual(column, own[index])).length;
  }
  const equal = names.filter((name) => isDeepStrictEqual(ourTables.get(name), realTables.get(name))).length;
  return {
    tables: { compared: names.length, equal },
    columns: { compared: columns, equal: equalColumns },
  };
}

function byTable(rows: readonly Row[]): Map<unknown, Row[]> {
  const tables = new Map<unknown, Row[]>();
  for (const row of rows) tables.set(row.table_name, [...(tables.get(row.table_name) ?? []), row]);
  return tables;
}
