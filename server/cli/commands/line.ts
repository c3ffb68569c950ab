import { parseArgs } from "node:util";
import { usage } from "./errors.ts";
import type { CommandSpec } from "./table.ts";

/** The arguments of a command. */
export interface CommandLine {
  readonly words: readonly string[];
  option(name: string): string | undefined;
  has(name: string): boolean;
}

/** @throws CommandError for options that the command does not have */
export function readLine(spec: CommandSpec, argv: readonly string[]): CommandLine {
  const options = Object.fromEntries(
    spec.options.map(({ name, value }) => [name, { type: value === undefined ? "boolean" : "string" } as const]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw usage((error as Error).message.split(". ")[0] ?? "");
  }
  for (const { name, choices } of spec.options) {
    const given = parsed.values[name];
    if (choices !== undefined && given !== undefined && !choices.includes(String(given))) {
      throw usage(`--${name} is one of ${choices.join(", ")}, not '${String(given)}'`);
    }
  }
  return {
    words: parsed.positionals,
    option: (name) => parsed.values[name] as string | undefined,
    has: (name) => parsed.values[name] === true,
  };
}

/** The words of a command, no fewer and no more. */
export function expectWords(
  { words }: CommandLine,
  form: string,
  atLeast: number,
  atMost = atLeast,
): readonly string[] {
  const missing = words.length < atLeast;
  if (!missing && words.length <= atMost) return words;
  throw usage(missing ? `expected restate-lite ${form}` : `unexpected argument '${words[atMost]}'`);
}
