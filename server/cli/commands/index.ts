/**
 * The commands that use a server rather than run one. `invoke`, `ls`, `describe`, `state` and `sql` use its public
 * APIs; `transfer` has those that work on its data directory (export, import, reset); `completion` is for the shell.
 *
 * - `table` says what the commands are called and take; `line` reads the command line by it, `target` a handler or
 *   object.
 * - `server` asks the server; `journal-tree` draws a journal with those that it called; `output` writes.
 * - `errors` has what the commands exit with.
 */
import { printableLines } from "../../printable.ts";
import { CommandError, ExitCode, foreignError } from "./errors.ts";
import { readLine } from "./line.ts";
import { outputOf } from "./output.ts";
import { ServerClient } from "./server.ts";
import { COMMANDS, helpOf } from "./table.ts";

/**
 * Runs a command.
 * @param argv its name, which is one of the table's, and what follows
 * @returns the exit code
 */
export async function runCommand(argv: readonly string[]): Promise<ExitCode> {
  const [name = "", ...rest] = argv;
  const spec = COMMANDS.find((command) => command.name === name);
  if (spec === undefined) throw new Error(`no command '${name}'`);
  // Who reads through `head` has read enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(ExitCode.Ok);
    throw error;
  });
  // The error of a wrong command line, too, is JSON where JSON is asked for.
  const wantsJson = rest.includes("--json");
  try {
    const line = readLine(spec, rest);
    const write = (text: string) => void process.stdout.write(text);
    if (line.has("help")) {
      write(helpOf(spec));
      return ExitCode.Ok;
    }
    const output = outputOf(line, write);
    const server = () => new ServerClient(line, process.env);
    switch (name) {
      case "invoke":
        return await (await import("./invoke.ts")).invoke(line, server(), output);
      case "ls":
        return await (await import("./ls.ts")).ls(line, server(), output);
      case "describe":
        return await (await import("./describe.ts")).describe(line, server(), output);
      case "state":
        return await (await import("./state.ts")).state(line, server(), output);
      case "sql":
        return await (await import("./sql.ts")).sql(line, server(), output);
      case "reset":
        return await (await import("./transfer.ts")).reset(line, output);
      case "export":
        return await (await import("./transfer.ts")).exportTo(line, output);
      case "import":
        return await (await import("./transfer.ts")).importFrom(line, output);
      default:
        return await (await import("./completion.ts")).completion(line, output);
    }
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    if (wantsJson) {
      process.stdout.write(
        `${JSON.stringify({ error: { code: failure.code, message: failure.message } }, undefined, 2)}\n`,
      );
    } else {
      process.stderr.write(`restate-lite: ${printableLines(failure.message)}\n`);
      if (failure.exitCode === ExitCode.Usage) process.stderr.write(`Try restate-lite ${name} --help.\n`);
    }
    return failure.exitCode;
  }
}

/** What a user can mend; `undefined`: a mistake of ours. */
function failureOf(error: unknown): CommandError | undefined {
  if (error instanceof CommandError) return error;
  const { name, code, message, status } = error as { name?: string; code?: string; message?: string; status?: number };
  if (name === "ServerError" && message !== undefined) {
    return foreignError(status === 404 ? ExitCode.NotFound : ExitCode.Failed, code ?? "RL_CLI_FAILED", message);
  }
  // The file system: no permission, no space, not a folder.
  if (code?.startsWith("E") === true && message !== undefined) return foreignError(ExitCode.Failed, code, message);
  return undefined;
}
