import type { Frame } from "../protocol/index.ts";

/** Awakeables are signals with an index from here on; those below are built in or reserved. */
const FIRST_AWAKEABLE_SIGNAL = 17;
const FIRST_COMPLETION = 1;

/** The recorded commands that are still to be replayed, and what counts up with the commands of the handler. */
export class Journal {
  readonly #recorded: Frame[] = [];
  #next = 0;
  #completionId = FIRST_COMPLETION;
  #signalIndex = FIRST_AWAKEABLE_SIGNAL;
  /** Index of the last command of the handler, replayed or new; -1 before the first. */
  index = -1;
  /**
   * No new command has been made since the replay ended. A failure is then one more failure of what was tried before,
   * and the retries that the server has counted go on.
   */
  isAtEndOfReplay = false;

  add(command: Frame): void {
    this.#recorded.push(command);
  }

  get isReplayed(): boolean {
    return this.#next === this.#recorded.length;
  }

  /** The next recorded command, which is then behind us; undefined when all have been replayed. */
  next(): Frame | undefined {
    const frame = this.#recorded[this.#next];
    if (frame === undefined) return undefined;
    this.#next++;
    if (this.#next === this.#recorded.length) {
      this.#recorded.length = 0;
      this.#next = 0;
      this.isAtEndOfReplay = true;
    }
    return frame;
  }

  /** The next recorded command, without moving on. */
  peek(): Frame | undefined {
    return this.#recorded[this.#next];
  }

  nextCompletionId(): number {
    return this.#completionId++;
  }

  nextSignalIndex(): number {
    return this.#signalIndex++;
  }
}
