import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ErrorBehavior, ErrorMessage, isCommand, JOURNAL_MISMATCH } from "../../sdk/protocol/index.ts";
import { describeEntry, describeType } from "../inspect/describe.ts";
import { readJournal, type StoredEntry } from "../inspect/journal.ts";

/** A handler that took another path when it was replayed. */
export interface Mismatch {
  readonly invocationId: string;
  /** `Service/handler` */
  readonly target: string;
  /** Position among the commands of the journal; 0 is the input. */
  readonly command: number;
  /** The entry of the journal. */
  readonly recorded: string;
  /** What the handler did instead. */
  readonly attempted: string;
  /** `file:line:column` of what it did, if it is known. */
  readonly source: string | undefined;
  /** All of it, for people. */
  readonly message: string;
}

interface Context {
  readonly invocationId: string;
  readonly target: string;
  readonly attempt: number;
  readonly journal: readonly StoredEntry[];
}

/** What an SDK's error message says about a journal mismatch; `undefined` when it is about something else. */
export function mismatchOf(body: Buffer, context: Context): Mismatch | undefined {
  const error = ErrorMessage.decode(body);
  if (error.code !== JOURNAL_MISMATCH) return undefined;
  const { invocationId, target } = context;
  const commands = context.journal.filter(({ type }) => isCommand(type));
  const command = error.relatedCommandIndex ?? Number(/command (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
  const stored = commands[command];
  const recorded = stored === undefined ? "(nothing)" : line(stored);
  const attempted =
    /tries to (.*?)\. A handler must/s.exec(error.message)?.[1]?.split("\n")[0] ??
    /before it the handler (waits for .*?)\. A handler/s.exec(error.message)?.[1] ??
    (error.relatedCommandType === undefined
      ? "something else"
      : describeType(error.relatedCommandType, error.relatedCommandName));
  const now = attempted.replace(/'([^']*)'$/, "$1");
  const source = sourceOf(error.stacktrace);
  const message = table({ context, command, recorded, attempted: now, source, original: error.message });
  return { invocationId, target, command, recorded, attempted: now, source, message };
}

/** The same error, for the caller: it says both entries, and there is no other attempt. */
export function failing(body: Buffer, { message }: Mismatch): Buffer {
  return ErrorMessage.encode({ ...ErrorMessage.decode(body), message, behavior: ErrorBehavior.Fail });
}

function line({ type, body }: StoredEntry): string {
  return readJournal([{ type, body }])[0]?.line ?? describeEntry(type, body).type;
}

/** The lines of the bundled SDK's message on what differs. */
function differences(message: string): string[] {
  return [...message.matchAll(/^ - (.*)$/gm)].map((match) => match[1] ?? "");
}

interface Parts {
  readonly context: Context;
  readonly command: number;
  readonly recorded: string;
  readonly attempted: string;
  readonly source: string | undefined;
  readonly original: string;
}

function table({ context, command, recorded, attempted, source, original }: Parts): string {
  const width = Math.max(recorded.length, "in the journal".length);
  const number = Number.isNaN(command) ? "?" : String(command);
  return [
    `${context.target} is not deterministic: when it was replayed (attempt ${context.attempt}), it took another path.`,
    "",
    `  command   ${"in the journal".padEnd(width)}   now`,
    `  ${number.padEnd(7)}   ${recorded.padEnd(width)}   ${attempted}`,
    ...differences(original).map((text) => `            ${text}`),
    ...(source === undefined ? [] : ["", `  now, at ${source}`, ...excerpt(source)]),
    "",
    `  invocation ${context.invocationId}`,
    "  What differs between attempts (time, random numbers, order, the environment) belongs in ctx.run, ctx.date or ctx.rand.",
  ].join("\n");
}

const ROOT = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  import.meta.url.endsWith(".ts") ? "../.." : "..",
);
const OWN = ["sdk", "server", "testing", "dist"].map((folder) => path.join(ROOT, folder) + path.sep);

/** The first frame of a stack that is neither Node's nor an SDK's. */
export function sourceOf(stack: string | undefined): string | undefined {
  for (const frame of (stack ?? "").split("\n")) {
    const match = /(?:^at (?:async )?|\()((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(
      frame.trim(),
    );
    if (match?.[1] === undefined) continue;
    const file = match[1].startsWith("file:") ? fileURLToPath(match[1]) : path.normalize(match[1]);
    const isOwn = OWN.some((folder) => file.startsWith(folder)) && !/\.test\.[cm]?[jt]s$/.test(file);
    if (isOwn || file.includes(`${path.sep}@restatedev${path.sep}`)) continue;
    return `${file}:${match[2]}:${match[3]}`;
  }
  return undefined;
}

/** The line of a source, when it can be read. */
function excerpt(source: string): string[] {
  const [, file, number] = /^(.*):(\d+):\d+$/.exec(source) ?? [];
  try {
    const text = readFileSync(file as string, "utf8")
      .split("\n")
      [Number(number) - 1]?.trim();
    return text === undefined || text === "" ? [] : [`    ${number} | ${text}`];
  } catch {
    return [];
  }
}
