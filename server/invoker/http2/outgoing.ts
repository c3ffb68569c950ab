import type { Socket } from "node:net";

/** Bytes in the socket's buffer above which streams keep theirs back. */
const FULL_BYTES = 1024 * 1024;
/** Written in one piece up to this. */
const JOIN_LIMIT_BYTES = 64 * 1024;

/** What a connection has to send: frames of many streams leave in few writes. */
export class Outgoing {
  readonly #socket: Socket;
  readonly #onRoom: () => void;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isDueSoon = false;
  #isDueLater = false;
  #isFull = false;

  /** @param onRoom called when the socket takes more, after `isFull` */
  constructor(socket: Socket, onRoom: () => void) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    socket.on("drain", () => this.#hasRoom());
  }

  /** The socket does not keep up: what can wait should. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds bytes to what is sent next, without asking for it. */
  add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes + this.#socket.writableLength > FULL_BYTES) this.#isFull = true;
  }

  /** Sends bytes with everything else of this callback. */
  sendSoon(bytes: Buffer): void {
    this.add(bytes);
    if (this.#isDueSoon) return;
    this.#isDueSoon = true;
    queueMicrotask(() => this.flush());
  }

  /** Sends bytes that nobody waits for: after the turn that is open now, whose frames they join. */
  sendLater(bytes: Buffer): void {
    this.add(bytes);
    if (this.#isDueLater || this.#isDueSoon) return;
    this.#isDueLater = true;
    setImmediate(() => {
      this.#isDueLater = false;
      this.flush();
    });
  }

  flush(): void {
    this.#isDueSoon = false;
    const parts = this.#parts;
    const bytes = this.#bytes;
    if (bytes === 0) return;
    this.#parts = [];
    this.#bytes = 0;
    if (this.#socket.destroyed) return;
    if (parts.length === 1) this.#socket.write(parts[0] as Buffer);
    else if (bytes <= JOIN_LIMIT_BYTES) this.#socket.write(Buffer.concat(parts, bytes));
    else {
      this.#socket.cork();
      for (const part of parts) this.#socket.write(part);
      this.#socket.uncork();
    }
    // Taken at once by the operating system: there will be no "drain".
    if (this.#isFull && this.#socket.writableLength === 0) setImmediate(() => this.#hasRoom());
  }

  #hasRoom(): void {
    this.#isFull = false;
    this.#onRoom();
  }
}
