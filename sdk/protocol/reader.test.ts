import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryMessage } from "./arbitrary.fixture.ts";
import {
  type Codec,
  codecOf,
  InputCommand,
  MessageError,
  MessageType,
  Notification,
  OutputCommand,
  Suspension,
} from "./index.ts";

const CODECS: readonly (readonly [name: string, codec: Codec<unknown>])[] = Object.entries(MessageType).map(
  ([name, type]) => [name, codecOf(type) as Codec<unknown>],
);

function codeOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof MessageError) return error.code;
    throw error;
  }
  return "decoded";
}

/** `depth` messages within each other, each the only field 4 of the next. */
function nestedFutures(depth: number): Buffer {
  let body = Buffer.alloc(0);
  for (let i = 0; i < depth; i++) {
    const length: number[] = [];
    let rest = body.length;
    for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
    body = Buffer.concat([Buffer.from([0x22, ...length, rest]), body]);
  }
  return body;
}

describe("a body that is no message", () => {
  it.each(CODECS)("%s answers arbitrary bytes with a message or a typed error", (_name, codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(codeOf(() => codec.decode(Buffer.from(bytes)))).toMatch(/^(decoded|MESSAGE_)/);
      }),
      { numRuns: 100 },
    );
  });

  it.each(CODECS)("%s cut off anywhere inside a field is a typed error", (_name, codec) => {
    fc.assert(
      fc.property(arbitraryMessage(codec.fields), fc.double({ min: 0, max: 1, noNaN: true }), (message, where) => {
        const body = codec.encode(message);
        const cut = Math.floor(where * body.length);
        // What lies behind the cut must not be seen, even where the memory is still there.
        const code = codeOf(() => codec.decode(body.subarray(0, cut)));
        expect(code).toBe(codeOf(() => codec.decode(Buffer.from(body.subarray(0, cut)))));
        expect(["decoded", "MESSAGE_TRUNCATED"]).toContain(code);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["a length without its bytes", "7205", "MESSAGE_TRUNCATED"],
    ["a nested field that is longer than its message", "72030a0561", "MESSAGE_TRUNCATED"],
    ["a nested field that runs over into its parent", "72030a0361" + "620178", "MESSAGE_TRUNCATED"],
    ["a varint without an end", "58ff", "MESSAGE_TRUNCATED"],
    ["a tag without an end", "80", "MESSAGE_TRUNCATED"],
    ["a length of 2^63", "72ffffffffffffffff7f", "MESSAGE_TRUNCATED"],
    ["a cut-off unknown fixed32", "9d7d010203", "MESSAGE_TRUNCATED"],
    ["a cut-off unknown fixed64", "997d01020304050607", "MESSAGE_TRUNCATED"],
    ["a varint of eleven bytes", "58ffffffffffffffffffffff01", "MESSAGE_MALFORMED"],
    ["field number 0", "0001", "MESSAGE_MALFORMED"],
    ["a field number over 2^29", "808080808001" + "01", "MESSAGE_MALFORMED"],
    ["a group", "5b5c", "MESSAGE_MALFORMED"],
    ["a wire type that does not exist", "5f", "MESSAGE_MALFORMED"],
    ["a short string that is not UTF-8", "6202c328", "MESSAGE_INVALID_UTF8"],
    ["a long string that is not UTF-8", `6220${"61".repeat(30)}c328`, "MESSAGE_INVALID_UTF8"],
  ])("%s", (_what, body, code) => {
    expect(codeOf(() => OutputCommand.decode(Buffer.from(body, "hex")))).toBe(code);
  });

  it("nested a hundred deep is accepted, deeper is refused before the stack is", () => {
    const suspension = (depth: number) => Suspension.decode(nestedFutures(depth));
    expect(codeOf(() => suspension(100))).toBe("decoded");
    expect(codeOf(() => suspension(101))).toBe("MESSAGE_TOO_DEEP");
    expect(codeOf(() => suspension(20_000))).toBe("MESSAGE_TOO_DEEP");
  });

  it.each([
    ["packed numbers", Suspension, Buffer.from("0a0101", "hex")],
    ["unknown fields between known ones", InputCommand, Buffer.from("620048017200", "hex")],
    ["unknown fields inside values", Notification, Buffer.from("22024801", "hex")],
  ] as const)(
    "with more %s than a decoder should hold as objects is refused",
    (_what, codec, unit) => {
      const body = Buffer.alloc(unit.length * 1_000_001, unit);
      expect(codeOf(() => codec.decode(body))).toBe("MESSAGE_TOO_MANY_ELEMENTS");
      expect(codeOf(() => codec.decode(body.subarray(0, unit.length * 1000)))).toBe("decoded");
    },
    30_000,
  );

  it("does not spoil the next one", () => {
    expect(codeOf(() => OutputCommand.decode(Buffer.from("4801" + "72030a05", "hex")))).toBe("MESSAGE_TRUNCATED");
    const decoded = OutputCommand.decode(Buffer.from("72030a0161", "hex"));
    expect(decoded).toMatchObject({ value: Buffer.from("a") });
    expect(decoded.unknownFields).toBeUndefined();
  });
});
