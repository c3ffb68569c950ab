import type { Draft } from "../protocol/index.ts";
import { messageTypeName } from "../protocol/index.ts";
import { type Command, commandOfType, describeCommand } from "./command.ts";

const ADVICE =
  "A handler must take the same steps on every attempt. Either its code has changed under a running invocation " +
  "(register changed code as a new deployment), or its path depends on something that differs between attempts, such " +
  "as time, random numbers, or data read outside of a run.";

/** The journal has one kind of command, the handler makes another. */
export function differentCommands(index: number, recorded: string, attempted: string): string {
  return (
    `The journal does not match the handler: at command ${index}, the journal has ${recorded}, ` +
    `the handler tries to ${attempted}. ${ADVICE}`
  );
}

/** The journal has the same kind of command, with something different in it. */
export function differentFields<T>(
  index: number,
  of: Command<T>,
  recorded: T,
  attempted: Draft<T>,
  checkPayloads: boolean,
): string {
  const a = recorded as Readonly<Record<string, unknown>>;
  const b = attempted as Readonly<Record<string, unknown>>;
  const differences = of.aspects
    .filter((aspect) => !aspect.isEqual(a, b, checkPayloads))
    .map((aspect) => `\n - ${aspect.label}: ${aspect.show(a)} in the journal, ${aspect.show(b)} now`);
  const what = differentCommands(
    index,
    `'${describeCommand(of, recorded as Draft<T>)}'`,
    describeCommand(of, attempted),
  );
  return `${what}\nThey differ in:${differences.join("")}`;
}

/** One line about a recorded command of any kind. */
export function describeRecorded(type: number, body: Uint8Array): string {
  const of = commandOfType(type);
  if (of === undefined) return `'${messageTypeName(type)}'`;
  try {
    return `'${describeCommand(of, of.codec.decode(body) as Draft<unknown>)}'`;
  } catch {
    return `'${of.verb}'`;
  }
}

/** The handler waits for what the journal does not have, although the journal goes on. */
export function unexpectedWait(index: number, recorded: string, awaited: readonly string[]): string {
  return (
    `The journal does not match the handler: command ${index} of the journal is ${recorded}, but before it the handler ` +
    `waits for results that the journal does not have: ${awaited.join(", ")}. ${ADVICE}`
  );
}
