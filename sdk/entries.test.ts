import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SDK_VERSION } from "./endpoint/index.ts";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const entries = {
  index: "sdk/index.ts",
  node: "sdk/node.ts",
  fetch: "sdk/fetch.ts",
  lambda: "sdk/lambda.ts",
  clients: "sdk/clients/index.ts",
};
/** The builtin modules that an entry may load. Without any, it runs where there is no Node. */
const builtins: Readonly<Record<string, readonly string[]>> = {
  index: ["node:crypto", "node:http2"],
  node: ["node:crypto", "node:http2"],
  fetch: [],
  lambda: ["node:crypto", "node:zlib"],
  clients: [],
};

let folder = "";
let metafile: Metafile;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "restate-lite-entries-"));
  // As scripts/build.mjs does, with nothing external: what is left of imports is all that a program can load.
  const options = { bundle: true, splitting: true, format: "esm", platform: "node", target: "node20.19" } as const;
  const result = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    inject: ["sdk/buffer.ts"],
    metafile: true,
    logLevel: "error",
  });
  metafile = result.metafile;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sources and outside modules that an entry loads, those of its chunks included. */
function loadedBy(entry: string): { sources: string[]; outside: string[] } {
  const sources = new Set<string>();
  const outside = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string) => {
    const output = metafile.outputs[name];
    if (output === undefined || seen.has(name)) return;
    seen.add(name);
    for (const source of Object.keys(output.inputs)) sources.add(source);
    for (const imported of output.imports)
      imported.external === true ? outside.add(imported.path) : visit(imported.path);
  };
  visit(path.relative(root, path.join(folder, `${entry}.mjs`)));
  expect(seen.size).toBeGreaterThan(0);
  return { sources: [...sources], outside: [...outside].sort() };
}

describe.each(Object.keys(entries))("the entry %s", (entry) => {
  it("loads no part of the server, and of packages only the Protobuf primitives", () => {
    const { sources, outside } = loadedBy(entry);
    const strays = sources.filter((source) => !/^(sdk\/|node_modules\/pbf\/)/.test(source));
    expect({ strays, outside }).toEqual({ strays: [], outside: builtins[entry] });
  });
});

// Node's own fetch classes need Buffer, so it is away only while the SDK looks for it.
const program = `
  const { Buffer } = globalThis;
  delete globalThis.Buffer;
  const { createEndpointHandler, service } = await import(process.argv[2] + "/fetch.mjs");
  globalThis.Buffer = Buffer;
  const greeter = service({ name: "Greeter", handlers: { greet: async (ctx, name) => "Hello " + name } });
  const fetch = createEndpointHandler({ services: [greeter], logger: () => {} });
  const body = Uint8Array.from(JSON.parse(process.argv[3]));
  const headers = { "content-type": "application/vnd.restate.invocation.v6" };
  const response = await fetch(new Request("http://x/invoke/Greeter/greet", { method: "POST", headers, body }));
  console.log(JSON.stringify([response.status, [...new Uint8Array(await response.arrayBuffer())]]));
`;

describe("the fetch entry", () => {
  it("runs an attempt where there is no Buffer", async () => {
    const { opening, transcript } = await import("./endpoint/testbed.fixture.ts");
    const file = path.join(folder, "program.mjs");
    writeFileSync(file, program);
    const run = spawnSync(process.execPath, [file, folder, JSON.stringify([...opening("Ada")])], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const [status, bytes] = JSON.parse(run.stdout) as [number, number[]];
    expect([status, ...transcript(Uint8Array.from(bytes))]).toEqual([200, 'OutputCommand "Hello Ada"', "End"]);
  });
});

describe("the version that the SDK tells", () => {
  it("is the package's", () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    expect(SDK_VERSION).toBe(version);
  });
});
