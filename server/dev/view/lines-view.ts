import { type InvocationEvent, isOfInvocation, type ServerEvent } from "../../seams.ts";
import type { Address } from "../program.ts";
import { InvocationLines } from "./invocation-lines.ts";
import { type Paint, paint } from "./paint.ts";
import type { View } from "./types.ts";

/** Events are collected for so long. */
const GATHER_MS = 100;
/** What takes longer is said to be under way, again when it has taken these times as long. */
const SLOW_MS = 1000;
const SLOW_AGAIN = [5, 10, 30, 60];

export interface LinesViewOptions {
  write(text: string): void;
  readonly isColored: boolean;
  readonly programName: string;
  readonly folder: string;
}

/** Lines, one after the other: what a file or a pipe gets, and the upper part of a terminal. */
export class LinesView implements View {
  protected readonly options: LinesViewOptions;
  protected readonly paint: Paint;
  protected readonly invocations: InvocationLines;
  protected current: number | undefined;
  protected old: readonly { readonly number: number; readonly count: number }[] = [];
  protected underWay: { readonly label: string; readonly sinceMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LinesViewOptions) {
    this.options = options;
    this.paint = paint(options.isColored);
    this.invocations = new InvocationLines(this.paint, options.folder);
  }

  say(line: string): void {
    this.#drain();
    this.print([line]);
  }

  programSays(version: number, line: string): void {
    const prefix = version === 1 ? `[${this.options.programName}]` : `[${this.options.programName} ${version}]`;
    this.print([`${this.paint.quiet(prefix)} ${line}`]);
  }

  event(event: ServerEvent): void {
    if (!isOfInvocation(event)) return;
    this.invocations.take(event);
    this.#timer ??= setTimeout(() => this.#drain(), GATHER_MS);
  }

  mismatch(event: InvocationEvent): void {
    this.#drain();
    this.print(this.invocations.mismatch(event));
  }

  serves(version: number, addresses: readonly Address[], lines: readonly string[]): void {
    this.current = version;
    const where = addresses.map(({ uri }) => uri).join(", ");
    this.print([`${version === 1 ? "Registered" : "Registered again"} ${where}:`, ...lines]);
  }

  keeps(old: readonly { readonly number: number; readonly count: number }[]): void {
    this.old = old;
    this.changed();
  }

  async during<T>(label: string, work: Promise<T>): Promise<T> {
    const sinceMs = performance.now();
    const timers = [1, ...SLOW_AGAIN].map((times) =>
      setTimeout(() => {
        this.underWay = { label, sinceMs };
        this.slow(label, times);
      }, times * SLOW_MS),
    );
    try {
      return await work;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      this.underWay = undefined;
      this.changed();
    }
  }

  close(): void {
    this.#drain();
  }

  protected slow(label: string, seconds: number): void {
    this.print([this.paint.quiet(seconds === 1 ? `${label} …` : `${label} … ${seconds} s`)]);
  }

  protected print(lines: readonly string[]): void {
    if (lines.length > 0) this.options.write(`${lines.join("\n")}\n`);
  }

  /** Something that is not a line has changed. */
  protected changed(): void {}

  #drain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.invocations.drain();
    if (lines.length > 0) this.print(lines);
    this.changed();
  }
}
