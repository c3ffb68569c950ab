import { decodeHuffman } from "./huffman.ts";

/** Header compression of HTTP/2 (RFC 7541): a decoder, and an encoder that needs no state. */

/** A header block that cannot be decoded: the connection is lost then. */
export class HpackError extends Error {
  override readonly name = "HpackError";
}

/** Names and values in turn. */
export type HeaderList = readonly string[];

/** Appendix A, names and values in turn. */
// biome-ignore format: a table
const STATIC: HeaderList = [
  ":authority", "", ":method", "GET", ":method", "POST", ":path", "/", ":path", "/index.html", ":scheme", "http",
  ":scheme", "https", ":status", "200", ":status", "204", ":status", "206", ":status", "304", ":status", "400",
  ":status", "404", ":status", "500", "accept-charset", "", "accept-encoding", "gzip, deflate", "accept-language", "",
  "accept-ranges", "", "accept", "", "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "",
  "cache-control", "", "content-disposition", "", "content-encoding", "", "content-language", "", "content-length", "",
  "content-location", "", "content-range", "", "content-type", "", "cookie", "", "date", "", "etag", "", "expect", "",
  "expires", "", "from", "", "host", "", "if-match", "", "if-modified-since", "", "if-none-match", "", "if-range", "",
  "if-unmodified-since", "", "last-modified", "", "link", "", "location", "", "max-forwards", "",
  "proxy-authenticate", "", "proxy-authorization", "", "range", "", "referer", "", "refresh", "", "retry-after", "",
  "server", "", "set-cookie", "", "strict-transport-security", "", "transfer-encoding", "", "user-agent", "",
  "vary", "", "via", "", "www-authenticate", "",
];
const STATIC_ENTRIES = STATIC.length / 2;
/** Table size that a peer may use before settings say otherwise; ours never do. */
const TABLE_BYTES = 4096;
/** What RFC 7541 counts for an entry besides its name and value. */
const ENTRY_OVERHEAD_BYTES = 32;
/** Decoded headers above this are refused: a few bytes can refer to large table entries again and again. */
const LIST_LIMIT_BYTES = 64 * 1024;

/** Decodes the header blocks of one connection, in order. */
export class HpackDecoder {
  /** Newest first, names and values in turn. */
  #dynamic: string[] = [];
  #dynamicBytes = 0;
  #limitBytes = TABLE_BYTES;
  #block: Buffer = Buffer.alloc(0);
  #position = 0;
  #listBytes = 0;
  #isChanged = false;
  /** The last block that changed nothing: most responses of an endpoint have the same headers. */
  #lastBlock: Buffer | undefined;
  #lastList: HeaderList = [];

  /** @throws HpackError */
  decode(block: Buffer): HeaderList {
    if (this.#lastBlock?.equals(block)) return this.#lastList;
    this.#block = block;
    this.#position = 0;
    this.#listBytes = 0;
    this.#isChanged = false;
    const list: string[] = [];
    while (this.#position < block.length) this.#field(list);
    this.#lastBlock = this.#isChanged ? undefined : Buffer.from(block);
    this.#lastList = list;
    return list;
  }

  #field(list: string[]): void {
    const first = this.#block[this.#position] as number;
    if ((first & 0x80) !== 0) {
      const index = this.#integer(7);
      this.#add(list, this.#name(index), this.#entry(2 * (index - 1) + 1));
    } else if ((first & 0x40) !== 0) {
      const name = this.#literalName(this.#integer(6));
      const value = this.#text();
      this.#insert(name, value);
      this.#add(list, name, value);
    } else if ((first & 0x20) !== 0) {
      const limitBytes = this.#integer(5);
      if (limitBytes > TABLE_BYTES || list.length > 0) throw new HpackError("bad size update of the header table");
      this.#isChanged = true;
      this.#limitBytes = limitBytes;
      this.#evict(0);
    } else {
      // Without indexing, or never to be indexed: the same for a reader.
      const name = this.#literalName(this.#integer(4));
      this.#add(list, name, this.#text());
    }
  }

  #add(list: string[], name: string, value: string): void {
    this.#listBytes += name.length + value.length + ENTRY_OVERHEAD_BYTES;
    if (this.#listBytes > LIST_LIMIT_BYTES) throw new HpackError(`headers of more than ${LIST_LIMIT_BYTES} bytes`);
    list.push(name, value);
  }

  #literalName(index: number): string {
    return index === 0 ? this.#text() : this.#name(index);
  }

  #name(index: number): string {
    return this.#entry(2 * (index - 1));
  }

  #entry(position: number): string {
    const text = position < 2 * STATIC_ENTRIES ? STATIC[position] : this.#dynamic[position - 2 * STATIC_ENTRIES];
    if (text === undefined) throw new HpackError("reference to a header that does not exist");
    return text;
  }

  #insert(name: string, value: string): void {
    const bytes = name.length + value.length + ENTRY_OVERHEAD_BYTES;
    this.#isChanged = true;
    this.#evict(bytes);
    if (bytes > this.#limitBytes) return;
    this.#dynamic.unshift(name, value);
    this.#dynamicBytes += bytes;
  }

  /** Makes room for as many bytes. */
  #evict(bytes: number): void {
    while (this.#dynamic.length > 0 && this.#dynamicBytes + bytes > this.#limitBytes) {
      const value = this.#dynamic.pop() as string;
      const name = this.#dynamic.pop() as string;
      this.#dynamicBytes -= name.length + value.length + ENTRY_OVERHEAD_BYTES;
    }
  }

  #integer(prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new HpackError("an integer that is too large");
  }

  #text(): string {
    const isHuffman = ((this.#block[this.#position] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const end = this.#position + length;
    if (end > this.#block.length) throw new HpackError("a header block that is cut off");
    const bytes = this.#block.subarray(this.#position, end);
    this.#position = end;
    if (!isHuffman) return bytes.toString("latin1");
    const text = decodeHuffman(bytes);
    if (text === undefined) throw new HpackError("bad Huffman code");
    return text;
  }

  #byte(): number {
    const byte = this.#block[this.#position++];
    if (byte === undefined) throw new HpackError("a header block that is cut off");
    return byte;
  }
}

/** Indexes in the static table. */
const AUTHORITY = 1;
const METHOD_POST = 3;
const PATH = 4;
const SCHEME_HTTP = 6;
const SCHEME_HTTPS = 7;

/** Headers that belong to an HTTP/1.1 connection and that HTTP/2 forbids (RFC 9113, section 8.2.2). */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const UNSAFE = /[\0\r\n]/;

let scratch = Buffer.alloc(4096);
const knownNames = new Set<string>();
const KNOWN_NAMES_LIMIT = 1000;

/**
 * The header block of a POST request, as literals that leave the peer's table alone: nothing to keep in step.
 *
 * @throws Error when a header cannot be sent in HTTP/2
 */
export function encodePost(
  scheme: "http" | "https",
  authority: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Buffer {
  scratch[0] = 0x80 | METHOD_POST;
  scratch[1] = 0x80 | (scheme === "https" ? SCHEME_HTTPS : SCHEME_HTTP);
  scratch[2] = AUTHORITY;
  let position = writeText(authority, 3);
  position = reserve(position, 1);
  scratch[position] = PATH;
  position = writeText(path, position + 1);
  for (const name in headers) {
    if (!knownNames.has(name)) checkName(name);
    const value = headers[name] as string;
    if (UNSAFE.test(value)) throw new Error(`the value of header '${name}' has a line break or a NUL in it`);
    position = reserve(position, 1);
    scratch[position] = 0;
    position = writeText(value, writeText(name, position + 1));
  }
  return Buffer.from(scratch.subarray(0, position));
}

function checkName(name: string): void {
  if (!TOKEN.test(name)) throw new Error(`'${name}' cannot be the name of a header`);
  if (FORBIDDEN.has(name)) throw new Error(`header '${name}' cannot be sent in HTTP/2`);
  if (knownNames.size < KNOWN_NAMES_LIMIT) knownNames.add(name);
}

/** Room for as many bytes at a position, which it returns. */
function reserve(position: number, bytes: number): number {
  if (position + bytes > scratch.length) {
    const grown = Buffer.alloc(Math.max(2 * scratch.length, position + bytes));
    scratch.copy(grown, 0, 0, position);
    scratch = grown;
  }
  return position;
}

/** A string literal without Huffman code. */
function writeText(text: string, start: number): number {
  const length = Buffer.byteLength(text, "utf8");
  let position = reserve(start, length + 6);
  if (length < 0x7f) scratch[position++] = length;
  else {
    scratch[position++] = 0x7f;
    let rest = length - 0x7f;
    for (; rest >= 0x80; rest >>>= 7) scratch[position++] = 0x80 | (rest & 0x7f);
    scratch[position++] = rest;
  }
  return position + scratch.write(text, position, "utf8");
}
