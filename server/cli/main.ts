#!/usr/bin/env node
import { packageVersion } from "../package-version.ts";
/** The `restate-lite` command: argument parsing, terminal output, exit codes. Everything else is in `server/`. */
import { HELP, readArguments, UsageError } from "./arguments.ts";
import { isCommand } from "./commands/table.ts";

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (isCommand(name)) {
    const { runCommand } = await import("./commands/index.ts");
    process.exitCode = await runCommand(process.argv.slice(2));
    return;
  }
  const args = readArguments(process.argv.slice(2));
  switch (args.command) {
    case "help":
      process.stdout.write(HELP);
      return;
    case "version":
      process.stdout.write(`restate-lite ${packageVersion()}\n`);
      return;
    // Loaded after the arguments are known to be right, and so that a missing native binding can be told in a line.
    case "start": {
      const { serve } = await import("./serve.ts");
      return serve(args);
    }
    case "dev": {
      const { dev } = await import("./dev.ts");
      return dev(args);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`restate-lite: ${sentence(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
  if (error instanceof UsageError) process.stderr.write("Try restate-lite --help.\n");
});

/** One line for what a user can mend; a stack for what is our mistake. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (/bindings file|NODE_MODULE_VERSION|better_sqlite3\.node/.test(error.message)) {
    return `better-sqlite3 has no binary for Node ${process.version} here. Run: npm rebuild better-sqlite3`;
  }
  if (error instanceof UsageError || error.name === "ServerError" || code?.startsWith("E") === true)
    return error.message;
  return error.stack ?? error.message;
}
