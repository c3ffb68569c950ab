import { expect, it } from "vitest";
import { KEPT, matching, parseHistory, type Ran, withRan } from "./history.ts";

const ran = (query: string, atMs = 1): Ran => ({ query, atMs, tookMs: 3, rows: 1 });

it("the history has the newest first, each query once, and an end", () => {
  let history: readonly Ran[] = [];
  for (let n = 0; n < KEPT + 5; n++) history = withRan(history, ran(`SELECT ${n}`, n));
  expect(history).toHaveLength(KEPT);
  history = withRan(history, ran("SELECT 50", 1000));
  expect(history).toHaveLength(KEPT);
  expect(history[0]).toEqual(ran("SELECT 50", 1000));
  expect(history.filter(({ query }) => query === "SELECT 50")).toHaveLength(1);
  expect(withRan(history, ran("x".repeat(30_000)))).toBe(history);
});

it("the history is searched by words", () => {
  const history = [ran("SELECT id FROM sys_invocation"), ran("SELECT key FROM state")];
  expect(matching(history, "from STATE")).toEqual([history[1]]);
  expect(matching(history, " ")).toEqual(history);
  expect(matching(history, "id nothing")).toEqual([]);
});

it("what is stored is not trusted", () => {
  expect(parseHistory(null)).toEqual([]);
  expect(parseHistory("{")).toEqual([]);
  expect(parseHistory('{"query":"x"}')).toEqual([]);
  expect(parseHistory(JSON.stringify([ran("a"), { query: 1 }, null, { query: "b", atMs: "x" }]))).toEqual([ran("a")]);
});
