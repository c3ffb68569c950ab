import { describe, expect, it } from "vitest";
import type { Counts } from "../test/oracle/tally.ts";
import { areasTable, evidenceOf, numbersTable, type Reports } from "./compatibility.ts";

const counts: Counts = {
  requests: 5,
  refused: 3,
  values: 2,
  equal: 6,
  differentWithReason: 1,
  differentWithoutReason: 0,
};
const passing = ["go", "java", "python", "rust", "typescript"].map((language) => ({
  name: `/elsewhere/test/languages/${language}.test.ts`,
  status: "passed",
  assertionResults: [{ status: "passed" }],
}));
const reports: Reports = {
  oracle: {
    profiles: {
      "flags-off": { "Calls and sends": counts, OpenAPI: counts },
      "flags-on": { "Calls and sends": counts },
    },
    operations: { ...counts, requests: 0, values: 7 },
  },
  query: { tables: { compared: 2, equal: 2 }, columns: { compared: 9, equal: 9 } },
  "restate-cli": { commands: 4, equal: 4, differentWithReason: 0, differentWithoutReason: 0 },
  languages: { testResults: passing },
};

describe("the numbers of docs/compatibility.md", () => {
  it("are sums over the areas of each profile", () => {
    const { text, unexplained } = numbersTable(reports);
    expect(text).toContain("10 requests (6 of them refused), 4 other values | 14 | 12 | 2 | 0 |");
    expect(text).toContain("| SQL columns | 9 | 9 | 0 | 0 |");
    expect(unexplained).toEqual([]);
  });

  it("name what differs without a reason", () => {
    const worse = { ...reports, query: { ...reports.query, columns: { compared: 9, equal: 8 } } };
    expect(numbersTable(worse).unexplained).toEqual(["SQL columns"]);
  });

  it.each([
    ["failed", { status: "failed", assertionResults: [{ status: "failed" }] }],
    ["skipped", { assertionResults: [{ status: "passed" }, { status: "pending" }] }],
    ["without a test", { assertionResults: [] }],
    ["missing", { name: "/elsewhere/test/languages/other.test.ts" }],
  ])("count no language that is %s", (_how, change) => {
    const testResults = passing.map((file, index) => (index === 1 ? { ...file, ...change } : file));
    const { text, unexplained } = numbersTable({ ...reports, languages: { testResults } });
    expect(text).toContain("| Languages whose SDK passes all tests | 5 | 4 | 0 | 1 |");
    expect(unexplained).toEqual(["Languages whose SDK passes all tests"]);
    expect(areasTable({ ...reports, languages: { testResults } })).toContain("| Go, Python, Rust, TypeScript |");
  });
});

describe("the areas of docs/compatibility.md", () => {
  it("are compared in all profiles, and name the projects that show it", () => {
    const text = areasTable(reports);
    expect(text).toContain("the same in 12 of 14 comparisons");
    expect(evidenceOf(text)).toEqual(expect.arrayContaining(["conformance", "oracle", "languages", "torture"]));
  });
});
