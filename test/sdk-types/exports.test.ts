import { beforeAll, describe, expect, test } from "vitest";
import { exportsOf, programOf } from "./compiler.ts";
import { type Entry, entries } from "./entries.ts";
import { leftOut } from "./left-out.ts";

/** The names that only the official one has, without those left out on purpose. */
function missing(official: readonly string[], ours: readonly string[], entry: Entry): string[] {
  const known = new Set([...ours, ...Object.keys(leftOut[entry.official] ?? {})]);
  return official.filter((name) => !known.has(name));
}

describe.each(entries)("$official", (entry) => {
  let declared: { official: string[]; ours: string[] };
  let values: { official: string[]; ours: string[] };

  beforeAll(async () => {
    const program = programOf([entry.declarations, entry.ours]);
    declared = {
      official: exportsOf(program, entry.declarations).map(({ name }) => name),
      ours: exportsOf(program, entry.ours).map(({ name }) => name),
    };
    values = {
      official: Object.keys(await import(entry.runtime)),
      ours: Object.keys(await import(entry.ours)),
    };
  });

  test("exports every type and value that programs compile against, or says why not", () => {
    expect(declared.official.length).toBeGreaterThan(10);
    expect(missing(declared.official, declared.ours, entry)).toEqual([]);
  });

  test("exports every value that programs run with, or says why not", () => {
    expect(values.official.length).toBeGreaterThan(3);
    expect(missing(values.official, values.ours, entry)).toEqual([]);
  });

  test("leaves out only what the official package has and ours has not, each with a reason", () => {
    for (const [name, reason] of Object.entries(leftOut[entry.official] ?? {})) {
      expect([...declared.official, ...values.official]).toContain(name);
      expect(declared.ours).not.toContain(name);
      expect(reason.length, `reason for ${name}`).toBeGreaterThan(20);
    }
  });

  test("sees a name that is missing", () => {
    const [name, ...others] = declared.official;
    expect(missing(declared.official, others, entry)).toEqual([name]);
  });
});
