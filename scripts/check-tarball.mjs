// Packs restate-lite as `npm publish` would, installs the tarball in an empty directory, on the Node that runs this and
// on Node 24, and starts `npx restate-lite dev` there: the example endpoint must be registered and answer.
// better-sqlite3 is compiled anew both times (about a minute each), as on a user's machine.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environmentOf, installTestTools, node24, npmCli } from "../test/install.mjs";
import { freePorts, greet, interrupt, run, start } from "./processes.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const sdkVersion = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).devDependencies[
  "@restatedev/restate-sdk"
];
const folder = mkdtempSync(path.join(tmpdir(), "restate-lite-tarball-"));
let failures = 0;

try {
  await installTestTools();
  const tarball = await pack();
  for (const node of [process.execPath, node24()]) {
    const version = (await run(node, ["--version"])).trim();
    const startedAt = Date.now();
    try {
      await install(tarball, node, version);
      console.log(`tarball on Node ${version}: ok (${Math.round((Date.now() - startedAt) / 1000)} s)`);
    } catch (error) {
      failures += 1;
      console.error(`tarball on Node ${version}: FAILED\n${error.message}`);
    }
  }
} catch (error) {
  failures += 1;
  console.error(`tarball: FAILED\n${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

async function pack() {
  await run(process.execPath, [npmCli(), "pack", "--pack-destination", folder], { cwd: root });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const files = (await run("tar", ["-tzf", path.join(folder, tarball)])).split("\n");
  const needed = [
    "dist/cli.js",
    "dist/dev-preload.js",
    "dist/dev-guard.js",
    "dist/index.js",
    "dist/checkpointer.js",
    "dist/types/server/index.d.ts",
    ...["index", "node", "fetch", "lambda"].flatMap((name) => [
      `dist/sdk/${name}.js`,
      `dist/sdk/cjs/${name}.js`,
      `dist/types/sdk/${name}.d.ts`,
      `dist/types/cjs/sdk/${name}.d.ts`,
    ]),
    "dist/testing.js",
    "dist/testing-vitest.js",
    "dist/testing-jest.js",
    "dist/sdk/cjs/testing.js",
    "dist/sdk/cjs/testing-jest.js",
    "dist/types/testing/index.d.ts",
    "dist/types/testing/vitest.d.ts",
    "dist/types/cjs/testing/index.d.ts",
    "dist/types/cjs/testing/jest.d.ts",
    "dist/sdk/clients.js",
    "dist/sdk/cjs/clients.js",
    "dist/sdk/cjs/package.json",
    "dist/types/cjs/package.json",
    "dist/types/sdk/clients/index.d.ts",
    "dist/types/cjs/sdk/clients/index.d.ts",
    "dist/dashboard/index.html",
    "dist/dashboard/favicon.svg",
    "examples/greeter.mjs",
    "LICENSE",
    "README.md",
  ];
  for (const file of needed) if (!files.includes(`package/${file}`)) throw new Error(`the tarball lacks ${file}`);
  const strays = files.filter(
    (file) => /^package\/(server|sdk|test|scripts|node_modules)\//.test(file) || file.endsWith(".test.ts"),
  );
  if (strays.length > 0) throw new Error(`the tarball should not contain ${strays.slice(0, 5).join(", ")}`);
  if (!files.some((file) => /^package\/migrations\/0001_.*\.sql$/.test(file)))
    throw new Error("the tarball lacks migrations");
  await checkLicences(path.join(folder, tarball));
  return path.join(folder, tarball);
}

/**
 * Every package of which there is code in the tarball has its licence text there. What is bundled is read from the source
 * maps of the server and the SDK; the dashboard has none, so the packages that it is known to be made of are looked up.
 */
async function checkLicences(tarball) {
  const place = path.join(folder, "unpacked");
  mkdirSync(place);
  await run("tar", ["-xzf", tarball, "-C", place]);
  const dist = path.join(place, "package", "dist");
  const maps = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".map"));
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(path.join(dist, name), "utf8")).sources);
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]);
  const bundled = [...new Set(names.filter((name) => name !== undefined))];
  if (bundled.length === 0) throw new Error("the source maps of the tarball name no package, so nothing was checked");
  const shown = [
    "react",
    "react-dom",
    "radix-ui",
    "@tanstack/react-query",
    "@codemirror/view",
    "@fontsource-variable/inter",
  ];
  for (const [folderOfTexts, packages] of [
    ["", bundled],
    ["dashboard", shown],
  ]) {
    const texts = readFileSync(path.join(dist, folderOfTexts, "THIRD-PARTY-LICENSES.txt"), "utf8");
    const sections = texts.split(/^={80}\n(.+) \S+ \(.*\)\n={80}\n/m);
    for (const name of packages) {
      const text = sections[sections.indexOf(name) + 1] ?? "";
      if (!sections.includes(name) || !/permission|copyright/i.test(text))
        throw new Error(`the tarball has code of ${name} without its licence text`);
    }
  }
}

async function install(tarball, node, version) {
  const place = path.join(folder, version);
  mkdirSync(place);
  writeFileSync(
    path.join(place, "package.json"),
    JSON.stringify({ name: "user", version: "1.0.0", private: true, type: "module" }),
  );
  const env = environmentOf(node);
  await run(node, [npmCli(), "install", "--no-audit", "--no-fund", tarball, `@restatedev/restate-sdk@${sdkVersion}`], {
    cwd: place,
    env,
  });
  if (existsSync(path.join(place, "node_modules", "vitest")))
    throw new Error("installing the tarball brought build tools along");
  await compilesAgainst(place);
  cpSync(path.join(root, "examples", "greeter.mjs"), path.join(place, "greeter.mjs"));

  const [ingressPort, adminPort, endpointPort] = await freePorts(3);
  const endpoint = start(node, ["greeter.mjs"], { cwd: place, env: { ...env, PORT: String(endpointPort) } });
  const npx = path.join(path.dirname(npmCli()), "npx-cli.js");
  const ports = ["--ingress-port", String(ingressPort), "--admin-port", String(adminPort)];
  const args = [npx, "--no-install", "restate-lite", "dev", "--endpoint", `http://localhost:${endpointPort}`, ...ports];
  const server = start(node, [...args, "--data-dir", path.join(place, "data")], { cwd: place, env });
  try {
    await greet(ingressPort, 20_000);
    const page = await fetch(`http://127.0.0.1:${adminPort}/ui/`);
    if (!page.ok) throw new Error(`the dashboard answers ${page.status}: ${await page.text()}`);
    await interrupt(server, 10_000);
    await refused(ingressPort);
    await exitsCleanly(node, place, env);
  } catch (error) {
    throw new Error(
      `${error.message}\n--- server\n${server.output().slice(-2000)}\n--- endpoint\n${endpoint.output().slice(-1000)}`,
    );
  } finally {
    await interrupt(server, 2000);
    await interrupt(endpoint, 2000);
  }
}

/** Programs that use the library compile against the declarations, and wrong ones do not. */
async function compilesAgainst(place) {
  const server = `import { startServer, type RunningServer } from "restate-lite";\nexport const start: typeof startServer = startServer;\n`;
  await compilesOnlyAs(place, "string", "server.mts", (type) => {
    return `${server}export const url = (server: RunningServer): ${type} => server.ingressUrl;\n`;
  });
  const sdk = [
    `import * as restate from "restate-lite/sdk";`,
    `import { createEndpointHandler } from "restate-lite/sdk/fetch";`,
    `import * as lambda from "restate-lite/sdk/lambda";`,
    `import { connect } from "restate-lite/clients";`,
    `const greet = async (_ctx: restate.Context, name: string) => name.length;`,
    `const greeter = restate.service({ name: "Greeter", handlers: { greet } });`,
    `export const handler = createEndpointHandler({ services: [greeter] });`,
    `export const lambdaHandler = lambda.createEndpointHandler({ services: [greeter] });`,
    `const client = connect({ url: "http://localhost:8080" }).serviceClient(greeter);`,
  ];
  // As an ES module, and as CommonJS.
  for (const name of ["sdk.mts", "sdk.cts"]) {
    await compilesOnlyAs(place, "number", name, (type) => {
      return [...sdk, `export const call = (): PromiseLike<${type}> => client.greet("Ada");\n`].join("\n");
    });
  }
}

async function compilesOnlyAs(place, type, name, programWith) {
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  // With declarations: a type that an export is inferred to have must be one that we export.
  const options = [
    "--noEmit",
    "--declaration",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2022",
  ];
  const compile = (content) => {
    writeFileSync(path.join(place, name), content);
    const typeRoots = ["--typeRoots", path.join(root, "node_modules", "@types"), "--types", "node"];
    return run(process.execPath, [tsc, ...options, ...typeRoots, name], { cwd: place });
  };
  await compile(programWith(type));
  const isAccepted = await compile(programWith("symbol")).then(
    () => true,
    () => false,
  );
  if (isAccepted) throw new Error(`the type declarations say nothing: a wrong program compiles as ${name}`);
}

/** npx does not pass on the exit code of a program that a signal ended: ask the program itself. */
async function exitsCleanly(node, place, env) {
  const [ingressPort, adminPort] = await freePorts(2);
  const cli = path.join("node_modules", "restate-lite", "dist", "cli.js");
  const ports = ["--ingress-port", String(ingressPort), "--admin-port", String(adminPort)];
  const server = start(node, [cli, "start", ...ports, "--data-dir", path.join(place, "data")], { cwd: place, env });
  // The greeter was registered before the restart and its process still runs: no second registration is needed.
  await greet(ingressPort, 20_000);
  const code = await interrupt(server, 10_000);
  if (code !== 0) throw new Error(`Ctrl-C ended the server with ${code} instead of 0\n${server.output().slice(-2000)}`);
}

async function refused(port) {
  const answered = await fetch(`http://127.0.0.1:${port}/restate/health`).then(
    () => true,
    () => false,
  );
  if (answered) throw new Error("the server still answers after Ctrl-C");
}
