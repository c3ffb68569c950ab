import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { migrationsDir } from "../../start.ts";
import { exportDatabase, importDatabase, resetDatabase } from "../../storage/index.ts";
import { CommandError, ExitCode, usage } from "./errors.ts";
import { type CommandLine, expectWords } from "./line.ts";
import type { Output } from "./output.ts";

const DEFAULT_DIR = ".restate-lite";

/** `export`: the whole database in one file. */
export async function exportTo(line: CommandLine, output: Output): Promise<ExitCode> {
  const [given = ""] = expectWords(line, "export FILE", 1);
  const file = path.resolve(given);
  if (existsSync(file) && !line.has("force")) {
    throw new CommandError(ExitCode.Failed, "RL_CLI_FILE_EXISTS", `${file} exists; --force replaces it`);
  }
  if (!existsSync(path.dirname(file))) throw usage(`there is no folder ${path.dirname(file)}`);
  exportDatabase(dataDir(line), migrationsDir(), file);
  return told(output, { file }, `Exported ${path.resolve(dataDir(line))} to ${file}`);
}

/** `import`: the other way. */
export async function importFrom(line: CommandLine, output: Output): Promise<ExitCode> {
  const [given = ""] = expectWords(line, "import FILE", 1);
  const file = path.resolve(given);
  importDatabase(file, dataDir(line), migrationsDir(), line.has("force"));
  return told(output, { dataDir: path.resolve(dataDir(line)) }, `Imported ${file} into ${path.resolve(dataDir(line))}`);
}

/** `reset`: as if the server had never run. */
export async function reset(line: CommandLine, output: Output): Promise<ExitCode> {
  expectWords(line, "reset", 0);
  const folder = path.resolve(dataDir(line));
  if (!line.has("yes")) {
    if (process.stdin.isTTY !== true) throw usage("reset deletes everything: confirm with --yes");
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await asking.question(`Delete all invocations, state and registrations in ${folder}? y / n `);
    asking.close();
    if (!/^y/i.test(answer)) return told(output, { deleted: false }, "Nothing was deleted.");
  }
  const deleted = resetDatabase(folder, migrationsDir());
  return told(output, { deleted }, deleted ? `Deleted the database in ${folder}` : `There is no database in ${folder}`);
}

function dataDir(line: CommandLine): string {
  return line.option("data-dir") ?? process.env.RESTATE_BASE_DIR ?? DEFAULT_DIR;
}

function told(output: Output, json: object, text: string): ExitCode {
  if (output.isJson) output.json(json);
  else output.print(text);
  return ExitCode.Ok;
}
