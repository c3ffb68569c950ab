import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { install } from "../languages/install.ts";
import { languages } from "../languages/languages.ts";
import { serverCliPath } from "../support/toolchain.ts";
import { type Dev, dev, Project, ROOT } from "./stand.ts";

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of docs/dev.md, in order; those without a language are what is seen. */
function blocks(): Block[] {
  const text = readFileSync(path.join(ROOT, "docs", "dev.md"), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    language,
    text: code,
  }));
}

/** Python as the documentation has it: with the SDK installed. */
function python(): string {
  const language = languages.find(({ name }) => name === "python");
  if (language === undefined) throw new Error("there is no Python among the languages");
  const installed = install(language);
  if (!installed.isReady) throw new Error(`missing: ${installed.missing.join(", ")}`);
  return language.servings[0]?.start(0).program ?? "python";
}

const DEV = "npx restate-lite dev";

it("docs/dev.md does what it says, block by block", { timeout: 240_000 }, async () => {
  const project = new Project({});
  const pythonPath = python();
  let running: Dev | undefined;
  let versions = 0;
  const executed: string[] = [];

  async function start(line: string): Promise<void> {
    if (running !== undefined) expect(await running.stop()).toBe(0);
    const args = [...line.slice(DEV.length).matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? "",
    );
    const withPython = args.map((word) => (word === "python" ? pythonPath : word));
    // The folder's own data, as a reader has it. Ports are free ones; they stand before a command.
    running = await dev(project.folder, ["--data-dir", ".restate-lite", ...withPython]);
    await running.says(/Version 1 serves/);
    versions = 1;
  }

  function command(line: string): void {
    if (running === undefined) throw new Error(`${line}: before there was a server`);
    const cli = `'${process.execPath}' '${serverCliPath()}'`;
    const real = line
      .replaceAll("npx restate-lite", cli)
      .replaceAll("localhost:8080", new URL(running.ingress).host)
      .replace(/^curl /, "curl --silent --fail-with-body ");
    const env = { ...process.env, RESTATE_ADMIN_URL: running.admin };
    const result = spawnSync("bash", ["-c", real], { cwd: project.folder, env, encoding: "utf8" });
    expect(result, `${line}\n${result.stdout}${result.stderr}`).toMatchObject({ status: 0, stderr: "" });
  }

  for (const { language, text } of blocks()) {
    if (language === "ts" || language === "py") {
      const file = /^(?:\/\/|#) (\S+)\n/.exec(text)?.[1];
      if (file === undefined) throw new Error(`a block of ${language} names no file:\n${text}`);
      const before = running?.output().length ?? 0;
      const isChange = running !== undefined && file === "src/app.ts";
      project.write(file, text);
      if (isChange) await running?.says(new RegExp(`Version ${++versions} serves new invocations`), before);
      executed.push(file);
    } else if (language === "sh") {
      for (const line of text.trim().split("\n")) {
        if (line.startsWith(DEV)) await start(line);
        // The project is a folder with the packages in place: scripts/check-tarball.mjs installs them with npm.
        else if (!line.startsWith("npm ")) command(line);
        executed.push(line);
      }
    } else {
      // What is seen, save for numbers and ids.
      for (const line of text.trim().split("\n")) {
        const plain = line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
        await running?.says(
          new RegExp(`^${plain.replaceAll(/inv_1…/g, "inv_1\\w+").replaceAll(/\d+ ms/g, "\\d+ ms")}$`, "m"),
        );
      }
    }
  }
  expect(executed.length).toBeGreaterThan(30);
  expect(await running?.stop()).toBe(0);
});
