import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, ErrorCode, Http2Error, LARGEST_WINDOW_BYTES } from "./frames.ts";

/** Bytes of all responses together that may be under way. */
export const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

/** Flow control of a connection as a whole, both ways (RFC 9113, section 5.2). */
export class ConnectionWindows {
  /** Bytes that may be sent before the peer grants more. */
  sendBytes = DEFAULT_WINDOW_BYTES;
  /** The window that a new stream begins with. */
  initialStreamBytes = DEFAULT_WINDOW_BYTES;
  /** Largest payload of a frame that the peer takes. */
  frameBytes = DEFAULT_FRAME_BYTES;
  #receiveBytes = CONNECTION_WINDOW_BYTES;
  #ungrantedBytes = 0;

  /**
   * @returns bytes to grant the peer again; 0: not yet
   * @throws Http2Error when it has sent more than it was granted
   */
  received(bytes: number): number {
    this.#receiveBytes -= bytes;
    if (this.#receiveBytes < 0) throw new Http2Error(ErrorCode.FlowControlError, "more data than granted");
    this.#ungrantedBytes += bytes;
    if (this.#ungrantedBytes <= CONNECTION_WINDOW_BYTES / 2) return 0;
    const grantedBytes = this.#ungrantedBytes;
    this.#receiveBytes += grantedBytes;
    this.#ungrantedBytes = 0;
    return grantedBytes;
  }

  /** @throws Http2Error for a window larger than there can be */
  granted(bytes: number): void {
    this.sendBytes += bytes;
    if (this.sendBytes > LARGEST_WINDOW_BYTES) throw tooLarge();
  }

  /**
   * A new initial window applies to the streams that are open, too.
   *
   * @returns by how much theirs are wider
   * @throws Http2Error for a window larger than there can be
   */
  setInitialStreamBytes(bytes: number): number {
    if (bytes > LARGEST_WINDOW_BYTES) throw tooLarge();
    const widerBytes = bytes - this.initialStreamBytes;
    this.initialStreamBytes = bytes;
    return widerBytes;
  }
}

function tooLarge(): Http2Error {
  return new Http2Error(ErrorCode.FlowControlError, "a window that is too large");
}
