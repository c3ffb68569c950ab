/** The columns of each table, by its name as a query writes it. */
export type Tables = Readonly<Record<string, readonly string[]>>;

/** The columns of the tables whose names are in the text, each once, with the table that it is of. */
export function mentionedColumns(text: string, tables: Tables): { readonly name: string; readonly table: string }[] {
  const words = new Set(text.toLowerCase().match(/[\w.]+/g));
  const seen = new Set<string>();
  return Object.entries(tables)
    .filter(([table]) => words.has(table))
    .flatMap(([table, columns]) => columns.map((name) => ({ name, table })))
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}
