import type { InvocationEvent, ServerEvent } from "../../seams.ts";
import type { Address } from "../program.ts";

/** What the developer sees. */
export interface View {
  say(line: string): void;
  /** A line of a version of the program. */
  programSays(version: number, line: string): void;
  event(event: ServerEvent): void;
  /** An invocation has been paused because its journal does not fit the code. */
  mismatch(event: InvocationEvent): void;
  /** A version serves; with a curl line for each handler. */
  serves(version: number, addresses: readonly Address[], lines: readonly string[]): void;
  /** Old versions that stay, and for how many invocations. */
  keeps(old: readonly { readonly number: number; readonly count: number }[]): void;
  /** Shows that `work` is under way when it takes longer than a second. */
  during<T>(label: string, work: Promise<T>): Promise<T>;
  close(): void;
}
