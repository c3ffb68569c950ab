import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CIRCLES, FOR_NODE, LAYERS, PACKAGES } from "./layers.ts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const sources = ["sdk", "server", "testing", "dashboard/src"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")))
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|fixture|d)\.tsx?$/.test(name)),
);

/** What a file imports and re-exports, types too: files of the repository by their path, packages by their name. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/(?:\bfrom |\bimport\(?)\s*"([^"]+)"/g)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : specifier,
  );
}

function roomOf(file: string): string {
  const [top = "", folder, ...rest] = file.split("/");
  return rest.length > 0 && (top === "server" || top === "sdk") ? `${top}/${folder}` : top;
}

/** What is wrong with an import, if anything is. */
function complaint(file: string, imported: string): string | undefined {
  const from = roomOf(file);
  if (!/^(sdk|server|testing|dashboard)\//.test(imported)) {
    const allowed = FOR_NODE.some((place) => file.startsWith(place)) ? undefined : PACKAGES[from];
    return allowed === undefined || allowed.includes(imported) ? undefined : `${from} must not use ${imported}`;
  }
  const to = roomOf(imported);
  if (from === to) return undefined;
  const [ownRoot] = from.split("/");
  if (imported.endsWith("/types.ts") && (imported.startsWith(`${ownRoot}/`) || imported.startsWith("sdk/"))) {
    if (ownRoot !== "dashboard") return undefined;
  }
  if (!LAYERS[from]?.includes(to)) return `${from} must not know ${to}`;
  // The entries of the SDK for each platform are there to pick from a room.
  const isEntered = !to.includes("/") || imported === `${to}/index.ts` || from === "sdk";
  return isEntered ? undefined : `${to} is entered through its index.ts`;
}

/** A circle that a file is part of, as the files along it. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const isFree = new Set<string>();
  const search = (file: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (isFree.has(file)) return undefined;
    for (const imported of imports.get(file) ?? []) {
      const circle = search(imported, [...trail, file]);
      if (circle !== undefined) return circle;
    }
    isFree.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = search(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe("the import arrows of docs/architecture.md", () => {
  it("every room has a line in the table, and every line a room", () => {
    expect([...new Set(sources.map(roomOf))].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  it.each(Object.keys(LAYERS))("%s imports nothing that it must not know", (room) => {
    const files = sources.filter((file) => roomOf(file) === room);
    const complaints = files.flatMap((file) =>
      importsOf(file).flatMap((imported) => {
        const wrong = complaint(file, imported);
        return wrong === undefined ? [] : [`${file}: ${wrong} (${imported})`];
      }),
    );
    expect(complaints).toEqual([]);
  });

  it("no file leads back to itself", () => {
    const isExempt = (file: string) => CIRCLES.some((folder) => file.startsWith(folder));
    const files = sources.filter((file) => !isExempt(file));
    expect(files.length).toBeGreaterThan(300);
    expect(circleIn(new Map(files.map((file) => [file, importsOf(file)])))).toBeUndefined();
  });

  it.each([
    ["sdk/vm/x.ts", "server/index.ts"],
    ["sdk/vm/x.ts", "sdk/protocol/frame.ts"],
    ["sdk/core/x.ts", "sdk/authoring/index.ts"],
    ["sdk/context/x.ts", "node:async_hooks"],
    ["sdk/endpoint/x.ts", "node:http2"],
    ["sdk/endpoint/node/x.ts", "server/index.ts"],
    ["server/engine/commands/x.ts", "server/invoker/index.ts"],
    ["server/engine/x.ts", "node:fs"],
    ["server/engine/x.ts", "server/storage/turns.ts"],
    ["server/storage/x.ts", "server/engine/index.ts"],
    ["server/http/x.ts", "server/engine/index.ts"],
    ["server/dev/x.ts", "server/cli/main.ts"],
    ["server/x.ts", "server/engine/engine.ts"],
    ["dashboard/src/x.ts", "server/index.ts"],
    ["dashboard/src/x.ts", "server/engine/types.ts"],
  ])("%s must not import %s", (file, imported) => {
    expect(complaint(file, imported)).toBeTypeOf("string");
  });

  it.each([
    ["server/engine/commands/x.ts", "server/storage/index.ts"],
    ["server/storage/x.ts", "server/engine/types.ts"],
    ["server/engine/x.ts", "server/errors.ts"],
    ["server/invoker/x.ts", "sdk/context/types.ts"],
    ["sdk/endpoint/node/x.ts", "node:http2"],
    ["sdk/fetch.ts", "sdk/endpoint/fetch.ts"],
  ])("%s may import %s", (file, imported) => {
    expect(complaint(file, imported)).toBeUndefined();
  });

  it("finds a circle, however long the way around", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circleIn(imports)).toEqual(["b", "d", "b"]);
  });
});
