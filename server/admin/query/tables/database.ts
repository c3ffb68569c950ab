import Database from "better-sqlite3";
import { decodeInvocationId } from "../../../../sdk/protocol/index.ts";
import { keep } from "../../../storage/index.ts";
import { parseVqueueName, vqueueId } from "../../../vqueue.ts";
import { defineFunctions, FunctionDefiner } from "../sqlite/index.ts";
import { identifier, text } from "../terms.ts";
import { isBinary, isText } from "../types.ts";
import { INFORMATION_SCHEMA, TABLES, VIEW_NAMES } from "./catalog.ts";
import type { Moment } from "./moment.ts";
import { Services } from "./services.ts";
import { defineViewFunctions } from "./view-functions.ts";
import { VIEWS } from "./views.ts";

/** Of texts and bytes with 64-bit lengths. */
const MAX_LENGTH = 2n ** 63n - 1n;

/** A database opened for queries: it cannot be written, and has the tables that users know. */
export class QueryDatabase {
  readonly #db: Database.Database;
  readonly #statements;
  /** Of the query that runs. */
  #nowMs = 0;
  #services = new Services([], []);

  /** @param source the file, or the bytes of a database in memory */
  constructor(source: string | Buffer) {
    this.#db = keep(
      typeof source === "string" ? new Database(source, { readonly: true, fileMustExist: true }) : new Database(source),
    );
    const db = this.#db;
    db.exec(
      "PRAGMA query_only = OFF; PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
    );
    defineFunctions(db, () => this.#nowMs);
    defineViewFunctions(new FunctionDefiner(db), () => this.#services);
    db.exec(`CREATE TEMP TABLE rl_live (seq INTEGER PRIMARY KEY, started_at INTEGER, deployment TEXT, server TEXT,
      retry_count INTEGER, awaiting BLOB)`);
    db.exec(`CREATE TEMP TABLE rl_level (scope TEXT, l1 TEXT, l2 TEXT, depth INTEGER, usage INTEGER, limited INTEGER,
      rule TEXT, level TEXT)`);
    db.exec(`CREATE TEMP TABLE rl_blocked (id TEXT PRIMARY KEY, level TEXT, depth INTEGER, rule TEXT, name TEXT,
      service TEXT, scope TEXT, key TEXT) WITHOUT ROWID`);
    db.exec("CREATE INDEX temp.rl_blocked_level ON rl_blocked (level)");
    for (const [name, sql] of Object.entries(VIEWS)) db.exec(`CREATE TEMP VIEW ${identifier(name)} AS ${sql}`);
    defineInformationSchema(db);
    this.#statements = keep({
      begin: db.prepare("BEGIN"),
      end: db.prepare("COMMIT"),
      clearLive: db.prepare("DELETE FROM temp.rl_live"),
      addLive: db.prepare("INSERT OR REPLACE INTO temp.rl_live VALUES (?, ?, ?, ?, ?, ?)"),
      clearLevels: db.prepare("DELETE FROM temp.rl_level"),
      addLevel: db.prepare("INSERT INTO temp.rl_level VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      clearBlocked: db.prepare("DELETE FROM temp.rl_blocked"),
      addBlocked: db.prepare("INSERT OR REPLACE INTO temp.rl_blocked VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      revisions: db.prepare<[], { service: string }>(
        "SELECT service FROM main.service_revision ORDER BY name, revision",
      ),
      edits: db.prepare<[], { name: string; revision: number; edit: string }>(
        "SELECT name, revision, edit FROM main.service_edit",
      ),
      byId: db.prepare<[id: Buffer], number>("SELECT seq FROM main.invocation WHERE id = ? AND determined = 1").pluck(),
      idOf: db.prepare<[seq: number], Buffer>("SELECT id FROM main.invocation WHERE seq = ?").pluck(),
    });
  }

  /** The statements that queries were translated to. They cannot be dropped, so a process takes only so many. */
  prepared = 0;

  /**
   * Runs `read` on one state of the database. Nothing of it is in use any more afterwards, whatever it threw.
   */
  snapshot<T>({ live, flow, nowMs }: Moment, read: () => T): T {
    const { begin, end, clearLive, addLive, revisions, edits } = this.#statements;
    begin.run();
    try {
      clearLive.run();
      for (const row of live) {
        const awaiting = row.awaiting === undefined ? null : Buffer.from(row.awaiting);
        addLive.run(row.seq, row.startedAtMs, row.deployment, row.server ?? null, row.retryCount, awaiting);
      }
      this.#fillFlow(flow);
      this.#nowMs = nowMs;
      this.#services = new Services(revisions.all(), edits.all());
      return read();
    } finally {
      end.run();
    }
  }

  #fillFlow({ levels, queues }: Moment["flow"]): void {
    const { clearLevels, addLevel, clearBlocked, addBlocked } = this.#statements;
    clearLevels.run();
    clearBlocked.run();
    for (const { path, usage, limit, rule } of levels) {
      const [scope, l1, l2] = path;
      addLevel.run(scope, l1 ?? null, l2 ?? null, path.length, usage, limit ?? null, rule ?? null, path.join("/"));
    }
    for (const { name, path, rule } of queues) {
      const { service, scope, key } = parseVqueueName(name);
      addBlocked.run(vqueueId(name), path.join("/"), path.length, rule ?? null, name, service, scope, key);
    }
  }

  /** The row number of an invocation; 0 for what no invocation has. */
  seqOf(id: string): number {
    const bytes = decodeInvocationId(id);
    if (bytes === undefined) return 0;
    const determined = this.#statements.byId.get(bytes);
    if (determined !== undefined) return determined;
    const seq = Number(bytes.readBigUInt64LE(0) & 0x7fff_ffff_ffff_ffffn);
    if (!Number.isSafeInteger(seq)) return 0;
    return this.#statements.idOf.get(seq)?.equals(bytes) === true ? seq : 0;
  }

  /**
   * The rows of a translated query, one after the other.
   * @param isExact whole numbers come as `bigint`, which costs time, because some may be beyond what `number` holds
   */
  *rows(sql: string, isExact: boolean): IterableIterator<unknown[]> {
    this.prepared++;
    const statement = keep(this.#db.prepare(sql).raw().safeIntegers(isExact));
    yield* keep(statement.iterate()) as IterableIterator<unknown[]>;
  }

  close(): void {
    this.#db.close();
  }
}

/** Fills the tables about tables once: they never change. */
function defineInformationSchema(db: Database.Database): void {
  for (const [name, columns] of INFORMATION_SCHEMA) {
    const list = columns.map((column) => identifier(column.name)).join(", ");
    db.exec(`CREATE TEMP TABLE ${identifier(`information_schema.${name}`)} (${list})`);
  }
  const value = (cell: string | number | bigint | null) =>
    typeof cell === "string" ? text(cell) : String(cell ?? "NULL");
  const insert = (table: string, row: readonly (string | number | bigint | null)[]) =>
    db.exec(`INSERT INTO temp.${identifier(`information_schema.${table}`)} VALUES (${row.map(value).join(", ")})`);
  insert("schemata", ["restate", "public", null, null, null, null, null]);
  for (const [table, columns] of TABLES) {
    insert("tables", ["restate", "public", table, VIEW_NAMES.has(table) ? "VIEW" : "BASE TABLE"]);
    insert("views", ["restate", "public", table, VIEW_NAMES.has(table) ? (VIEWS[table] ?? null) : null]);
    columns.forEach((column, position) => {
      const isLong = isText(column.type) || isBinary(column.type);
      const isWord = column.type === "UInt32";
      insert("columns", [
        ...["restate", "public", table, column.name],
        position,
        null,
        column.isNullable ? "YES" : "NO",
        column.type,
        null,
        isLong ? MAX_LENGTH : null,
        isWord ? 32 : null,
        isWord ? 2 : null,
        ...[null, null, null],
      ]);
    });
  }
  for (const table of INFORMATION_SCHEMA.keys()) insert("tables", ["restate", "information_schema", table, "VIEW"]);
}
