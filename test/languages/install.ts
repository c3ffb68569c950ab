import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, cacheOf, type Language, languagesFolder } from "./languages.ts";

/** What became of a language: it can be run, or its toolchain lacks the named commands. */
export type Installation = { readonly isReady: true } | { readonly isReady: false; readonly missing: string[] };

const stampFile = "installed";

/**
 * Installs and builds the program of a language, if its toolchain is there. Throws with the end of the output when a
 * step fails.
 */
export function install(language: Language): Installation {
  const cache = cacheOf(language.name);
  const missing = language.toolchain.filter((program) => !isCommand(program));
  if (missing.length > 0) return { isReady: false, missing };
  mkdirSync(cache, { recursive: true });
  const stamp = path.join(cache, stampFile);
  const locks = lockHash(language);
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== locks) {
    for (const command of language.install) run(language, command);
    writeFileSync(stamp, locks);
  }
  for (const command of language.build) run(language, command);
  return { isReady: true };
}

function isCommand(program: string): boolean {
  return (process.env.PATH ?? "").split(path.delimiter).some((folder) => existsSync(path.join(folder, program)));
}

function lockHash(language: Language): string {
  const hash = createHash("sha256").update(JSON.stringify(language.install));
  for (const file of language.locks) hash.update(readFileSync(path.join(languagesFolder, language.name, file)));
  return hash.digest("hex");
}

function run(language: Language, { program, args, env }: Command): void {
  const result = spawnSync(program, args, {
    cwd: path.join(languagesFolder, language.name),
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const said = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`.slice(-4000);
  throw new Error(`${language.name}: ${program} ${args.join(" ")} failed (${result.status ?? result.signal})\n${said}`);
}
