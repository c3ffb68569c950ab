import { stripVTControlCharacters } from "node:util";
import { LinesView, type LinesViewOptions } from "./lines-view.ts";

export interface TerminalViewOptions extends LinesViewOptions {
  columns(): number;
}

const CLEAR_LINE = "\r\u001b[2K";
/** Lines kept while the output is paused; older ones are dropped. */
const HELD_LINES = 10_000;
const SECOND_MS = 1000;

/** Lines above, and below them one that is always there: how things stand, and which keys there are. */
export class TerminalView extends LinesView {
  readonly #columns: () => number;
  #held: string[] | undefined;
  #dropped = 0;
  #footer = "";
  #question: string | undefined;
  #isClosed = false;
  readonly #tick: NodeJS.Timeout;

  constructor(options: TerminalViewOptions) {
    super(options);
    this.#columns = () => options.columns();
    // Progress counts seconds.
    this.#tick = setInterval(() => {
      if (this.underWay !== undefined) this.changed();
    }, SECOND_MS);
    this.#tick.unref();
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Holds lines back until they are wanted again. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#held ??= [];
    else {
      const held = this.#held ?? [];
      const dropped = this.#dropped;
      this.#held = undefined;
      this.#dropped = 0;
      this.print([...(dropped > 0 ? [`… ${dropped} lines dropped`] : []), ...held]);
    }
    this.changed();
  }

  /** Shows a question in the place of the footer until it has been answered. */
  ask(question: string | undefined): void {
    this.#question = question;
    this.changed();
  }

  override close(): void {
    this.hold(false);
    super.close();
    clearInterval(this.#tick);
    this.#isClosed = true;
    this.options.write(CLEAR_LINE);
  }

  protected override slow(): void {
    this.changed();
  }

  protected override print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.#held !== undefined) {
      this.#held.push(...lines);
      const over = this.#held.length - HELD_LINES;
      if (over > 0) {
        this.#held.splice(0, over);
        this.#dropped += over;
      }
      this.changed();
      return;
    }
    this.options.write(`${this.#footer === "" ? "" : CLEAR_LINE}${lines.join("\n")}\n${this.#footer}`);
  }

  protected override changed(): void {
    if (this.#isClosed) return;
    const footer = this.#question ?? this.#standing();
    const shown = shortened(footer, this.#columns() - 1);
    if (shown === this.#footer) return;
    this.#footer = shown;
    this.options.write(CLEAR_LINE + shown);
  }

  #standing(): string {
    const { strong, quiet, waiting, bad } = this.paint;
    const parts: string[] = [];
    if (this.underWay !== undefined) {
      const seconds = Math.round((performance.now() - this.underWay.sinceMs) / SECOND_MS);
      parts.push(waiting(`${this.underWay.label} … ${seconds} s`));
    }
    if (this.current !== undefined) parts.push(strong(`version ${this.current}`));
    for (const kind of ["running", "suspended", "backing-off", "paused"] as const) {
      const count = this.invocations.count(kind);
      const text = `${count} ${kind}`;
      if (count > 0) parts.push(kind === "paused" ? bad(text) : text);
    }
    for (const { number, count } of this.old) if (count > 0) parts.push(`version ${number} stays for ${count}`);
    if (this.#held !== undefined) parts.push(waiting(`output paused, ${this.#held.length} lines: p shows them`));
    parts.push(quiet("h help"));
    return parts.join(quiet(" · "));
  }
}

/** Cuts a line to the width of the terminal; colors go first, as half an escape sequence is worse than none. */
function shortened(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, Math.max(0, width));
}
