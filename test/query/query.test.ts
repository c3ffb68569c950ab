import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReportFile } from "../support/reports.ts";
import { DOCUMENTED, OFFICIAL_CLI, OFFICIAL_UI } from "./corpus.ts";
import { GROUPED, NOT_GROUPED, T } from "./grouping.ts";
import { addScopes, makeHistory } from "./history.ts";
import { LISTS, NOT_OFFERED, REFUSED } from "./lists.ts";
import { masker } from "./mask.ts";
import { compareSchemas } from "./schema-report.ts";
import { type Row, type Stand, startStand } from "./servers.ts";

let ours: Stand;
let real: Stand;
let experimental: Stand;
beforeAll(async () => {
  [ours, real, experimental] = await Promise.all([
    startStand("ours"),
    startStand("real"),
    startStand("real-experimental"),
  ]);
  await Promise.all([makeHistory(ours), makeHistory(real)]);
});
afterAll(async () => {
  await Promise.all([ours, real, experimental].map((stand) => stand?.dispose()));
});

const report = new ReportFile("query");

describe("information_schema", () => {
  const columns = `select * from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;

  it("lists the columns of the real server in both of its profiles", async () => {
    const [own, plain, flagged] = await Promise.all([
      ours.rows(columns),
      real.rows(columns),
      experimental.rows(columns),
    ]);
    report.write(compareSchemas(own, plain));
    expect(own).toEqual(plain);
    expect(own).toEqual(flagged);
  });

  it("lists its tables", async () => {
    const tables = "select * from information_schema.tables where table_schema = 'public' order by table_name";
    expect(await ours.rows(tables)).toEqual(await real.rows(tables));
  });
});

/** Partitions are a matter of each server, and ours has one. */
const ALWAYS_LEFT_OUT = ["partition_key"];

/** What the real server shows only with its flags on: protocol v7, virtual queues. It is compared with that, below. */
const FLAGGED: Readonly<Record<string, readonly string[]>> = {
  sys_invocation: [
    "vqueue_id",
    "pinned_service_protocol_version",
    "suspended_waiting_future_json",
    "last_awaiting_on_future_json",
  ],
  sys_invocation_status: ["vqueue_id", "pinned_service_protocol_version", "suspended_waiting_future_json"],
  sys_invocation_state: ["last_awaiting_on_future_json"],
};

const TABLES = [
  "sys_invocation",
  "sys_invocation_status",
  "sys_invocation_state",
  "sys_journal",
  "sys_journal_events",
  "sys_inbox",
  "sys_keyed_service_status",
  "sys_promise",
  "sys_deployment",
  "sys_service",
  "state",
];

/** A key that the real server makes up for a call that came without one. */
const MADE_UP_KEY = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** The rows with ids, times and what each server numbers for itself made equal, in an order of their own. */
async function read({ rows }: Stand, query: string, shows: (column: string) => boolean): Promise<Row[]> {
  const mask = masker(await rows("select id, target from sys_invocation order by target, created_at"));
  const found = (await rows(query)).sort((a, b) => Number(a.sequence_number ?? 0) - Number(b.sequence_number ?? 0));
  const places = new Map<unknown, number>();
  return found
    .map((row) => {
      const masked = { ...mask(row) };
      if (MADE_UP_KEY.test(String(row.idempotency_key))) delete masked.idempotency_key;
      // Where the numbers begin and what else takes one differs; the order counts.
      if ("service_key" in row && "sequence_number" in row) {
        const place = (places.get(row.service_key) ?? 0) + 1;
        places.set(row.service_key, place);
        masked.sequence_number = place;
      }
      return Object.fromEntries(
        Object.entries(masked)
          .filter(([name]) => shows(name))
          .sort(),
      );
    })
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe("the same history on both servers", () => {
  it.each(TABLES)("%s", async (table) => {
    const left = [...ALWAYS_LEFT_OUT, ...(FLAGGED[table] ?? [])];
    const [own, theirs] = await Promise.all(
      [ours, real].map((stand) => read(stand, `select * from ${table}`, (name) => !left.includes(name))),
    );
    expect(own?.length).toBeGreaterThan(0);
    expect(own).toEqual(theirs);
  });
});

/**
 * Left out of the comparison with the real server that has its flags on. It numbers the entries of a queue by the
 * positions of its log. Its queue does not see attempts that follow one another within two seconds, and hears of the
 * deployment at the end of the first; whether an invocation yields there is a matter of milliseconds. It counts what has
 * been, ours says what is: it does not remember an invocation's suspensions, nor how long it was blocked.
 */
const LEFT_OUT_OF_QUEUES = [
  "sequence_number",
  "deployment",
  "num_attempts",
  "num_errors",
  "num_suspensions",
  "latest_attempt_blocked_on_lock",
  "total_blocked_on_lock",
  "num_yields",
  "retry_attempts",
  "retry_count_since_last_stored_command",
];

describe("the same history on both servers, with scopes and limit keys", () => {
  beforeAll(async () => {
    await makeHistory(experimental);
    await Promise.all([addScopes(ours), addScopes(experimental)]);
  });

  const both = (query: string, shows: (column: string) => boolean) =>
    Promise.all([ours, experimental].map((stand) => read(stand, query, shows)));

  it.each(Object.entries(FLAGGED))("%s: what is flagged", async (table, columns) => {
    // What waits for a retry is not among them there: see history.ts.
    const query = `select * from ${table} where id not in (select id from sys_invocation where target = 'Failing/backsOff')`;
    const [own, theirs] = await both(query, (name) => name === "id" || columns.includes(name));
    expect(own?.length).toBeGreaterThan(0);
    expect(own).toEqual(theirs);
    for (const column of columns) expect(own?.filter((row) => row[column] !== undefined)).not.toEqual([]);
  });

  it.each(["sys_locks", "sys_rules", "sys_user_limits", "sys_vqueues", "sys_vqueue_entry_status", "sys_scheduler"])(
    "%s",
    async (table) => {
      const left = [...ALWAYS_LEFT_OUT, ...LEFT_OUT_OF_QUEUES];
      const [own, theirs] = await both(`select * from ${table}`, (name) => !left.includes(name));
      expect(own?.length).toBeGreaterThan(0);
      expect(own).toEqual(theirs);
    },
  );

  it("sys_vqueue_meta: a service has a queue in each partition there, so they are taken together", async () => {
    const query = `select service_name, scope, limit_key, lock_name, sum(num_inbox) as inbox, sum(num_running) as running,
      sum(num_suspended) as suspended, sum(num_paused) as paused, sum(num_finished) as finished,
      sum(case when is_active then 1 else 0 end) > 0 as active, sum(case when queue_is_paused then 1 else 0 end) as held,
      count(last_start_at) > 0 as started, count(last_attempt_at) > 0 as attempted, count(last_finish_at) > 0 as has_finished
      from sys_vqueue_meta group by service_name, scope, limit_key, lock_name`;
    const [own, theirs] = await both(query, () => true);
    expect(own?.length).toBeGreaterThan(0);
    expect(own).toEqual(theirs);
  });

  it("an invocation names the queue that it is in", async () => {
    const query = `select count(*) as named from sys_invocation i join sys_vqueues q on q.entry_id = i.id and q.id = i.vqueue_id
      join sys_vqueue_meta m on m.id = i.vqueue_id`;
    const [own, theirs] = await both(query, () => true);
    expect(own).toEqual(theirs);
    expect(own).toEqual(await ours.rows("select count(*) as named from sys_invocation"));
  });
});

/** A well-formed id: the real server refuses others. */
const UNKNOWN_VQUEUE = `vq_1${"0".repeat(33)}`;

describe("every query that programs send", () => {
  const columnsOf = async (stand: Stand, query: string): Promise<unknown> => {
    const [some] = await stand.rows("select id from sys_invocation limit 1");
    const response = await stand.answer(
      query.replaceAll("inv_ID", String(some?.id)).replaceAll("vq_ID", UNKNOWN_VQUEUE),
      "*/*",
    );
    const body = Buffer.from(await response.arrayBuffer());
    if (!response.ok) return `${response.status} ${body}`;
    return tableFromIPC(body).schema.fields.map(({ name, type }) => `${name}: ${type}`);
  };

  it.each([...DOCUMENTED, ...OFFICIAL_CLI, ...OFFICIAL_UI])("%s", async (query) => {
    const [own, theirs] = await Promise.all([columnsOf(ours, query), columnsOf(real, query)]);
    expect(own).toEqual(theirs);
  });
});

describe("rows that are put together", () => {
  const ask = async (stand: Stand, query: string) => {
    const response = await stand.answer(
      query.startsWith("with ") ? `${T}, ${query.slice("with ".length)}` : `${T} ${query}`,
    );
    const { rows } = (await response.json()) as { readonly rows?: readonly Row[] };
    return { status: response.status, rows: rows?.map((row) => JSON.stringify(row)).sort() };
  };

  it.each(GROUPED)("%s", async (query) => {
    const [own, theirs] = await Promise.all([ask(ours, query), ask(real, query)]);
    expect([own.status, theirs.status]).toEqual([200, 200]);
    // What is in the tables is each server's own.
    if (!/\b(sys_|state\b)/.test(query)) expect(own.rows).toEqual(theirs.rows);
  });

  it.each(NOT_GROUPED)("refused: %s", async (query) => {
    const [own, theirs] = await Promise.all([ask(ours, query), ask(real, query)]);
    expect(theirs.status).not.toBe(200);
    expect(own.status).toBe(theirs.status);
  });
});

describe("functions of lists, and what is no query", () => {
  const ask = async (stand: Stand, query: string) => {
    const response = await stand.answer(query);
    const { rows, message } = (await response.json()) as { readonly rows?: readonly Row[]; readonly message?: string };
    return { status: response.status, rows: rows?.map((row) => JSON.stringify(row)).sort(), message };
  };

  it.each(LISTS)("%s", async (query) => {
    const [own, theirs] = await Promise.all([ask(ours, query), ask(real, query)]);
    expect(theirs.status).toBe(200);
    expect(own).toEqual(theirs);
  });

  it.each(REFUSED)("refused: '%s'", async (query) => {
    const [own, theirs] = await Promise.all([ask(ours, query), ask(real, query)]);
    expect(theirs.status).not.toBe(200);
    expect(own.status).toBe(theirs.status);
  });

  it.each(NOT_OFFERED)("only there: %s", async (query, name) => {
    const [own, theirs] = await Promise.all([ask(ours, query), ask(real, query)]);
    expect([own.status, theirs.status]).toEqual([400, 200]);
    expect(own.message).toContain(name);
  });
});

describe("requests", () => {
  const send = async ({ server }: Stand, body: string, headers: Record<string, string>) => {
    const response = await fetch(`${server.adminUrl}/query`, { method: "POST", headers, body });
    const type = response.headers.get("content-type");
    const text = await response.text();
    return { status: response.status, type, isError: type === "application/json" && "message" in JSON.parse(text) };
  };
  const json = { "content-type": "application/json" };
  const one = '{"query":"select 1"}';

  it.each([
    ["JSON", one, { ...json, accept: "application/json" }],
    ["no accept", one, json],
    ["any accept", one, { ...json, accept: "*/*" }],
    ["several accepts", one, { ...json, accept: "application/json, text/html" }],
    ["another field", '{"query":"select 1","more":1}', { ...json, accept: "application/json" }],
    ["no content type", one, { "content-type": "" }],
    ["text", one, { "content-type": "text/plain" }],
    ["no query", "{}", json],
    ["a number", '{"query":1}', json],
    ["an empty query", '{"query":""}', json],
    ["a syntax error", '{"query":"select 1 from"}', json],
    ["a change", '{"query":"delete from state"}', json],
    ["an unknown table", '{"query":"select * from nope"}', json],
    ["an unknown column", '{"query":"select nope"}', json],
  ])("%s", async (_name, body, headers) => {
    expect(await send(ours, body, headers)).toEqual(await send(real, body, headers));
  });

  it.each(["GET", "PUT", "DELETE"])("%s is not allowed", async (method) => {
    const [own, theirs] = await Promise.all(
      [ours, real].map(({ server }) => fetch(`${server.adminUrl}/query`, { method })),
    );
    expect([own?.status, own?.headers.get("allow")]).toEqual([theirs?.status, theirs?.headers.get("allow")]);
  });
});
