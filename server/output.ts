import { constants, openSync, writeSync } from "node:fs";

/** Writes some of the bytes and says how many, as `fs.writeSync` does; throws `EAGAIN` when nobody has read yet. */
type Write = (bytes: Buffer) => number;

export interface OutputOptions {
  readonly write: Write;
  /** Waits for a reader that reads nothing: calls `again` once, later. Default: a timer that keeps no process alive. */
  readonly later?: (again: () => void, ms: number) => void;
  /** What is written before the next text when some was dropped. */
  readonly afterGap?: (dropped: number, code: string) => string;
  /** Told when text begins to wait for a reader, and when none does any more. */
  readonly waits?: (output: Output, doesWait: boolean) => void;
  /** Nobody reads any more: the pipe or the terminal is closed. */
  readonly onGone?: () => void;
}

/** Text that waits for a reader; more is dropped. */
const WAITING_BYTES = 1024 * 1024;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;
const LAST_TRIES = 20;
const LAST_TRY_MS = 5;
/** Nobody could read any of the dropped text: the buffer was full. */
const NOBODY_READS = "EAGAIN";

/**
 * Text for stdout or stderr that never holds the process: what cannot be written (a full disk, a pipe that is closed
 * or that nobody reads) is dropped and counted, and the count is written as soon as something can be again.
 */
export class Output {
  readonly #options: OutputOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isPlanned = false;
  /** Before the next try; longer, the longer nobody reads. */
  #pauseMs = FIRST_PAUSE_MS;
  #isTorn = false;
  #dropped = 0;
  #why = "";

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Texts that were dropped and not told of yet. */
  get dropped(): number {
    return this.#dropped;
  }

  write(text: string): void {
    if (this.#waitingBytes > 0) {
      this.#wait(Buffer.from(text));
      return;
    }
    if (this.#dropped > 0 && !this.#tellGap()) {
      this.#drop(this.#why);
      return;
    }
    this.#attempt(Buffer.from(text));
  }

  /** Whether the text of the gap was written or waits for a reader: then the gap is over. */
  #tellGap(): boolean {
    const { afterGap } = this.#options;
    const text = afterGap?.(this.#dropped, this.#why) ?? "";
    const told = this.#dropped;
    this.#dropped = 0;
    if (this.#attempt(Buffer.from(this.#isTorn ? `\n${text}` : text))) return true;
    this.#dropped = told;
    return false;
  }

  /** Whether the bytes were written or wait for a reader. */
  #attempt(bytes: Buffer): boolean {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(this.#options.write(rest));
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#isTorn = false;
      return true;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === NOBODY_READS) {
        // A reader that reads, only not so fast, is asked again soon: a terminal holds few bytes.
        this.#pauseMs = rest.length < bytes.length ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
        this.#wait(rest, rest.length < bytes.length);
        return true;
      }
      this.#isTorn ||= rest.length < bytes.length;
      this.#drop(code);
      if (code === "EPIPE" || code === "EIO") this.#options.onGone?.();
      return false;
    }
  }

  #drop(code: string): void {
    this.#dropped++;
    this.#why = code;
  }

  #wait(bytes: Buffer, isRest = false): void {
    if (this.#waitingBytes + bytes.length > WAITING_BYTES) {
      this.#isTorn ||= isRest;
      this.#drop(NOBODY_READS);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#options.waits?.(this, true);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    (this.#options.later ?? soon)(() => {
      this.#isPlanned = false;
      this.again();
    }, this.#pauseMs);
  }

  /** Tries to write what waits. */
  again(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#options.waits?.(this, false);
    if (this.#attempt(Buffer.concat(waiting)) && this.#waitingBytes === 0 && this.#dropped > 0) this.#tellGap();
  }
}

function soon(again: () => void, ms: number): void {
  setTimeout(again, ms).unref();
}

/**
 * An output to stdout or stderr. Node's own streams would keep what nobody reads in memory without bound, and end for
 * good at the first full disk.
 */
export function outputTo(
  stream: NodeJS.WriteStream & { readonly fd: number },
  options: Omit<OutputOptions, "write" | "waits"> = {},
): Output {
  // An error of the stream (of Node's own warnings, say) is no reason to end.
  stream.on("error", () => {});
  // A Windows console needs the stream, which knows its encoding. Elsewhere reading `stream` has made a pipe non-blocking.
  const isConsole = process.platform === "win32" && stream.isTTY === true;
  const write: Write = isConsole
    ? (bytes) => {
        stream.write(bytes);
        return bytes.length;
      }
    : (
        (fd) => (bytes: Buffer) =>
          writeSync(fd, bytes)
      )(unblockedFd(stream));
  return new Output({ ...options, write, waits });
}

/** Those with text that waits for a reader. */
const waiting = new Set<Output>();

function waits(output: Output, doesWait: boolean): void {
  if (doesWait) waiting.add(output);
  else waiting.delete(output);
}

// Whoever reads, only slowly, gets the rest.
process.once("exit", () => {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; waiting.size > 0 && tries < LAST_TRIES; tries++) {
    // Of a copy: one that still waits is in it anew.
    for (const output of [...waiting]) output.again();
    if (waiting.size > 0) Atomics.wait(pause, 0, 0, LAST_TRY_MS);
  }
});

/**
 * Somebody may stop a terminal (Ctrl-S, a selection), and Node writes to it as to a file: the process would stand still.
 * Opened anew, which only Linux can, it says `EAGAIN` instead, without a change for the shell and
 * others who have it open.
 */
function unblockedFd({ fd, isTTY }: NodeJS.WriteStream & { readonly fd: number }): number {
  if (isTTY !== true || process.platform !== "linux") return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A terminal of somebody else.
    return fd;
  }
}
