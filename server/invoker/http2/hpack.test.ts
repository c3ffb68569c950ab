import { createServer } from "node:http2";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listening, Signals } from "../testbed.fixture.ts";
import { Flag, FrameReader, FrameType, frame, PREFACE, settingsFrame } from "./frames.ts";
import { encodePost, HpackDecoder, HpackError } from "./hpack.ts";
import { decodeHuffman } from "./huffman.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("the Huffman code", () => {
  // RFC 7541, appendix C.
  it.each([
    ["f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"],
    ["a8eb10649cbf", "no-cache"],
    ["25a849e95ba97d7f", "custom-key"],
    ["d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"],
  ])("decodes %s", (code, text) => {
    expect(decodeHuffman(hex(code))).toBe(text);
  });

  it("refuses padding that is too long or not ones, and an explicit end", () => {
    for (const code of ["07ff", "06", "ffffffff"]) {
      expect(decodeHuffman(hex(code))).toBeUndefined();
    }
  });
});

describe("HpackDecoder", () => {
  it("decodes the responses of RFC 7541, C.6, with a table that evicts", () => {
    const decoder = new HpackDecoder();
    // (The RFC's example has a table of 256 bytes.)
    const first = decoder.decode(
      hex(
        "3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      ),
    );
    const location = ["location", "https://www.example.com"];
    expect(first).toEqual([
      ":status",
      "302",
      "cache-control",
      "private",
      "date",
      "Mon, 21 Oct 2013 20:13:21 GMT",
      ...location,
    ]);
    expect(decoder.decode(hex("4883 640e ffc1 c0bf")).slice(0, 2)).toEqual([":status", "307"]);
  });

  it("refuses blocks that make no sense", () => {
    for (const block of [
      "80",
      "be",
      "ff80808080808001",
      "40",
      "4003616263",
      "008561",
      "3fe21f",
      "8820",
      "3fffffff7f",
    ]) {
      expect(() => new HpackDecoder().decode(hex(block))).toThrow(HpackError);
    }
  });

  it("refuses a small block that unfolds to large headers", () => {
    const decoder = new HpackDecoder();
    const entry = Buffer.concat([hex("40 01 61 7f 810e"), Buffer.alloc(1920, "x")]);
    expect(decoder.decode(entry)[1]).toHaveLength(1920);
    expect(() => decoder.decode(Buffer.alloc(1000, 0xbe))).toThrow("headers of more than");
  });

  it("never fails in another way, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder();
        try {
          for (const block of blocks) decoder.decode(Buffer.from(block));
        } catch (error) {
          expect(error).toBeInstanceOf(HpackError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("against the encoder and decoder of nghttp2", () => {
  const server = createServer();
  const seen: Record<string, unknown>[] = [];
  const signals = new Signals();
  let answer: Record<string, string> = {};
  let port = 0;
  let close: () => Promise<void>;

  beforeAll(async () => {
    server.on("stream", (stream, headers) => {
      seen.push({ ...headers });
      stream.respond({ ":status": 200, ...answer });
      stream.end();
      signals.changed();
    });
    const listened = await listening(server);
    port = Number(new URL(listened.uri).port);
    close = listened.close;
  });
  afterAll(() => close());

  const name = fc.stringMatching(/^x-[a-z0-9-]{1,30}$/);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/);

  it("any headers arrive as they were sent, in both directions, on one connection", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    const decoder = new HpackDecoder();
    const received = new Map<number, readonly string[]>();
    const reader = new FrameReader((type, flags, id, payload) => {
      if (type !== FrameType.Headers) return;
      expect(flags & Flag.EndHeaders).toBe(Flag.EndHeaders);
      received.set(id, decoder.decode(payload));
      signals.changed();
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.write(Buffer.concat([PREFACE, settingsFrame([])]));
    let id = -1;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, value, { maxKeys: 12 }),
        fc.dictionary(name, value, { maxKeys: 12 }),
        async (ask, say) => {
          id += 2;
          answer = { ...say };
          const block = encodePost("http", "example:1", `/p/${id}`, ask);
          socket.write(frame(FrameType.Headers, Flag.EndHeaders | Flag.EndStream, id, block));
          const list = await signals.until(() => received.get(id));
          const request = seen.at(-1);
          expect(request).toMatchObject({
            ":method": "POST",
            ":scheme": "http",
            ":authority": "example:1",
            ":path": `/p/${id}`,
          });
          expect(request).toMatchObject(ask);
          const response = Object.fromEntries(
            Array.from({ length: list.length / 2 }, (_, n) => [list[2 * n], list[2 * n + 1]]),
          );
          expect(response).toMatchObject({ ":status": "200", ...say });
          expect(Object.keys(response)).toHaveLength(Object.keys(say).length + 2);
        },
      ),
      { numRuns: 300 },
    );
    socket.destroy();
  });
});

describe("encodePost", () => {
  it("refuses headers that HTTP/2 forbids or that would break out of their line", () => {
    expect(() => encodePost("http", "h", "/", { connection: "close" })).toThrow("cannot be sent in HTTP/2");
    expect(() => encodePost("http", "h", "/", { "a b": "x" })).toThrow("cannot be the name of a header");
    expect(() => encodePost("http", "h", "/", { a: "x\r\nb: y" })).toThrow("line break");
  });
});
