import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../languages/install.ts";
import { languages } from "../languages/languages.ts";
import { node24Path, serverCliPathOnNode24 } from "../support/toolchain.ts";
import { attach, call, dev, isAlive, Project, ROOT, send } from "./stand.ts";

describe("our SDK", () => {
  it("runs its example, unchanged", async () => {
    const project = new Project({ "services.ts": readFileSync(path.join(ROOT, "examples", "services.ts"), "utf8") });
    const running = await dev(project.folder, ["services.ts"]);
    await running.says(/Version 1 serves/);
    expect(await call(running, "MyService/myHandler", "Ada")).toBe("Hello Ada!");
    expect(await call(running, "MyVirtualObject/ada/myHandler", "Hi")).toBe("Hi ada, visit 1");
    expect(await running.stop()).toBe(0);
  });

  it.each([
    ["exports", "export const greeter = restate.service(greeterOf);"],
    ["exports by default", "export default restate.service(greeterOf);"],
    ["exports in a list", "export const services = [restate.service(greeterOf)];"],
    ["binds to an endpoint that it exports", "export default restate.endpoint().bind(restate.service(greeterOf));"],
    [
      "serves by a handler that it exports",
      "export default restate.createEndpointHandler({ services: [restate.service(greeterOf)] });",
    ],
    [
      "serves over HTTP/1.1 on a port of its own choice",
      'import { createServer } from "node:http";\ncreateServer(restate.createEndpointHandler({ services: [restate.service(greeterOf)] })).listen(9080);',
    ],
  ])("runs services that a file %s", async (_how, code) => {
    const project = new Project({
      "app.ts": `import * as restate from "restate-lite/sdk";
        const greeterOf = { name: "Greeter", handlers: { greet: async (_ctx: restate.Context, name: string) => "Hello " + name } };
        ${code}`,
    });
    const running = await dev(project.folder, ["app.ts"]);
    await running.says(/Version 1 serves/);
    expect(await call(running, "Greeter/greet", "Ada")).toBe("Hello Ada");
    expect(await running.stop()).toBe(0);
  });

  it("runs CommonJS, enums, imports by the names that they will have, and tells files their own names", async () => {
    const project = new Project({
      "package.json": '{ "type": "commonjs" }',
      "src/app.ts": `import { Color } from "./color.js";
        import { object } from "restate-lite/sdk";
        import old from "./old.cjs";
        export = { o: object({ name: "O", handlers: { look: async () => [Color.Red, old.name, __filename] } }) };`,
      "src/color.ts": "export enum Color { Red = 'red' }",
      "src/old.cjs": 'exports.name = require("node:path").basename(__dirname);',
    });
    const running = await dev(project.folder, ["src/app.ts"]);
    await running.says(/Version 1 serves/);
    expect(await call(running, "O/k/look")).toEqual(["red", "src", path.join(project.folder, "src", "app.ts")]);
    expect(await running.stop()).toBe(0);
  });

  it("keeps another port of the program reachable, through every version", async () => {
    const project = new Project({});
    const program = (code: string, port: number) => `import * as restate from "restate-lite/sdk";
      import { createServer } from "node:http";
      createServer((request, response) => response.end("page ${code}")).listen(${port});
      await restate.serve({ services: [restate.service({ name: "S", handlers: { code: async () => "${code}" } })] });`;
    const port = await freePort();
    project.write("app.js", program("1", port));
    const running = await dev(project.folder, ["app.js"]);
    await running.says(/Version 1 serves/);
    const page = async () =>
      await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text();
    await until(async () => (await page().catch(() => "")) === "page 1");
    project.write("app.js", program("2", port));
    await running.says(/Version 2 serves/);
    await until(async () => (await page()) === "page 2");
    expect(await running.stop()).toBe(0);
  });

  it("shows a handler's error with the line of the TypeScript file", async () => {
    const project = new Project({
      "src/app.ts": `import * as restate from "restate-lite/sdk";

type Nothing = { readonly kind: "nothing" };

function fail(_nothing: Nothing): never {
  throw new Error("not yet");
}

export const flaky = restate.service({
  name: "Flaky",
  handlers: { go: async () => fail({ kind: "nothing" }) },
});
`,
    });
    const running = await dev(project.folder, ["src/app.ts"], { terminal: true });
    await running.says(/Version 1 serves/);
    await send(running, "Flaky/go");
    await running.says(/↻ Flaky\/go inv_\w+ attempt 1 failed[\s\S]*not yet\n +at fail \(src\/app\.ts:6:9\)/);
    expect(await running.stop()).toBe(0);
  });
});

describe("the official SDK", () => {
  const program = (code: string) => `import * as restate from "@restatedev/restate-sdk";
const greeter = restate.service({
  name: "Greeter",
  handlers: { greet: async (ctx: restate.Context, name: string) => \`\${name} \${await ctx.run("code", () => "${code}")}\` },
});
restate.serve({ services: [greeter], port: 9080 });
`;

  it.each(["this Node", "Node 24"])("runs unmodified, with the fixed port that it asks for, on %s", async (which) => {
    const options = which === "Node 24" ? { node: node24Path, cli: await serverCliPathOnNode24() } : {};
    const project = new Project({ "app.ts": program("one") });
    const running = await dev(project.folder, ["app.ts"], options);
    await running.says(/Version 1 serves/);
    expect(await call(running, "Greeter/greet", "Ada")).toBe("Ada one");
    project.write("app.ts", program("two"));
    await running.says(/Version 2 serves new invocations/);
    expect(await call(running, "Greeter/greet", "Ada")).toBe("Ada two");
    await running.says(/Version 1 has ended/);
    expect(await running.stop()).toBe(0);
  });

  it("runs when its services are only exported", async () => {
    const project = new Project({
      "app.ts": program("exported").replace(/restate\.serve.*/, "export default greeter;"),
    });
    const running = await dev(project.folder, ["app.ts"]);
    await running.says(/Version 1 serves/);
    expect(await call(running, "Greeter/greet", "Ada")).toBe("Ada exported");
    expect(await running.stop()).toBe(0);
  });
});

describe("a command: Python with restate_sdk", () => {
  let python = "";
  beforeAll(() => {
    const language = languages.find(({ name }) => name === "python");
    if (language === undefined) throw new Error("there is no Python among the languages");
    const installed = install(language);
    if (!installed.isReady) throw new Error(`missing: ${installed.missing.join(", ")}`);
    python = language.servings[0]?.start(0).program ?? "";
  }, 180_000);

  /** Serves on `$PORT`, or on a port that it does not let anybody choose. */
  const program = (code: string, port: string) => `import asyncio, os, restate
from datetime import timedelta
from hypercorn.asyncio import serve
from hypercorn.config import Config

greeter = restate.Service("Greeter")
print("process", os.getpid(), flush=True)

@greeter.handler(inactivity_timeout=timedelta(milliseconds=100))
async def greet(ctx: restate.Context, sleep_ms: int) -> str:
    await ctx.sleep(timedelta(milliseconds=sleep_ms))
    return "${code}"

config = Config()
config.bind = ["127.0.0.1:" + ${port}]
asyncio.run(serve(restate.app([greeter]), config))
`;

  it("that takes PORT gets a fresh one for each version, and the old one lives on", async () => {
    const project = new Project({ "app.py": program("old code", 'os.environ["PORT"]') });
    const endpoint = `http://localhost:${await freePort()}`;
    const args = ["--endpoint", endpoint, "--watch", "*.py", "--", python, "app.py"];
    const running = await dev(project.folder, args);
    await running.says(/Version 1 serves/);
    const [, oldPid] = await running.says(/process (\d+)/);
    const id = await send(running, "Greeter/greet", 5000);
    await running.says(/Greeter\/greet inv_\w+ suspended/);
    project.write("app.py", program("new code", 'os.environ["PORT"]'));
    await running.says(/Version 1 stays until 1 invocation has finished[\s\S]*Version 2 serves new invocations/);
    expect(await call(running, "Greeter/greet", 0)).toBe("new code");
    expect(isAlive(Number(oldPid))).toBe(true);
    expect(await attach(running, id)).toBe("old code");
    await running.says(/Version 1 has ended/);
    expect(isAlive(Number(oldPid))).toBe(false);
    expect(await running.stop()).toBe(0);
  });

  it("that cannot is replaced at its address, and its invocations go on with the new code", async () => {
    const port = await freePort();
    const project = new Project({ "app.py": program("old code", `"${port}"`) });
    const running = await dev(project.folder, ["--endpoint", `http://localhost:${port}`, "--", python, "app.py"]);
    await running.says(/Version 1 serves/);
    const id = await send(running, "Greeter/greet", 6000);
    await running.says(/Greeter\/greet inv_\w+ suspended/);
    project.write("app.py", program("new code", `"${port}"`));
    await running.says(/1 invocation goes on with version 2[\s\S]*Version 2 serves new invocations/);
    expect(await attach(running, id)).toBe("new code");
    expect(running.output()).not.toContain("stays until");
    expect(await running.stop()).toBe(0);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
