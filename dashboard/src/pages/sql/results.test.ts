import { describe, expect, it } from "vitest";
import { cellOf, columnsOf, widthOf } from "./results.ts";

describe("the columns of an answer", () => {
  it("are those that the server names, each once, also where all is null", () => {
    expect(columnsOf(["b", "a", "b"], [{ a: 1 }]).map(({ name }) => name)).toEqual(["b", "a"]);
    expect(columnsOf([], [])).toEqual([]);
  });

  it("are numbers when every value that is there is one", () => {
    expect(columnsOf(["a", "b", "c"], [{ a: 1, b: 1 }, { a: 2n }, { a: 3, b: "x" }, { b: null }])).toEqual([
      { name: "a", isNumber: true },
      { name: "b", isNumber: false },
      { name: "c", isNumber: false },
    ]);
  });
});

describe("a cell", () => {
  it("leads to the page of an invocation and of a deployment, and to nowhere for what only looks like it", () => {
    expect(cellOf("inv_1fj1jt2cb5Ee0c3WsUqd1S9eKfXvxGxJx7")).toMatchObject({ kind: "invocation" });
    expect(cellOf("dp_17sztQp4gnEC1L0OCFM9aEh")).toMatchObject({ kind: "deployment" });
    expect(cellOf("inv_1 is an id")).toMatchObject({ kind: "text" });
  });

  it("opens when it is JSON, long, or has lines", () => {
    expect(cellOf('{"a":1}')).toMatchObject({ kind: "json" });
    expect(cellOf(["a"])).toEqual({ kind: "json", text: '["a"]' });
    expect(cellOf("x".repeat(61))).toMatchObject({ kind: "long" });
    expect(cellOf("one\ntwo")).toMatchObject({ kind: "long" });
    expect(cellOf(12)).toEqual({ kind: "text", text: "12" });
    expect(cellOf(undefined)).toEqual({ kind: "null" });
  });
});

it("a column is as wide as what is in it, within bounds", () => {
  const column = { name: "n", isNumber: false };
  expect(widthOf(column, [{ n: "x" }])).toBe(56);
  expect(widthOf(column, [{ n: "x".repeat(1000) }])).toBe(340);
  const many = Array.from({ length: 10_000 }, (_, n) => ({ n: n * 1000 }));
  expect(widthOf(column, many)).toBe(widthOf(column, [{ n: 9_999_000 }]));
  expect(widthOf(column, [{ n: "twenty characters ok" }])).toBeGreaterThan(widthOf(column, [{ n: "ten chars." }]));
});
