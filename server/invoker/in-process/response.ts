import type { AttemptReceiver, ResponseHead } from "../transport.ts";
import type { ResponseSink } from "./endpoint.ts";

/**
 * What an endpoint says, kept until `deliver` passes it on: everything of a tick as one chunk, because a chunk costs
 * the engine a command.
 */
export class InProcessResponse implements ResponseSink {
  readonly #receiver: AttemptReceiver;
  /** Sees to it that `deliver` is called later. */
  readonly #saySoon: () => void;
  #head: ResponseHead | undefined;
  #chunks: Buffer[] = [];
  #isEnded = false;
  /** Nobody listens any more. */
  #isClosed = false;
  #failure: string | undefined;

  constructor(receiver: AttemptReceiver, saySoon: () => void) {
    this.#receiver = receiver;
    this.#saySoon = saySoon;
  }

  /** The endpoint has said everything. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  head(head: ResponseHead): void {
    if (this.#isEnded || this.#isClosed) return;
    this.#head = head;
    this.#saySoon();
  }

  write(bytes: Uint8Array): void {
    if (this.#isEnded || this.#isClosed) return;
    this.#chunks.push(bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#saySoon();
  }

  end(): void {
    this.#end(undefined);
  }

  broken(reason: string): void {
    this.#end(reason);
  }

  deliver(): void {
    const head = this.#head;
    if (head !== undefined && !this.#isClosed) {
      this.#head = undefined;
      this.#receiver.head(head);
    }
    const chunks = this.#chunks;
    if (chunks.length > 0 && !this.#isClosed) {
      this.#chunks = [];
      this.#receiver.chunk(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    }
    if (!this.#isEnded || this.#isClosed) return;
    if (this.#failure === undefined) this.#receiver.ended();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#receiver.finished(this.#failure);
  }

  /** Nothing is delivered from here on. */
  close(): void {
    this.#isClosed = true;
    this.#chunks = [];
  }

  #end(failure: string | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = failure;
    if (!this.#isClosed) this.#saySoon();
  }
}
