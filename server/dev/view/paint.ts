/** Colors by what they mean. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  waiting(text: string): string;
  quiet(text: string): string;
  strong(text: string): string;
}

/** Whether colors are wanted: https://no-color.org, and terminals that know none. */
export function wantsColor({ isTTY }: { readonly isTTY?: boolean }, { NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb";
}

const plain = (text: string) => text;
const colored = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

export function paint(isColored: boolean): Paint {
  if (!isColored) return { good: plain, bad: plain, waiting: plain, quiet: plain, strong: plain };
  return { good: colored(32), bad: colored(31), waiting: colored(33), quiet: colored(90), strong: colored(1) };
}
