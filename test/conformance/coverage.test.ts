import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("endpoints/", import.meta.url));
const handlers = readdirSync(folder)
  .map((file) => readFileSync(path.join(folder, file), "utf8"))
  .join("\n");

const official = path.dirname(createRequire(import.meta.url).resolve("@restatedev/restate-sdk"));
const ours = fileURLToPath(new URL("../../sdk/authoring/", import.meta.url));

/** The declarations of each SDK, without comments and without `export`. */
const declarations = {
  official: readFileSync(path.join(official, "context.d.ts"), "utf8"),
  ours: readdirSync(ours)
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => readFileSync(path.join(ours, file), "utf8"))
    .join("\n"),
};
const textOf = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^export /gm, "");

/** Names of the members that declarations of that name (a type and a constant, perhaps) have. */
function members(text: string, name: string): string[] {
  const starts = text.matchAll(new RegExp(`^(interface|type|declare const) ${name}\\b[^{;]*\\{\\n`, "gm"));
  const bodies = [...starts].map((start) => text.slice(start.index + start[0].length));
  const lines = bodies.flatMap((body) => body.slice(0, body.search(/^\}/m)).split("\n"));
  const found = lines.map((line) => /^ {2}(?:readonly )?(\w+)[?<(:]/.exec(line)?.[1]);
  return [...new Set(found.filter((member) => member !== undefined))];
}

describe.each(["official", "ours"] as const)(
  "the endpoints use everything that the SDK (%s) gives to a handler",
  (sdk) => {
    const text = textOf(declarations[sdk]);

    it.each([
      "Context",
      "KeyValueStore",
      "ObjectContext",
      "ObjectSharedContext",
      "WorkflowSharedContext",
      "InvocationReference",
      "SignalReference",
      "DurablePromise",
      "RestatePromise",
      ...(sdk === "ours" ? ["RestatePromiseConstructor"] : []),
      "InvocationHandle",
      "Rand",
      "ContextDate",
      "Request",
    ])("%s", (name) => {
      const all = members(text, name);
      expect(all).not.toEqual([]);
      const unused = all.filter((member) => !new RegExp(`\\.${member}\\b`).test(handlers));
      expect(unused).toEqual([]);
    });

    it("the options of a step, a call and a send", () => {
      const all = ["RunOptions", "GenericCall", "GenericSend"].flatMap((name) => members(text, name));
      const unused = all.filter((member) => !new RegExp(`\\b${member}\\s*[:,}]`).test(handlers));
      expect(unused).toEqual([]);
    });
  },
);
