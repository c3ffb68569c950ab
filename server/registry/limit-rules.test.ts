import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStorage, type Storage } from "../storage/index.ts";
import { LimitRules, MAX_LIMIT_RULES, normalLimitPattern } from "./limit-rules.ts";

let storage: Storage;
let rules: LimitRules;
beforeEach(() => {
  storage = openStorage({
    dataDir: ":memory:",
    durability: "process",
    migrationsDir: new URL("../../migrations", import.meta.url).pathname,
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  rules = new LimitRules(storage, { nowMs: () => 1, wakeAt: () => () => {} });
});
afterEach(() => storage.close());

function put(pattern: string, concurrency: number | undefined, isDisabled = false): void {
  storage.turns.apply(() =>
    rules.upsert([{ pattern, concurrency, description: undefined, isDisabled, precondition: { kind: "none" } }]),
  );
  storage.turns.end();
}

describe("the rule for a scope or limit key", () => {
  it("is the most specific of its depth: the scope counts more than the levels behind it", () => {
    for (const pattern of ["*", "a", "*/*", "*/x", "a/*", "a/x", "*/*/*", "*/x/y", "a/*/*", "a/*/y", "a/x/*"])
      put(pattern, 1);
    const of = (...path: string[]) => rules.ruleFor(path)?.pattern;
    expect([of("a"), of("b")]).toEqual(["a", "*"]);
    expect([of("a", "x"), of("a", "z"), of("b", "x"), of("b", "z")]).toEqual(["a/x", "a/*", "*/x", "*/*"]);
    expect([of("a", "x", "y"), of("a", "z", "y"), of("a", "z", "z")]).toEqual(["a/x/*", "a/*/y", "a/*/*"]);
    expect([of("b", "x", "y"), of("b", "x", "z")]).toEqual(["*/x/y", "*/*/*"]);
  });

  it("is another one when it is disabled, but not when it has no limit", () => {
    put("*", 5);
    put("a", undefined);
    expect(rules.ruleFor(["a"])).toMatchObject({ pattern: "a", concurrency: undefined });
    put("a", 1, true);
    expect(rules.ruleFor(["a"])?.pattern).toBe("*");
  });

  it("is undefined without a rule of that depth", () => {
    put("a", 1);
    expect(rules.ruleFor(["a", "x"])).toBeUndefined();
  });
});

it("tells who wants to know of changes, after the commit", () => {
  let changes = 0;
  rules.onChange(() => changes++);
  put("a", 1);
  put("a", 1);
  expect(changes).toBe(1);
  storage.turns.apply(() => rules.remove([{ pattern: "a", expectedVersion: undefined }]));
  expect(changes).toBe(1);
  storage.turns.end();
  expect(changes).toBe(2);
});

it("survives a restart", () => {
  put("a/b", 3);
  expect(new LimitRules(storage, { nowMs: () => 1, wakeAt: () => () => {} }).list()).toEqual(rules.list());
});

it("has a bound", () => {
  const batch = Array.from({ length: MAX_LIMIT_RULES + 1 }, (_, i) => ({
    pattern: `s${i}`,
    concurrency: 1,
    description: undefined,
    isDisabled: false,
    precondition: { kind: "none" } as const,
  }));
  expect(() => storage.turns.apply(() => rules.upsert(batch))).toThrow(/10000/);
  storage.turns.end();
  expect(rules.list()).toEqual([]);
});

it("keeps patterns in one form", () => {
  expect(["a/", " a", "a / b", "*/*/*"].map(normalLimitPattern)).toEqual(["a", "a", "a/b", "*/*/*"]);
  expect(["", "/", "a//", "a/b/c/d", "a*"].map(normalLimitPattern)).toEqual(Array(5).fill(undefined));
});
