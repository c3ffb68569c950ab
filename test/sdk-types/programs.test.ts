import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { complaintsAbout, exportsOf, programOf, strictest } from "./compiler.ts";
import { entries } from "./entries.ts";

const directory = fileURLToPath(new URL("programs/", import.meta.url));
const names = readdirSync(directory).map((file) => file.replace(/\.ts$/, ""));

/** The same program, with no change but to its imports. */
function migrated(source: string): string {
  return source.replaceAll(/from "(@restatedev\/[^"]*)"/g, (whole, official: string) => {
    const entry = entries.find((candidate) => candidate.official === official);
    return entry === undefined ? whole : `from ${JSON.stringify(entry.ours)}`;
  });
}

describe.each(names)("the program %s", (name) => {
  const official = `${directory}${name}.ts`;
  const ours = `${directory}${name}.ours.ts`;
  const comparison = `${directory}${name}.comparison.ts`;
  const source = readFileSync(official, "utf8");
  const virtual = { [ours]: migrated(source) };

  test("compiles with the official SDK, and with ours once its imports are changed", () => {
    const program = programOf([official], virtual);
    for (const entry of entries) expect(virtual[ours]).not.toContain(`"${entry.official}"`);
    expect(complaintsAbout(program, [official, ours])).toEqual([]);
  });

  test("compiles with ours under the strictest settings", () => {
    expect(complaintsAbout(programOf([], virtual, strictest), [ours])).toEqual([]);
  });

  test("infers the same types from both", () => {
    const exported = exportsOf(programOf([official]), official)
      .map((symbol) => symbol.name)
      .filter((exportedName) => /^[A-Z]/.test(exportedName));
    expect(exported.length).toBeGreaterThan(0);
    const lines = [
      `import type * as official from ${JSON.stringify(official)};`,
      `import type * as ours from ${JSON.stringify(ours)};`,
      "type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;",
      "type IsKnown<T> = 0 extends 1 & T ? false : unknown extends T ? false : true;",
      "declare function check<T extends true>(): T;",
      ...exported.map((type) => `check<Equals<official.${type}, ours.${type}>>(), check<IsKnown<ours.${type}>>();`),
    ];
    const program = programOf([], { ...virtual, [comparison]: lines.join("\n") });
    const complaints = complaintsAbout(program, [comparison]);
    expect(complaints.map(({ line, message }) => `${lines[line]}: ${message}`)).toEqual([]);
  });
});
