import { type CompletionContext, type CompletionResult, ifNotIn } from "@codemirror/autocomplete";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import type { Extension } from "@codemirror/state";
import { mentionedColumns, type Tables } from "./sql-columns.ts";

const NOT_IN = ["String", "LineComment", "BlockComment"];

/** SQL with completion: keywords, tables, columns behind `table.`, and the columns of the tables that the text names. */
export function sqlLanguage(tables: Tables): Extension {
  function columns(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/\w+/);
    if (word === null && !context.explicit) return null;
    const from = word?.from ?? context.pos;
    if (context.state.sliceDoc(from - 1, from) === ".") return null;
    const options = mentionedColumns(context.state.doc.toString(), tables).map(({ name, table }) => ({
      label: name,
      type: "property",
      detail: table,
      boost: 50,
    }));
    return { from, options, validFor: /^\w*$/ };
  }
  return [
    sql({ dialect: PostgreSQL, schema: tables, upperCaseKeywords: true }),
    PostgreSQL.language.data.of({ autocomplete: ifNotIn(NOT_IN, columns) }),
  ];
}
