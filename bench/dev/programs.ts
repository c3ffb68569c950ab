import fs from "node:fs";
import path from "node:path";

/** A program under development: one handler, `Code/which`, that says which code it is. */
export interface DevProgram {
  readonly title: string;
  readonly file: string;
  /** What follows `restate-lite dev`. */
  readonly args: readonly string[];
  /** Whether the limit is for it: what an interpreter and an SDK of others need is not ours to judge. */
  readonly isJudged: boolean;
  source(code: string): string;
  install(folder: string): void;
}

/** @param root of the checkout */
export function devPrograms(root: string): DevProgram[] {
  const python = path.join(
    root,
    "node_modules",
    ".cache",
    "restate-lite",
    "languages",
    "python",
    "venv",
    "bin",
    "python",
  );
  const install = (folder: string) => {
    const modules = path.join(folder, "node_modules");
    fs.mkdirSync(modules);
    fs.symlinkSync(root, path.join(modules, "restate-lite"), "junction");
    const official = path.join(root, "node_modules", "@restatedev");
    fs.symlinkSync(official, path.join(modules, "@restatedev"), "junction");
    fs.writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
  };
  const services = fs.readFileSync(path.join(root, "examples", "services.ts"), "utf8");
  return [
    {
      title: "`examples/services.ts`, bundled SDK, with one more service",
      file: "app.ts",
      args: ["app.ts"],
      isJudged: true,
      install,
      source: (code) =>
        services.replace(
          "await restate.serve({ services: [",
          `const code = restate.service({ name: "Code", handlers: { which: async () => "${code}" } });\n` +
            "await restate.serve({ services: [code, ",
        ),
    },
    {
      title: "official TypeScript SDK",
      file: "app.ts",
      args: ["app.ts"],
      isJudged: true,
      install,
      source: (code) => `import * as restate from "@restatedev/restate-sdk";
const code = restate.service({ name: "Code", handlers: { which: async () => "${code}" } });
restate.serve({ services: [code], port: 9080 });
`,
    },
    ...(fs.existsSync(python)
      ? [
          {
            title: "Python, restate_sdk and Hypercorn, as a command that takes `PORT`",
            file: "app.py",
            args: ["--watch", "*.py", "--", python, "app.py"],
            isJudged: false,
            install,
            source: (code: string) => `import asyncio, os, restate
from hypercorn.asyncio import serve
from hypercorn.config import Config

service = restate.Service("Code")

@service.handler()
async def which(ctx: restate.Context) -> str:
    return "${code}"

config = Config()
config.bind = ["127.0.0.1:" + os.environ["PORT"]]
asyncio.run(serve(restate.app([service]), config))
`,
          },
        ]
      : []),
  ];
}
