import { expect, it } from "vitest";
import { mentionedColumns } from "./sql-columns.ts";

const tables = {
  state: ["key", "value"],
  sys_invocation: ["id", "target"],
  sys_journal: ["id", "index"],
  "information_schema.columns": ["column_name"],
};
const names = (text: string) => mentionedColumns(text, tables).map(({ name }) => name);

it("completes the columns of the tables that a query names, each once", () => {
  expect(names("SELECT  FROM sys_invocation i JOIN SYS_JOURNAL j")).toEqual(["id", "target", "index"]);
  expect(names("select * from information_schema.columns")).toEqual(["column_name"]);
  expect(names("SELECT mystate, state_of FROM sys_journals")).toEqual([]);
});
