import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAwakeableId,
  decodeInvocationId,
  decodeResourceId,
  encodeInvocationId,
  encodeResourceId,
  encodeSignalAwakeableId,
} from "./index.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const bytesOf = (length: number) =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(0, 1, 0x7f, 0x80, 0xff).map((byte) => Buffer.alloc(length, byte)),
  );

/** The plain way to do it, for comparison. */
function base62(littleEndian: Uint8Array, width: number): string {
  let number = [...littleEndian].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (let i = 0; i < width; i++) {
    text = ALPHABET.charAt(Number(number % 62n)) + text;
    number /= 62n;
  }
  return text;
}

describe("invocation ids", () => {
  it("are a 64-bit and a 128-bit number in base 62", () => {
    fc.assert(
      fc.property(bytesOf(24), (bytes) => {
        const expected = `inv_1${base62(bytes.subarray(0, 8), 11)}${base62(bytes.subarray(8), 22)}`;
        expect(encodeInvocationId(bytes)).toBe(expected);
        expect(encodeInvocationId(new Uint8Array(bytes))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("decode to the bytes they were made of", () => {
    fc.assert(
      fc.property(bytesOf(24), (bytes) => {
        expect(decodeInvocationId(encodeInvocationId(bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["nothing", ""],
    ["the prefix alone", "inv_1"],
    ["one digit short", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgV"],
    ["one digit long", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo0"],
    ["another version", "inv_2lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo"],
    ["another resource", "sub_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo"],
    ["a character outside the alphabet", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRg-o"],
    ["a space", "inv_1lMulwTzR0Z 1ciccACMdLEPWH6DiYRgVo"],
    ["a character beyond ASCII", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVé"],
    ["a character beyond a byte", "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgV\u0131"],
    ["2^64 in the first number", `inv_1${base62(Buffer.from("000000000000000001", "hex"), 11)}${"0".repeat(22)}`],
    ["2^128 in the second number", `inv_1${"0".repeat(11)}${base62(Buffer.from(`${"00".repeat(16)}01`, "hex"), 22)}`],
    ["the largest digits", `inv_1${"Z".repeat(33)}`],
  ])("%s is none", (_what, text) => {
    expect(decodeInvocationId(text)).toBeUndefined();
  });

  it("whatever decodes was written that way", () => {
    const digits = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 33, maxLength: 33 });
    fc.assert(
      fc.property(digits, (text) => {
        const bytes = decodeInvocationId(`inv_1${text}`);
        if (bytes !== undefined) expect(encodeInvocationId(bytes)).toBe(`inv_1${text}`);
      }),
      { numRuns: 500 },
    );
  });

  it("need 24 bytes", () => {
    expect(() => encodeInvocationId(Buffer.alloc(23))).toThrow(RangeError);
    expect(() => encodeInvocationId(Buffer.alloc(25))).toThrow(RangeError);
  });
});

describe("awakeable ids", () => {
  it("decode to invocation and index, in both forms", () => {
    fc.assert(
      fc.property(bytesOf(24), fc.nat({ max: 0xffffffff }), (invocation, index) => {
        const id = encodeSignalAwakeableId(invocation, index);
        expect(id).toMatch(/^sign_1[A-Za-z0-9_-]{38}$/);
        expect(decodeAwakeableId(id)).toEqual({ invocation, kind: "signal", index });
        expect(decodeAwakeableId(id.replace("sign_1", "prom_1"))).toEqual({ invocation, kind: "promise", index });
      }),
    );
  });

  const VALID = "sign_12hFf0QWEuaO6YLIQ2cIg9nmjPsmtyZTsAAAAEQ";
  it.each([
    ["nothing", ""],
    ["the prefix alone", "sign_1"],
    ["too short", VALID.slice(0, -1)],
    ["too long", `${VALID}A`],
    ["padded too far", `${VALID}===`],
    ["padded and goes on", `${VALID}=A`],
    ["another version", VALID.replace("sign_1", "sign_2")],
    ["another prefix", VALID.replace("sign_1", "inv__1")],
    ["a name of every object", "constructor".padEnd(44, "A")],
    ["of the other base64 alphabet", `${VALID.slice(0, 20)}+${VALID.slice(21)}`],
    ["with a character outside the alphabet", `${VALID.slice(0, 20)}!${VALID.slice(21)}`],
    ["with bits beyond the last byte", `${VALID.slice(0, -1)}R`],
  ])("%s is none", (_what, text) => {
    expect(decodeAwakeableId(text)).toBeUndefined();
  });

  it.each(["=", "=="])("may be padded with %s, as the Java SDK pads them", (padding) => {
    expect(decodeAwakeableId(`${VALID}${padding}`)).toEqual(decodeAwakeableId(VALID));
    expect(decodeAwakeableId(VALID)).toBeDefined();
  });

  it("need 24 bytes and a 32-bit index", () => {
    expect(() => encodeSignalAwakeableId(Buffer.alloc(16), 17)).toThrow(RangeError);
    expect(() => encodeSignalAwakeableId(Buffer.alloc(24), -1)).toThrow(RangeError);
    expect(() => encodeSignalAwakeableId(Buffer.alloc(24), 2 ** 32)).toThrow(RangeError);
  });
});

describe("resource ids", () => {
  it("decode to the bytes they were made of", () => {
    fc.assert(
      fc.property(bytesOf(16), (bytes) => {
        const id = encodeResourceId("dp", bytes);
        expect(id).toBe(`dp_1${base62(bytes, 22)}`);
        expect(decodeResourceId("dp", id)).toEqual(bytes);
        expect(decodeResourceId("sub", id)).toBeUndefined();
      }),
    );
  });

  it("of the real server hold the time of their creation in front: they are ULIDs", () => {
    // A deployment registered at 2026-11-24T21:33:39.738Z.
    const bytes = decodeResourceId("dp", "dp_13g9pUVdB2kuWiAGAdwHWJH");
    expect(new Date(bytes?.readUIntBE(0, 6) as number).toISOString()).toBe("2026-11-24T21:33:39.738Z");
  });

  it.each(["", "dp_1", "dp_13g9pUVdB2kuWiAGAdwHWJ", "dp_13g9pUVdB2kuWiAGAdwHWJ!", `dp_1${"Z".repeat(22)}`])(
    "%j is none",
    (text) => {
      expect(decodeResourceId("dp", text)).toBeUndefined();
    },
  );

  it("need 16 bytes", () => {
    expect(() => encodeResourceId("dp", Buffer.alloc(24))).toThrow(RangeError);
  });
});
