import { ErrorCode, Flag, Http2Error } from "./frames.ts";
import { type HeaderList, HpackDecoder } from "./hpack.ts";

/** The block of one response's headers, compressed. */
const BLOCK_LIMIT_BYTES = 64 * 1024;

/** Puts header blocks together that come in several frames, and decodes them. */
export class HeaderBlocks {
  readonly #hpack = new HpackDecoder();
  readonly #onHeaders: (id: number, list: HeaderList, isEnd: boolean) => void;
  #open: { readonly id: number; readonly isEnd: boolean; block: Buffer } | undefined;

  constructor(onHeaders: (id: number, list: HeaderList, isEnd: boolean) => void) {
    this.#onHeaders = onHeaders;
  }

  /** The stream of a block whose end has not arrived: nothing else may come before it. */
  get openId(): number | undefined {
    return this.#open?.id;
  }

  /** A HEADERS frame. */
  begin(flags: number, id: number, payload: Buffer): void {
    const block = unpadded(payload, flags, (flags & Flag.Priority) !== 0 ? 5 : 0);
    this.#open = { id, isEnd: (flags & Flag.EndStream) !== 0, block };
    if ((flags & Flag.EndHeaders) !== 0) this.#close();
  }

  /** A CONTINUATION frame. */
  goOn(flags: number, payload: Buffer): void {
    if (this.#open === undefined) throw new Http2Error(ErrorCode.ProtocolError, "a continuation of nothing");
    this.#open.block = Buffer.concat([this.#open.block, payload]);
    if (this.#open.block.length > BLOCK_LIMIT_BYTES) {
      throw new Http2Error(ErrorCode.EnhanceYourCalm, `headers of more than ${BLOCK_LIMIT_BYTES} bytes`);
    }
    if ((flags & Flag.EndHeaders) !== 0) this.#close();
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    // Even those of a stream that is over: they change the table.
    this.#onHeaders(open.id, this.#hpack.decode(open.block), open.isEnd);
  }
}

/** A payload without its padding and the `skip` bytes before its contents. */
export function unpadded(payload: Buffer, flags: number, skip: number): Buffer {
  const isPadded = (flags & Flag.Padded) !== 0;
  if (!isPadded && skip === 0) return payload;
  const start = skip + (isPadded ? 1 : 0);
  const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  if (start > end) throw new Http2Error(ErrorCode.ProtocolError, "more padding than payload");
  return payload.subarray(start, end);
}
