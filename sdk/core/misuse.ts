import { SdkError } from "./sdk-error.ts";

/** Every member of a type of options. The compiler refuses one that is missing here, and one that is too many. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses options that nobody reads: a misspelt one would be dropped, and with it what it asks for.
 *
 * @param what is given them, for people
 * @throws SdkError `RL_SDK_UNKNOWN_OPTION`
 */
export function checkOptions(given: object, known: Readonly<Record<string, true>>, what: string): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    throw new SdkError(
      "RL_SDK_UNKNOWN_OPTION",
      `${what} has no option "${name}". Its options are ${Object.keys(known).join(", ")}: correct the name, or remove it.`,
    );
  }
}

/**
 * Refuses what is behind the arguments that a method makes a client of. Options were expected there once.
 *
 * @param form how the method is called rightly
 * @param more what was given beyond that
 * @throws SdkError `RL_SDK_CLIENT_ARGUMENTS`
 */
export function expectNoMore(form: string, more: readonly unknown[]): void {
  if (more.every((argument) => argument === undefined)) return;
  throw new SdkError(
    "RL_SDK_CLIENT_ARGUMENTS",
    `${form} takes nothing more, and was given ${more.map(shown).join(", ")}. Options belong to the call: client.handler(input, rpc.opts({ … })), for a send client.handler(input, rpc.sendOpts({ delay })).`,
  );
}

function shown(argument: unknown): string {
  if (typeof argument !== "object" || argument === null) return typeof argument;
  const names = Object.keys(argument);
  return names.length === 0 ? "an object" : `{ ${names.join(", ")} }`;
}
