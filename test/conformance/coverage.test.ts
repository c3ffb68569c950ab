import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("endpoints/", import.meta.url));
const handlers = readdirSync(folder)
  .map((file) => readFileSync(path.join(folder, file), "utf8"))
  .join("\n");

const sdk = path.dirname(createRequire(import.meta.url).resolve("@restatedev/restate-sdk"));
const declarations = readFileSync(path.join(sdk, "context.d.ts"), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

/** Names of the members that the SDK's declarations of that name (a type and a constant, perhaps) have. */
function members(name: string): string[] {
  const starts = declarations.matchAll(new RegExp(`^(interface|type|declare const) ${name}\\b[^\\n]*\\{\\n`, "gm"));
  const bodies = [...starts].map((start) => declarations.slice(start.index + start[0].length));
  const lines = bodies.flatMap((body) => body.slice(0, body.search(/^\}/m)).split("\n"));
  const found = lines.map((line) => /^ {2}(?:readonly )?(\w+)[?<(:]/.exec(line)?.[1]);
  return [...new Set(found.filter((member) => member !== undefined))];
}

describe("the endpoints use everything that the SDK gives to a handler", () => {
  it.each([
    "Context",
    "KeyValueStore",
    "ObjectContext",
    "WorkflowSharedContext",
    "InvocationReference",
    "SignalReference",
    "DurablePromise",
    "RestatePromise",
    "InvocationHandle",
    "Rand",
    "ContextDate",
    "Request",
  ])("%s", (name) => {
    const all = members(name);
    expect(all).not.toEqual([]);
    const unused = all.filter((member) => !new RegExp(`\\.${member}\\b`).test(handlers));
    expect(unused).toEqual([]);
  });

  it("the options of a step, a call and a send", () => {
    const all = ["RunOptions", "GenericCall", "GenericSend"].flatMap(members);
    const unused = all.filter((member) => !new RegExp(`\\b${member}\\s*[:,}]`).test(handlers));
    expect(unused).toEqual([]);
  });
});
