import { describe, expect, it } from "vitest";
import { AdminError } from "../../api/admin.ts";
import { coverage, type RuleFields, readFields, refusedFields } from "./rules.ts";

const fields = (change: Partial<RuleFields>): RuleFields => ({
  ...{ pattern: "acme/*", concurrency: "2", description: "", isEnabled: true },
  ...change,
});

describe("the fields of a rule", () => {
  it("are read as a rule, without spaces around its parts", () => {
    expect(readFields(fields({ pattern: " acme / * ", description: " two " }))).toEqual({
      rule: { pattern: "acme/*", concurrency: 2, description: "two", disabled: false },
    });
    expect(readFields(fields({ concurrency: " ", isEnabled: false }))).toEqual({
      rule: { pattern: "acme/*", disabled: true },
    });
  });

  it.each([
    ["", "Which scope"],
    ["a/b/c/d", "three parts"],
    ["a//b", "nothing in it"],
    ["a/b c", "“b c”"],
    ["a*", "“a*”"],
    ["x".repeat(37), "1 to 36"],
  ])("say what is wrong with the pattern %j", (pattern, said) => {
    expect(readFields(fields({ pattern }))).toEqual({ problems: { pattern: expect.stringContaining(said) } });
  });

  it.each(["0", "-1", "1.5", "two", "4294967296", "1e3"])("refuse the limit %s", (concurrency) => {
    expect(readFields(fields({ concurrency }))).toEqual({ problems: { concurrency: expect.any(String) } });
  });

  it("are told apart in what the server refuses", () => {
    const refusal = (status: number, message: string) => refusedFields(new AdminError(status, message), true);
    const start = "Failed to deserialize the JSON body into the target type: ";
    expect(refusal(422, `${start}0.pattern: "x y" is not a pattern`)).toEqual({ pattern: '"x y" is not a pattern' });
    expect(refusal(422, `${start}0.limits.concurrency: Too small`)).toEqual({ concurrency: "Too small" });
    expect(refusal(409, "The rule 'a' is at version 1")).toEqual({ pattern: expect.stringContaining("already") });
    expect(refusal(500, "no")).toBeUndefined();
    expect(refusedFields(new AdminError(409, "changed"), false)).toBeUndefined();
  });
});

it("a pattern is told in words", () => {
  expect(["*", "acme", "*/*", "acme/*", "*/pro", "acme/pro"].map(coverage)).toEqual([
    ...["each scope", "scope acme", "each limit key in each scope", "each limit key in scope acme"],
    ...["limit key pro in each scope", "limit key pro in scope acme"],
  ]);
  expect(["*/*/*", "a/team/*", "a/*/bob", "a/team/bob"].map(coverage)).toEqual([
    ...["each limit key of two levels in each scope", "each limit key team/… in scope a"],
    ...["each limit key …/bob in scope a", "limit key team/bob in scope a"],
  ]);
});
