import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { claimsAbout } from "./assignability.ts";
import { complaintsAbout, programOf } from "./compiler.ts";
import { entries } from "./entries.ts";
import { exceptions } from "./exceptions.ts";

const directory = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");

describe.each(entries)("$official", (entry) => {
  const expected = Object.keys(exceptions[entry.official] ?? {});
  let refuted: string[];
  let all: string[];

  beforeAll(() => {
    const { file, virtual, byLine } = claimsAbout(programOf([entry.declarations, entry.ours]), entry, directory);
    const complaints = complaintsAbout(programOf([], virtual), [file]);
    for (const { line, message } of complaints) {
      if (!byLine.has(line)) throw new Error(`The claims do not compile, line ${line}: ${message}`);
    }
    const told = (line: number) => `${byLine.get(line)?.name}: ${byLine.get(line)?.what}`;
    refuted = [...new Set(complaints.map(({ line }) => told(line)))];
    all = [...byLine.keys()].map(told);
  });

  test("our types and the official ones fit where the other is asked for, or say why not", () => {
    expect(all.length).toBeGreaterThan(50);
    expect(refuted.filter((claim) => !expected.includes(claim))).toEqual([]);
  });

  test("every exception is one", () => {
    expect(expected.filter((claim) => !refuted.includes(claim))).toEqual([]);
  });
});
