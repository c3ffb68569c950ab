import { spawnSync } from "node:child_process";
import { restateCliPath } from "../support/toolchain.ts";

/** Groups that need no server, or another one: the CLI's own settings, examples to download, the cloud. */
const OF_NO_SERVER = ["dev", "example", "completions", "config", "cloud", "help"];

/** The commands that the CLI's help lists, groups opened: `whoami`, `services list`, … */
export function commandsOfHelp(above: readonly string[] = []): string[] {
  const { stdout } = spawnSync(restateCliPath, [...above, "-h"], { encoding: "utf8" });
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => String(name));
  if (names.length === 0) return [above.join(" ")];
  return names
    .filter((name) => name !== "help" && (above.length > 0 || !OF_NO_SERVER.includes(name)))
    .flatMap((name) => commandsOfHelp([...above, name]));
}
