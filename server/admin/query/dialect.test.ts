import { tableFromIPC } from "apache-arrow";
import { beforeAll, describe, expect, it } from "vitest";
import { end, output, propose, run, setState, sleep, suspendOn } from "../../engine/sdk-messages.fixture.ts";
import { Transcript } from "../../engine/transcript.fixture.ts";
import type { Ask } from "./process/messages.ts";
import { runQuery } from "./process/run.ts";
import { QueryDatabase } from "./tables/index.ts";
import { loadParser } from "./translate/index.ts";
import { QueryError } from "./types.ts";

/** A small history: completed, running, suspended and inboxed invocations, with state. */
function history(): Transcript {
  const t = new Transcript();
  const { id: done } = t.call("Greeter/greet", '"bob"');
  t.says(done, run(1));
  t.says(done, propose(1, '"r"'));
  t.says(done, output('"Hello bob"'), end);
  t.advance(1000);
  const counter = t.send("Counter/k/add");
  t.says(counter, setState("n", "1"), output("1"), end);
  t.advance(1000);
  const held = t.send("Counter/held/add");
  t.send("Counter/held/add");
  t.says(held, setState("n", "22"));
  const asleep = t.send("Greeter/greet");
  t.says(asleep, sleep(1, t.clock.nowMs() + 3_600_000), suspendOn(1));
  return t;
}

/** Answers queries about the transcript's database in this process, as the query process would. */
function asker(t: Transcript, limits: Partial<Ask["limits"]> = {}) {
  const database = new QueryDatabase(t.storage.db.serialize());
  const ask = async (query: string, format: Ask["format"] = "json"): Promise<Buffer> =>
    Buffer.concat(
      await runQuery(database, {
        kind: "ask",
        query,
        format,
        live: t.engine.running(),
        flow: t.engine.flow(),
        nowMs: t.clock.nowMs(),
        limits: { rows: 1000, bytes: 1_000_000, memoryBytes: 2 ** 30, ...limits },
        image: undefined,
      }),
    );
  return {
    arrow: (query: string) => ask(query, "arrow"),
    rows: async (query: string) =>
      (JSON.parse((await ask(query)).toString()) as { rows: Record<string, unknown>[] }).rows,
  };
}

let query: ReturnType<typeof asker>;
beforeAll(async () => {
  await loadParser();
  query = asker(history());
});

/** Each query with the rows that the real server gives for it; `key` columns as in the fixture. */
const ANSWERS: readonly (readonly [query: string, rows: readonly object[]])[] = [
  ["select 1", [{ "Int64(1)": 1 }]],
  ["select 1.5, 'x', true, null", [{ "Float64(1.5)": 1.5, 'Utf8("x")': "x", "Boolean(true)": true }]],
  ["select count(*) from state", [{ "count(*)": 2 }]],
  ["select COUNT(1) from state", [{ "count(Int64(1))": 2 }]],
  ["select count(distinct key) from state", [{ "count(DISTINCT state.key)": 1 }]],
  [
    "select sum(value_length), avg(value_length) from state",
    [{ "sum(state.value_length)": 3, "avg(state.value_length)": 1.5 }],
  ],
  ["select s.key, s.value as v from state s where s.service_key = 'k'", [{ key: "n", v: "31" }]],
  ["select (1 + 2) * 3 as a, 7 / 2 as b, 7 % 2 as c, 7.0 / 2 as d", [{ a: 9, b: 3, c: 1, d: 3.5 }]],
  [
    "select key || 'x' as a, upper(key) as b, key like 'N%' as c, key ilike 'N%' as d from state limit 1",
    [{ a: "nx", b: "N", c: false, d: true }],
  ],
  [
    "select '100%' like '100\\%' as a, 'a_b' like 'a\\_b' as b, 'axb' like 'a\\_b' as c",
    [{ a: true, b: true, c: false }],
  ],
  [
    "select 1 is distinct from null as a, null is null as b, (1 = null) is not true as c",
    [{ a: true, b: true, c: true }],
  ],
  [
    "select case when 1 = 1 then 'y' end as a, coalesce(null, 2) as b, nullif(1, 1) as c, greatest(1, null, 3) as d",
    [{ a: "y", b: 2, d: 3 }],
  ],
  [
    "select cast('5' as int) + 1 as a, '7'::bigint as b, 5::text as c, true::varchar as d",
    [{ a: 6, b: 7, c: "5", d: "true" }],
  ],
  ["select x from (values (2), (null), (1)) t(x) order by x", [{ x: 1 }, { x: 2 }, {}]],
  ["select x from (values (2), (null), (1)) t(x) order by x desc", [{}, { x: 2 }, { x: 1 }]],
  ["select x from (values (2), (null), (1)) t(x) order by x desc nulls last limit 2 offset 1", [{ x: 1 }, {}]],
  [
    "select first_value(b order by a desc) as f, last_value(b order by a desc) as l from (values (1, 'x'), (2, 'y')) t(a, b)",
    [{ f: "y", l: "x" }],
  ],
  [
    "select g, count(*) filter (where v > 1) as c from (values ('a', 1), ('a', 2)) t(g, v) group by g having count(*) > 1",
    [{ g: "a", c: 1 }],
  ],
  [
    "select x, row_number() over (order by x desc) as r, sum(x) over (order by x rows between 1 preceding and current row) as s from (values (1), (2), (3)) t(x) order by x",
    [
      { x: 1, r: 3, s: 1 },
      { x: 2, r: 2, s: 3 },
      { x: 3, r: 1, s: 5 },
    ],
  ],
  [
    "with a as (select 1 as x union all select 2), b as (select x + 1 as y from a) select y from b order by 1",
    [{ y: 2 }, { y: 3 }],
  ],
  [
    "with recursive n as (select 1 as x union all select x + 1 from n where x < 3) select sum(x) as s from n",
    [{ s: 6 }],
  ],
  ["select x from (values (1), (2)) t(x) except select 2", [{ x: 1 }]],
  [
    "select array_agg(x order by x desc) as a, string_agg(x, ',' order by x) as s from (values ('p'), ('q')) t(x)",
    [{ a: ["q", "p"], s: "p,q" }],
  ],
  [
    "select (make_array(1, 2))[2] as a, array_length(make_array(1, 2)) as b, 1 = any(make_array(1)) as c",
    [{ a: 2, b: 2, c: true }],
  ],
  ["select unnest(make_array('a', 'b')) as u", [{ u: "a" }, { u: "b" }]],
  [
    "select '{\"a\":{\"b\":[1,\"z\"]}}'->'a'->'b'->>1 as t, json_get_int('{\"n\":4}', 'n') as n, json_get_str('no json', 'n') as s",
    [{ t: "z", n: 4 }],
  ],
  [
    "select timestamp '2026-01-31' + interval '1 month' as m, timestamp '2026-01-01 10:20:30' - interval '1' hour as h",
    [{ m: "2026-02-28T00:00:00", h: "2026-01-01T09:20:30" }],
  ],
  [
    "select date_trunc('hour', timestamp '2026-01-01 10:20:30') as t, date_bin(interval '15 minutes', timestamp '2026-01-01 10:20:30') as b",
    [{ t: "2026-01-01T10:00:00", b: "2026-01-01T10:15:00" }],
  ],
  [
    "select timestamp '2026-01-02' - timestamp '2026-01-01' as d, date '2026-01-05' as e, to_timestamp(60) as f",
    [{ d: "PT86400S", e: "2026-01-05", f: "1970-01-01T00:01:00" }],
  ],
  [
    "select interval '1 month 2 days' as a, interval '90 seconds' as b",
    [{ a: "1 mons 2 days", b: "1 mins 30.000000000 secs" }],
  ],
  [
    "select 'abc' ~ 'b.$' as a, 'abc' !~ 'x' as b, regexp_replace('abc', 'b', 'x') as c, split_part('a/b', '/', 2) as d",
    [{ a: true, b: true, c: "axc", d: "b" }],
  ],
  ["select a.key from state a join state b using (service_key) where a.service_key = 'k'", [{ key: "n" }]],
  [
    "select target_handler_name as h, status as s from sys_invocation i order by created_at, 2, i.target limit 3 offset 1",
    [
      { h: "add", s: "completed" },
      { h: "add", s: "pending" },
      { h: "add", s: "running" },
    ],
  ],
  [
    "select count(*) over () as c, status from sys_invocation_status where status <> 'inboxed' order by created_at desc, status limit 1",
    [{ c: 4, status: "invoked" }],
  ],
  ["select count(*) as c from (select * from state s limit 1) where s.key = 'n'", [{ c: 1 }]],
  [
    "select target_handler_name as h, count(*) as c from sys_invocation group by h order by 2 desc, h",
    [
      { h: "add", c: 3 },
      { h: "greet", c: 2 },
    ],
  ],
  ["select v % 2 as m, max(v) as v from (values (1), (3), (4)) t(v) group by m having m = 1", [{ m: 1, v: 3 }]],
  ["select upper(g) || '!' as x from (values ('a'), ('a')) t(g) group by upper(g)", [{ x: "A!" }]],
  ["select a, c from (select a, count(*) as c from (values (1), (1)) t(a) group by a) group by a", [{ a: 1, c: 2 }]],
  ["select 1 as one from state having count(*) = 2", [{ one: 1 }]],
  ["select 1 as one from state where key = 'none' order by count(*)", [{ one: 1 }]],
  [
    "select index, entry_type from sys_journal where id in (select id from sys_invocation where status = 'suspended') order by index",
    [
      { index: 0, entry_type: "Command: Input" },
      { index: 1, entry_type: "Command: Sleep" },
    ],
  ],
  [
    "select data_type from information_schema.columns where table_name = 'sys_inbox' and column_name = 'id'",
    [{ data_type: "LargeUtf8" }],
  ],
  [
    "describe sys_keyed_service_status",
    [
      { column_name: "partition_key", data_type: "UInt64", is_nullable: "YES" },
      ...["service_name", "service_key", "invocation_id"].map((column_name) => ({
        column_name,
        data_type: "LargeUtf8",
        is_nullable: "YES",
      })),
    ],
  ],
];

describe("a query gets the rows and the column names of the real server", () => {
  it.each(ANSWERS)("%s", async (sql, rows) => {
    expect(await query.rows(sql)).toEqual(rows);
  });
});

describe("a query that cannot run says what is wrong", () => {
  it.each([
    ["select 1 frm x y", 400, /syntax error at or near "y" \(line 1, column 16\)|syntax error at or near "x"/],
    ["select 1\nfrm x y", 400, /syntax error at or near "x" \(line 2, column 5\)/],
    ["", 400, /No SQL statements/],
    [" -- nothing\n ;", 400, /No SQL statements/],
    ["delete from state", 400, /DML not supported: Delete/],
    ["create table x (a int)", 400, /DDL not supported: Create/],
    ["alter table state add x int", 500, /not implemented: AlterTable/],
    ["begin", 500, /not implemented: Transaction/],
    ["select", 400, /a SELECT needs an expression/],
    ["select count(*) from state group by nope", 400, /No field named nope/],
    ["select key from state limit -1", 500, /LIMIT and OFFSET must be >= 0/],
    ["select 1; select 2", 500, /one SQL statement/],
    ["select nope from state", 500, /No field named nope\. Valid fields are state\.partition_key/],
    ["select * from nope", 500, /table 'restate\.public\.nope' not found/],
    ["select * from invocation", 500, /table 'restate\.public\.invocation' not found/],
    ["select nope(1)", 500, /Invalid function 'nope'/],
    ["select md5('x')", 400, /the function md5, which restate-lite's SQL does not have/],
    ["select regexp_count('x', 'x')", 400, /the function regexp_count/],
    ["select stddev_pop(value_length) from state", 400, /the function stddev_pop/],
    ["select var_pop(value_length) filter (where key = 'n') from state", 400, /the function var_pop/],
    ["select stddev_pop(value_length) over () from state", 400, /the function stddev_pop/],
    ["select x from range(1, 3) t(x)", 400, /the function range/],
    ["select upper()", 500, /'upper' takes 1 arguments, not 0/],
    ["select 1 / 0", 500, /Divide by zero/],
    ["select 'a'::int", 500, /Cannot cast string 'a'/],
    ["select key from state order by nope", 400, /No field named nope/],
    ["select 1 + 1, 1 + 1", 400, /unique expression names/],
    [
      "select id from sys_invocation a join sys_invocation_status b on a.id = b.id",
      500,
      /Ambiguous reference to unqualified field id/,
    ],
    ["select * from state qualify true", 400, /QUALIFY/],
    ["select * except (key) from state", 400, /\* EXCEPT/],
    ["select distinct on (key) key from state", 500, /DISTINCT ON/],
    ["select key, count(*) from state group by rollup (key)", 500, /ROLLUP/],
    ["select created_at at time zone 'UTC' from sys_invocation", 500, /AT TIME ZONE/],
    ["select * from state for update", 500, /FOR UPDATE/],
    ["select service_name, key from state group by service_name", 500, /SELECT names state\.key.*Add it to GROUP BY/],
    ["select * from state group by key", 500, /SELECT names state\.partition_key/],
    ["select count(*), key from state", 500, /min\(state\.key\)/],
    ["select count(*) from state having service_name = 'a'", 500, /HAVING names state\.service_name/],
    ["select s.key, count(*) from state s group by s.key order by upper(value)", 500, /ORDER BY names s\.value/],
    ["select key, rank() over (order by value) from state group by key", 500, /SELECT names state\.value/],
    [
      "select key, (select max(x) from (values ('a')) u(x) where x = value) from state group by key",
      400,
      /SELECT names state\.value/,
    ],
    ["select key from state having key = 'n'", 400, /HAVING needs a GROUP BY/],
    ["select key from state where count(*) > 1", 400, /WHERE takes no aggregate functions/],
    ["select count(*) from state group by 1", 400, /GROUP BY names count\(\*\)/],
    ["select distinct key from state order by value", 400, /ORDER BY names state\.value.*SELECT DISTINCT/],
    ["select count(*), unnest(make_array(1)) from state", 500, /unnest beside an aggregate/],
    ["select key from state group by all", 400, /GROUP BY ALL/],
    ["select 'x' ~ '('", 500, /did not compile/],
    ["select rl_seq from sys_invocation", 500, /No field named rl_seq/],
  ] as const)("%s", async (sql, status, message) => {
    const error = await query.rows(sql).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ status, message: expect.stringMatching(message) });
  });
});

it("an answer longer than the limits is refused", async () => {
  const t = history();
  await expect(asker(t, { rows: 1 }).rows("select * from state")).rejects.toThrow("more than 1 rows");
  await expect(asker(t, { bytes: 10 }).rows("select * from state")).rejects.toThrow("longer than 10 bytes");
});

it("a query that failed in the middle leaves nothing open behind it", async () => {
  await expect(query.rows("select 1 / (x - 2) from (values (1), (2)) t(x)")).rejects.toThrow("Divide by zero");
  expect(await query.rows("select count(*) as c from state")).toEqual([{ c: 2 }]);
});

it("Arrow answers carry the types of the real server", async () => {
  const sql =
    "select id, created_at, completion_retention, suspended_waiting_for_completions, journal_size, 1 as one, true as yes, 1.5 as half, now() as now from sys_invocation where status = 'suspended'";
  const table = tableFromIPC(await query.arrow(sql));
  expect(table.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    "id: LargeUtf8",
    "created_at: Timestamp<MILLISECOND, +00:00>",
    "completion_retention: Duration<MILLISECOND>",
    "suspended_waiting_for_completions: List<Uint32>",
    "journal_size: Uint32",
    "one: Int64",
    "yes: Bool",
    "half: Float64",
    "now: Timestamp<NANOSECOND>",
  ]);
  const [row] = table.toArray().map((each) => each?.toJSON());
  const [json] = await query.rows(sql);
  expect(row).toMatchObject({
    id: json?.id,
    completion_retention: 86_400_000n,
    journal_size: 2,
    one: 1n,
    yes: true,
    half: 1.5,
  });
  expect(row?.created_at).toBe(Date.parse(String(json?.created_at)));
  expect([...(row?.suspended_waiting_for_completions ?? [])]).toEqual([1]);
});

it("an Arrow answer without rows still says its columns", async () => {
  const table = tableFromIPC(await query.arrow("select * from sys_inbox where 1 = 0"));
  expect(table.numRows).toBe(0);
  expect(table.schema.fields.map(({ name }) => name)).toEqual([
    "partition_key",
    "service_name",
    "service_key",
    "id",
    "sequence_number",
    "created_at",
  ]);
});
