import type { WebSocket } from "ws";
import type { FeedMessage } from "./messages.ts";
import type { Batch, Recent } from "./recent.ts";

/** Bytes that may wait for a slow reader; beyond it, what comes is kept for it once, with all others'. */
const BUFFER_LIMIT_BYTES = 1024 * 1024;

interface Reader {
  readonly socket: WebSocket;
  /** The number up to which it has been told. */
  seq: number;
  /** Whether it has answered the last ping. */
  isAlive: boolean;
}

/** Who listens. Each reader is a number in {@link Recent}: a slow one costs no memory of its own beyond its socket's buffer. */
export class Readers {
  readonly #recent: Recent;
  readonly #readers = new Set<Reader>();

  constructor(recent: Recent) {
    this.#recent = recent;
  }

  get size(): number {
    return this.#readers.size;
  }

  /** @param seq what it has been told before, in this epoch; `undefined`: nothing */
  add(socket: WebSocket, epoch: string, seq: number | undefined, onGone: () => void): void {
    const missed = seq === undefined ? undefined : this.#recent.since(seq);
    const isResumed = missed !== undefined;
    const reader: Reader = { socket, seq: isResumed ? (seq as number) : this.#recent.seq, isAlive: true };
    this.#readers.add(reader);
    socket.on("pong", () => (reader.isAlive = true));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#readers.delete(reader);
      onGone();
    });
    this.#send(reader, { type: "hello", epoch, seq: reader.seq, resumed: isResumed });
    this.#catchUp(reader);
  }

  /** Tells everybody who keeps up; the others hear of it when they have read what waits for them. */
  tell(batch: Batch): void {
    const text = JSON.stringify(messageOf(batch));
    for (const reader of this.#readers) {
      if (reader.seq !== batch.seq - 1) this.#catchUp(reader);
      else if (reader.socket.bufferedAmount <= BUFFER_LIMIT_BYTES) {
        reader.seq = batch.seq;
        this.#sendText(reader, text);
      }
    }
  }

  /** Ends connections that have not answered since the last check: sleeping laptops, pulled cables. */
  check(): void {
    for (const reader of this.#readers) {
      if (!reader.isAlive) reader.socket.terminate();
      else {
        reader.isAlive = false;
        reader.socket.ping();
      }
    }
  }

  /** Going away (RFC 6455, 7.4.1): browsers connect anew. */
  close(): void {
    for (const { socket } of this.#readers) {
      socket.close(1001);
      socket.terminate();
    }
  }

  #catchUp(reader: Reader): void {
    const { socket, seq } = reader;
    if (seq === this.#recent.seq || socket.bufferedAmount > BUFFER_LIMIT_BYTES) return;
    const missed = this.#recent.since(seq);
    reader.seq = this.#recent.seq;
    this.#send(reader, missed === undefined ? { type: "refetch", seq: reader.seq } : messageOf(missed));
  }

  #send(reader: Reader, message: FeedMessage): void {
    this.#sendText(reader, JSON.stringify(message));
  }

  #sendText(reader: Reader, text: string): void {
    reader.socket.send(text, (error) => {
      if (error === undefined || error === null) this.#catchUp(reader);
    });
  }
}

function messageOf({ seq, registry, changes, states }: Batch): FeedMessage {
  if (changes === undefined) return { type: "refetch", seq };
  return { type: "changes", seq, registry, changes, ...(states === undefined ? {} : { states }) };
}
