import type { Entry, FailedAttempts } from "./journal.ts";
import { verbOf } from "./words.ts";

/** A handler that took another path than the one in its journal, as two sides. */
export interface Mismatch {
  /** Position among the commands; 0 is the input. */
  readonly command: number | undefined;
  /** What the journal has. */
  readonly recorded: string;
  /** What the code did. */
  readonly attempted: string;
  /** Where the two are of the same kind: in what they differ. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly label: string;
  readonly recorded: string;
  readonly attempted: string;
}

export type FailedAt = Pick<FailedAttempts, "message" | "stacktrace" | "commandIndex" | "commandName" | "commandType">;

const UNKNOWN = "something else";

/**
 * Reads both sides out of an SDK's message, the journal and what the error says of its command. The messages of
 * restate-lite's SDK and of the SDKs on the shared core are known; of others there is what the error names.
 */
export function mismatchOf(failure: FailedAt, entries: readonly Entry[]): Mismatch {
  const { message } = failure;
  const said = ownWords(message) ?? sharedCoreWords(message) ?? { command: undefined, attempted: undefined };
  const command = said.command ?? failure.commandIndex;
  const entry = entries.find(({ commandIndex }) => commandIndex !== undefined && commandIndex === command);
  const type =
    failure.commandType === undefined
      ? said.differences === undefined
        ? said.types?.find((word) => entry === undefined || !isType(word, entry.type))
        : entry?.type
      : failure.commandType;
  const named = [type === undefined ? undefined : verbOf(type), failure.commandName];
  const attempted = said.attempted ?? (named.filter((part) => part !== undefined && part !== "").join(" ") || UNKNOWN);
  return {
    command,
    recorded: said.recorded ?? (entry === undefined ? "nothing: it ends before" : describe(entry)),
    attempted,
    differences: said.differences ?? [],
  };
}

interface Said {
  readonly command: number | undefined;
  readonly recorded?: string | undefined;
  readonly attempted: string | undefined;
  readonly differences?: readonly Difference[];
  /** Both types of command, of which one is the journal's. */
  readonly types?: readonly string[];
}

/** The messages of restate-lite's own SDK. */
function ownWords(message: string): Said | undefined {
  const other = /at command (\d+), the journal has (.*?), the handler tries to (.*?)\. A handler must/s.exec(message);
  if (other !== null) {
    const [, command, recorded = "", attempted = ""] = other;
    const lines = message.matchAll(/^ - (.*?): (.*) in the journal, (.*) now$/gm);
    return {
      command: Number(command),
      recorded: bare(recorded),
      attempted: bare(attempted),
      differences: [...lines].map(([, label = "", a = "", b = ""]) => ({ label, recorded: a, attempted: b })),
    };
  }
  const wait = /command (\d+) of the journal is (.*?), but before it the handler (waits for .*?)\. A handler/s.exec(
    message,
  );
  if (wait === null) return undefined;
  return { command: Number(wait[1]), recorded: bare(wait[2] ?? ""), attempted: wait[3] };
}

/** The messages of the core that the SDKs for TypeScript, Python, Rust and others share. */
function sharedCoreWords(message: string): Said | undefined {
  const types =
    /recorded the following: '(.*?)' \(index '(\d+)'\)\s*- The current execution attempts to perform the following: '(.*?)'/s;
  const other = types.exec(message);
  if (other !== null) {
    // Which of the two the journal has, the message says the wrong way round: the journal itself decides.
    return { command: Number(other[2]), attempted: undefined, types: [commandName(other[3]), commandName(other[1])] };
  }
  const same = /happened while executing '(.*?)' \(index '(\d+)'\)/.exec(message);
  if (same !== null) {
    // The journal's comes first.
    const lines = message.matchAll(/^ {2,}(\w+): (.*) != (.*)$/gm);
    return {
      command: Number(same[2]),
      attempted: undefined,
      differences: [...lines].map(([, label = "", a = "", b = ""]) => ({ label, recorded: a, attempted: b })),
    };
  }
  if (!message.includes("'await' could not be replayed")) return undefined;
  const awaited = [...message.matchAll(/^ - (.*)$/gm)].map((match) => match[1]);
  return { command: undefined, attempted: `an await that is not in the journal: ${awaited.join(", ")}` };
}

const bare = (text: string): string => text.replace(/^'(.*)'$/s, "$1");

/** `run command` and `RunCommand` are the same entry to those who read the timeline. */
function commandName(text = ""): string {
  const type = text.replace(/ ?(command|message)$/i, "").replace(/Command(Message)?$/, "");
  return type === "" ? UNKNOWN : verbOf(type);
}

const isType = (word: string, type: string): boolean =>
  [type, verbOf(type)].some((name) => letters(name) === letters(word));
const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");

function describe({ type, name, callee }: Entry): string {
  return [verbOf(type), callee?.target ?? name].filter((part) => part !== undefined).join(" ");
}

/** A text in three: the words that it has in common with the other at its start, what differs, and those at its end. */
export function marked(text: string, other: string): readonly [before: string, different: string, after: string] {
  const [words, others] = [wordsOf(text), wordsOf(other)];
  const most = Math.min(words.length, others.length);
  let start = 0;
  while (start < most && words[start] === others[start]) start++;
  let end = 0;
  while (end < most - start && words.at(-1 - end) === others.at(-1 - end)) end++;
  const rest = words.length - end;
  return [words.slice(0, start).join(""), words.slice(start, rest).join(""), words.slice(rest).join("")];
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|./gsu) ?? [];
