/** An HTTP/1.1 answer: its status, and its body as text. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Whether the server will close the connection after it. */
  readonly isLast: boolean;
}

const HEAD_END = "\r\n\r\n";
const HEAD_LIMIT_BYTES = 64 * 1024;

/**
 * Reads the answers of one connection that has one request at a time under way. As little as the benchmark needs:
 * bodies with a `content-length` (both servers send it), and an error for anything else.
 */
export class AnswerReader {
  #pending: Buffer | undefined;

  /**
   * The answer that `chunk` completes, or `undefined` until more arrives. The chunk may be reused afterwards.
   *
   * @throws Error when the bytes are no such answer
   */
  push(chunk: Buffer): Answer | undefined {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) {
      if (bytes.length > HEAD_LIMIT_BYTES) throw new Error("an answer's headers do not end");
      return this.#wait(bytes);
    }
    const head = bytes.toString("latin1", 0, headEnd);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head);
    if (status === null) throw new Error(`no HTTP/1.1 answer: ${head.slice(0, 80)}`);
    const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(head);
    if (length === null && status[1] !== "204") throw new Error(`an answer without content-length:\n${head}`);
    const bodyStart = headEnd + HEAD_END.length;
    const end = bodyStart + Number(length?.[1] ?? 0);
    if (bytes.length < end) return this.#wait(bytes);
    if (bytes.length > end) throw new Error(`${bytes.length - end} bytes after an answer that nobody asked for`);
    this.#pending = undefined;
    return {
      status: Number(status[1]),
      body: bytes.toString("utf8", bodyStart, end),
      isLast: /\r\nconnection:[ \t]*close/i.test(head),
    };
  }

  #wait(bytes: Buffer): undefined {
    // Copied, because the chunk's memory belongs to the socket.
    this.#pending = Buffer.from(bytes);
    return undefined;
  }
}
