import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  exports: Record<string, Record<string, string | Record<string, string>>>;
};

/** Everything that finds something beside itself: migrations, the query's child process, a server on disk. */
const program = `
  const greeter = restate.service({ name: "Greeter", handlers: {
    greet: async (ctx, name) => {
      if (name === "") throw new restate.TerminalError("nobody");
      return await ctx.run("hello", () => "Hello " + name);
    },
  } });
  const main = async () => {
    const env = await RestateTestEnvironment.start({ services: [greeter], storage: "disk" });
    env.faults.crashEveryEntry();
    const client = env.ingress().serviceClient(greeter);
    const said = [await client.greet("Ada"), await client.greet("").catch((error) => error.message.includes("nobody"))];
    await env.faults.crashServer();
    said.push(await client.greet("Eve"));
    const loaded = typeof require === "function" ? Object.keys(require.cache) : [];
    said.push(loaded.filter((file) => /node_modules.(express|pino|ws|libpg-query|chokidar|esbuild)./.test(file)));
    const answer = await fetch(env.adminAPIBaseUrl() + "/query", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: "SELECT count(*) AS n FROM sys_invocation" }),
    });
    said.push((await answer.json()).rows[0].n);
    await env.stop();
    console.log(JSON.stringify(said));
  };
  main();
`;
const heads = {
  "an ES module":
    'import { RestateTestEnvironment } from "restate-lite/testing"; import * as restate from "restate-lite/sdk";',
  CommonJS:
    'const { RestateTestEnvironment } = require("restate-lite/testing"); const restate = require("restate-lite/sdk");',
};

it.each(Object.entries(heads))("as %s the built package works, and ends by itself", (kind, head) => {
  const type = kind === "CommonJS" ? "commonjs" : "module";
  const ran = spawnSync(process.execPath, [`--input-type=${type}`, "--eval", head + program], {
    cwd: root,
    encoding: "utf8",
    timeout: 50_000,
  });
  expect(ran.stderr).toBe("");
  expect(JSON.parse(ran.stdout)).toEqual(["Hello Ada", true, "Hello Eve", [], 3]);
});

it("every file that package.json exports for testing is there", () => {
  const entries = Object.entries(manifest.exports).filter(([name]) => name.startsWith("./testing"));
  expect(entries.map(([name]) => name)).toEqual(["./testing", "./testing/vitest", "./testing/jest"]);
  const files = entries.flatMap(([, conditions]) =>
    Object.values(conditions).flatMap((value) => (typeof value === "string" ? [value] : Object.values(value))),
  );
  for (const file of files.filter((name) => name.endsWith(".js")))
    expect(existsSync(path.join(root, file)), file).toBe(true);
});
