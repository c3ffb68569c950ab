import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DOCUMENTED, OFFICIAL_CLI, OFFICIAL_UI } from "./corpus.ts";
import { makeHistory } from "./history.ts";
import { masker } from "./mask.ts";
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

describe("information_schema", () => {
  const columns = `select * from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`;

  it("lists the columns of the real server in both of its profiles", async () => {
    const [own, plain, flagged] = await Promise.all([
      ours.rows(columns),
      real.rows(columns),
      experimental.rows(columns),
    ]);
    expect(own).toEqual(plain);
    expect(own).toEqual(flagged);
  });

  it("lists its tables", async () => {
    const tables = "select * from information_schema.tables where table_schema = 'public' order by table_name";
    expect(await ours.rows(tables)).toEqual(await real.rows(tables));
  });
});

/**
 * Columns left out of the comparison, with the reason. Partition keys and versions are a matter of each server;
 * the real server makes up an
 * idempotency key for calls without one; protocol v7, which it hides behind a flag, tells more of what is awaited. The
 * others (`inboxed_at`, `raw`, `entry_json`, `sequence_number`, `services`) await their look.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  sys_invocation: ["pinned_service_protocol_version", "idempotency_key", "suspended_waiting_future_json", "inboxed_at"],
  sys_invocation_status: [
    "partition_key",
    "pinned_service_protocol_version",
    "idempotency_key",
    "suspended_waiting_future_json",
    "inboxed_at",
  ],
  sys_invocation_state: ["partition_key", "last_awaiting_on_future_json"],
  sys_journal: ["partition_key", "raw", "raw_length", "entry_json"],
  sys_journal_events: ["partition_key"],
  sys_inbox: ["partition_key", "sequence_number"],
  sys_keyed_service_status: ["partition_key"],
  sys_promise: ["partition_key"],
  sys_deployment: ["services"],
  sys_service: [],
  state: ["partition_key"],
};

describe("the same history on both servers", () => {
  const read = async ({ rows }: Stand, table: string): Promise<Row[]> => {
    const mask = masker(await rows("select id, target from sys_invocation order by target, created_at"));
    const left = LEFT_OUT[table] ?? [];
    const masked = (await rows(`select * from ${table}`)).map(mask);
    const shown = masked.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([name]) => !left.includes(name))
          .sort(),
      ),
    );
    return shown.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  };

  it.each(Object.keys(LEFT_OUT))("%s", async (table) => {
    const [own, theirs] = await Promise.all([read(ours, table), read(real, table)]);
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(theirs);
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
