import { describe, expect, it } from "vitest";
import type { Entry } from "./journal.ts";
import { draftOf, keysOf, resultKinds, resultOf } from "./result.ts";

const entry = (type: string, more: Partial<Entry> = {}) =>
  ({ kind: "entry", index: 1, type, isPending: false, completedBy: 2, ...more }) as Entry;
const body = (result: unknown) => [{ index: 2, entry_type: "Notification: X", entry_json: JSON.stringify({ result }) }];

describe("the form for a result", () => {
  it("begins with what is stored", () => {
    expect(draftOf(entry("Run"), body({ Success: [34, 97, 34] }))).toMatchObject({ kind: "value", text: '"a"' });
    expect(draftOf(entry("Run"), body({ Success: [255] }))).toMatchObject({ kind: "value", text: "", isBinary: true });
    expect(draftOf(entry("Call"), body({ Failure: { code: 404, message: "no" } }))).toMatchObject({
      ...{ kind: "failure", code: "404", message: "no" },
    });
    expect(draftOf(entry("GetLazyState"), body("Void"))).toMatchObject({ kind: "void" });
    const keys = (names: readonly string[]) => [
      {
        ...{ index: 1, entry_type: "Command: GetEagerStateKeys" },
        entry_json: JSON.stringify({ Command: { GetEagerStateKeys: { state_keys: names, name: "" } } }),
      },
    ];
    const eager = entry("GetEagerStateKeys", { completedBy: undefined });
    expect(draftOf(eager, keys(["a", "ü"]))).toMatchObject({ kind: "keys", text: '["a","ü"]' });
    expect(draftOf(eager, keys([]))).toMatchObject({ kind: "keys", text: "[]" });
    const pending = { isPending: true } as const;
    expect(draftOf(entry("Run", pending), [])).toMatchObject({ kind: "value", text: "" });
    expect(draftOf(entry("Sleep", pending), [])).toMatchObject({ kind: "void" });
  });

  it("is there for what waits, and not for writes, the input or a request to cancel", () => {
    expect(["Run", "Sleep", "Signal", "GetEagerState"].every((type) => resultKinds(entry(type)).length > 0)).toBe(true);
    expect(["Input", "Output", "SetState", "Cancel", "OneWayCall"].flatMap((type) => resultKinds(entry(type)))).toEqual(
      [],
    );
  });

  it("for names of keys takes a list of texts, each once, and says what is wrong otherwise", () => {
    const draft = (text: string) => ({ kind: "keys", text, code: "500", message: "", isBinary: false }) as const;
    expect(resultOf(draft('["a", "ü"]'))).toEqual({ state_keys: ["a", "ü"] });
    expect(resultOf(draft("[]"))).toEqual({ state_keys: [] });
    for (const text of ["", "a", '{"a": 1}', "[1]", '["a", "a"]']) expect(resultOf(draft(text))).toBeUndefined();
    expect(keysOf("[1]")).toMatch(/list of texts in JSON/);
    expect(keysOf('["a", "b", "a"]')).toMatch(/"a" is there twice/);
  });

  it("sends what it says, and no failure without a code", () => {
    const draft = { kind: "failure", text: "", code: "418", message: "teapot", isBinary: false } as const;
    expect(resultOf(draft)).toEqual({ failure: { code: 418, message: "teapot" } });
    expect(resultOf({ ...draft, code: "x" })).toBeUndefined();
    expect(resultOf({ ...draft, code: "" })).toBeUndefined();
    expect(resultOf({ ...draft, kind: "void" })).toEqual({ void: true });
    expect(resultOf({ ...draft, kind: "value", text: "1" })).toEqual({ value: "1" });
  });
});
