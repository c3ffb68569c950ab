import { loadModule, type Node, parseSync, type SelectStmt } from "libpg-query";
import { tableColumns } from "../tables/index.ts";
import { identifier, type OutputColumn, text } from "../terms.ts";
import { QueryError, unsupported } from "../types.ts";
import { SelectTranslator } from "./select.ts";

export interface Translation {
  /** The statement for SQLite. */
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

/** To be awaited before the first {@link translateQuery}: the parser is WebAssembly. */
export const loadParser = loadModule;

/**
 * Translates a query to SQLite's dialect.
 * @param seqOf see {@link SelectTranslator}
 * @throws QueryError 400 when it is no query, 500 when it cannot be run
 */
export function translateQuery(query: string, seqOf: (id: string) => number): Translation {
  const described = describeStatement(query);
  if (described !== undefined) return described;
  const statement = parseStatement(query);
  if ("SelectStmt" in statement) return select(statement.SelectStmt, seqOf);
  if ("VariableShowStmt" in statement) return show(statement.VariableShowStmt.name ?? "");
  if ("ExplainStmt" in statement) {
    const inner = statement.ExplainStmt.query;
    if (inner === undefined || !("SelectStmt" in inner)) return unsupported("EXPLAIN of something that is no SELECT");
    const { sql } = select(inner.SelectStmt, seqOf);
    return {
      sql: `SELECT 'sqlite' AS _0, ${text(sql)} AS _1`,
      columns: [
        { name: "plan_type", type: "Utf8" },
        { name: "plan", type: "Utf8" },
      ],
    };
  }
  // The real server plans `COPY … TO` a file whose name has an extension as a change, and does not know the others.
  const copied = "CopyStmt" in statement && statement.CopyStmt.is_from !== true ? statement.CopyStmt : undefined;
  if (copied !== undefined && /\.\w+$/.test(copied.filename ?? "")) throw notReading("CopyTo");
  throw notReading(Object.keys(statement)[0] ?? "");
}

/** @param kind PostgreSQL's name of the statement */
function notReading(kind: string): QueryError {
  const what = kind.replace(/Stmt$/, "");
  const advice = "Queries only read; the admin API changes things.";
  const language = /^(Insert|Update|Delete|Truncate|CopyTo)/.test(kind)
    ? "DML"
    : /^(Create|View|Drop|Index)/.test(kind)
      ? "DDL"
      : undefined;
  // The real server keeps those for later queries; here there is nobody to keep them for.
  if (/^(VariableSet|Prepare|Execute|Deallocate)/.test(kind)) {
    return new QueryError(
      `restate-lite's SQL has no sessions, so there is no ${what}. Send one query that says it all.`,
      400,
    );
  }
  // Its parser does not know these.
  if (/^(RefreshMatView|Cluster|CheckPoint|ImportForeignSchema|SecLabel|Do|Fetch)/.test(kind)) {
    return new QueryError(`SQL error: ${what} is no query. ${advice}`, 400);
  }
  // It plans those two kinds, and refuses then; it does not know the other ones.
  return language === undefined
    ? new QueryError(`This feature is not implemented: ${what}. ${advice}`)
    : new QueryError(`Error during planning: ${language} not supported: ${what}. ${advice}`, 400);
}

function parseStatement(query: string): Node {
  const isEmpty =
    query
      .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "")
      .replaceAll(";", "")
      .trim() === "";
  if (isEmpty) throw new QueryError("Error during planning: No SQL statements were provided in the query string", 400);
  const statements = (() => {
    try {
      return parseSync(query).stmts ?? [];
    } catch (error) {
      throw syntaxError(query, error);
    }
  })();
  if (statements.length > 1) {
    throw new QueryError("This feature is not implemented: a query is one SQL statement, and this is more than one");
  }
  const statement = statements[0]?.stmt;
  if (statement === undefined)
    throw new QueryError("Error during planning: No SQL statements were provided in the query string", 400);
  return statement;
}

/** Constructs of other dialects that PostgreSQL's grammar stumbles over, by the word at which it does. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\bqualify\b/i, "QUALIFY"],
  [/\bgroup\s+by\s+all\b/i, "GROUP BY ALL"],
  [/\btry_cast\s*\(/i, "TRY_CAST"],
  [/\*\s*(except|exclude)\s*\(/i, "* EXCEPT (…)"],
  [/\b(left|right)?\s*(semi|anti)\s+join\b/i, "SEMI JOIN and ANTI JOIN"],
  [/\bunsigned\b/i, "an UNSIGNED type"],
  [/(?:^|[(,\s=])\[/, "a list written as […]; write make_array(…)"],
  [/\bpivot\b/i, "PIVOT"],
];

function syntaxError(query: string, error: unknown): QueryError {
  const { message, sqlDetails } = error as { message: string; sqlDetails?: { cursorPosition?: number } };
  const at = sqlDetails?.cursorPosition;
  const before = at === undefined ? undefined : query.slice(0, at);
  const place =
    before === undefined
      ? ""
      : ` (line ${before.split("\n").length}, column ${before.length - before.lastIndexOf("\n")})`;
  const foreign = FOREIGN.find(([pattern]) => pattern.test(query))?.[1];
  const hint =
    foreign === undefined ? "" : `. The query seems to use ${foreign}, which restate-lite's SQL does not support`;
  return new QueryError(`SQL error: ${message}${place}${hint}`, 400);
}

function select(statement: SelectStmt, seqOf: (id: string) => number): Translation {
  const { sql, columns } = new SelectTranslator(seqOf).query(statement, undefined);
  return { sql, columns };
}

/** `DESCRIBE table` and `SHOW COLUMNS FROM table`, which PostgreSQL's grammar does not have. */
function describeStatement(query: string): Translation | undefined {
  const match =
    /^\s*(describe|desc|show\s+columns\s+(?:from|in))\s+(?:restate\.)?(?:(public|information_schema)\.)?"?(\w+)"?\s*;?\s*$/i.exec(
      query,
    );
  if (match === null) return undefined;
  const [, verb = "", schema, table = ""] = match;
  try {
    tableColumns(schema?.toLowerCase(), table.toLowerCase());
  } catch (error) {
    throw new QueryError((error as Error).message, 400);
  }
  const isShow = verb.toLowerCase().startsWith("show");
  const names = isShow
    ? ["table_catalog", "table_schema", "table_name", "column_name", "data_type", "is_nullable"]
    : ["column_name", "data_type", "is_nullable"];
  const source = schema === undefined ? "public" : schema.toLowerCase();
  return {
    sql: `SELECT ${names.map((name, index) => `${identifier(name)} AS _${index}`).join(", ")} FROM temp."information_schema.columns"
      WHERE table_schema = ${text(source)} AND table_name = ${text(table.toLowerCase())} ORDER BY ordinal_position`,
    columns: names.map((name) => ({ name, type: "Utf8" })),
  };
}

function show(name: string): Translation {
  if (name !== "tables") return unsupported(`SHOW ${name.toUpperCase()}`);
  const names = ["table_catalog", "table_schema", "table_name", "table_type"];
  return {
    sql: `SELECT ${names.map((column, index) => `${identifier(column)} AS _${index}`).join(", ")} FROM temp."information_schema.tables"`,
    columns: names.map((column) => ({ name: column, type: "Utf8" })),
  };
}
