import type { AttemptStream } from "./transport.ts";

/** Frames up to this size are copied together into one write. */
export const JOIN_LIMIT_BYTES = 16 * 1024;

/** What came of writing deliveries. */
interface Written {
  /** Small ones as one Buffer, which is left to the caller to write or to end the request with. */
  readonly last: Buffer | undefined;
  /** `false`: the stream has enough for now. */
  readonly canTakeMore: boolean;
}

const NOTHING: Written = { last: undefined, canTakeMore: true };

/** Messages of the engine that wait for their turn on the stream of an attempt. */
export class Deliveries {
  #frames: Buffer[] = [];
  #bytes = 0;
  /** Written before the endpoint answered: should it refuse the request, they are to be sent once more. */
  #unanswered: Buffer[] = [];

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /**
   * Writes all of them, except for what it returns.
   *
   * @param isAnswered the endpoint has taken the request on, so nothing need be sent again
   */
  writeTo(stream: AttemptStream, isAnswered: boolean): Written {
    const frames = this.#frames;
    if (frames.length === 0) return NOTHING;
    const bytes = this.#bytes;
    this.#frames = [];
    this.#bytes = 0;
    if (!isAnswered) this.#unanswered.push(...frames);
    if (frames.length === 1) return { last: frames[0], canTakeMore: true };
    if (bytes <= JOIN_LIMIT_BYTES) return { last: Buffer.concat(frames, bytes), canTakeMore: true };
    return { last: undefined, canTakeMore: stream.writeAll(frames) };
  }

  /** The endpoint has taken the request on. */
  answered(): void {
    this.#unanswered = [];
  }

  /** The endpoint has not looked at the request: what was written waits again, before what came since. */
  takeBack(): void {
    this.#frames = [...this.#unanswered, ...this.#frames];
    this.#bytes = totalBytes(this.#frames);
    this.#unanswered = [];
  }

  /** Nothing of it is to be sent any more. */
  drop(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#unanswered = [];
  }
}

export function totalBytes(frames: readonly Buffer[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  return bytes;
}
