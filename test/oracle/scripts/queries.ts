import type { Script } from "../probe.ts";

const refused = [
  "",
  " ",
  ";",
  "select",
  "selec 1",
  "select 1 from",
  "select 1 1 1",
  "select 'open",
  "select (1",
  "select nope",
  "select * from nope",
  "select * from nope.state",
  "select nope from state",
  "select state.nope from state",
  "select s.key from state",
  "select nope(1)",
  "select count(*, 1) from state",
  "select * from state where",
  "select * from state order by",
  "select * from state order by nope",
  "select * from state group by nope",
  "select service_name, key from state group by service_name",
  "select * from state limit -1",
  "select * from state limit x",
  "select 1 union select 1, 2",
  "select * from state join",
  "select * from (select 1",
  "select cast('x' as nope)",
  "select 1; select 2",
  "with a as (select 1) select * from b",
  "insert into state values (1)",
  "update state set key = 'x'",
  "delete from state",
  "drop table state",
  "drop table nope",
  "create table t (a int)",
  "create view v as select 1",
  "truncate state",
  "alter table state add column x int",
  "begin",
  "commit",
  "grant select on state to public",
  "pragma table_info(state)",
  "attach database 'x' as y",
  "copy state to 'file'",
  "\\d state",
  "select load_extension('x')",
  "select readfile('/etc/passwd')",
  "select * from sqlite_master",
  "select * from invocations",
] as const;

const answered = [
  "select 1",
  "select 1 as one;",
  "select 1 -- comment",
  "/* comment */ select 1",
  "select count(*) as n from state where service_name = 'OracleNobody'",
  "select * from state where false",
  "select NULL as nothing, true as yes, 'x' as text, 1.5 as number",
] as const;

export const queries: Script[] = [
  {
    name: "queries",
    async run(probe) {
      const accept = { accept: "application/json" };
      for (const query of [...answered, ...refused]) {
        await probe.admin(query, "/query", { json: { query }, headers: accept });
      }
      for (const [step, json] of Object.entries({
        "no query": {},
        "query of wrong type": { query: 1 },
        "query null": { query: null },
        "query of an array": { query: ["select 1"] },
        "more members": { query: "select 1", more: 1 },
      })) {
        await probe.admin(step, "/query", { json, headers: accept });
      }
      for (const method of ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
        await probe.admin(method, "/query", { method });
      for (const version of ["/v1", "/v2", "/v3", "/v4", "/v5"]) {
        await probe.admin(`${version}/query`, `${version}/query`, { json: { query: "select 1" }, headers: accept });
      }
      await probe.admin("slash at the end", "/query/", { json: { query: "select 1" }, headers: accept });
      await probe.admin("more segments", "/query/more", { json: { query: "select 1" }, headers: accept });
    },
  },
];
