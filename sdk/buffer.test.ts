import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortableBuffer } from "./buffer.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "binary", maxLength: 100 });
const encodings = ["utf8", "latin1", "base64", "base64url", "hex"] as const;

const plain = (buffer: Uint8Array) => Array.from(buffer);
const both = (content: Uint8Array) => [PortableBuffer.from(content), Buffer.from(content)] as const;

describe("the portable Buffer does as Node's", () => {
  it.each(encodings)("with text in %s", (encoding) => {
    fc.assert(
      fc.property(bytes, fc.nat(300), fc.nat(300), (content, start, end) => {
        const [portable, node] = both(content);
        const shown = node.toString(encoding);
        expect(portable.toString(encoding)).toBe(shown);
        expect(portable.toString(encoding, start, end)).toBe(node.toString(encoding, start, end));
        expect(plain(PortableBuffer.from(shown, encoding))).toEqual(plain(Buffer.from(shown, encoding)));
      }),
    );
  });

  it("with text that is no base64", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 30 }), (content) => {
        expect(plain(PortableBuffer.from(content, "base64url"))).toEqual(plain(Buffer.from(content, "base64url")));
      }),
    );
  });

  it("with numbers", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.nat(0xffffffff),
        fc.nat(8),
        (content, value, at) => {
          const [portable, node] = both(content);
          expect(portable.readUInt32BE(at)).toBe(node.readUInt32BE(at));
          expect(portable.readBigUInt64LE(at)).toBe(node.readBigUInt64LE(at));
          expect(portable.writeUInt32BE(value, at)).toBe(node.writeUInt32BE(value, at));
          expect(portable.writeUInt32LE(value, at + 4)).toBe(node.writeUInt32LE(value, at + 4));
          expect(plain(portable)).toEqual(plain(node));
        },
      ),
    );
  });

  it("when it writes, copies, joins and compares", () => {
    fc.assert(
      fc.property(bytes, bytes, text, fc.nat(50), (one, two, words, at) => {
        const [portable, node] = both(one);
        const [target, nodeTarget] = [PortableBuffer.alloc(400), Buffer.alloc(400)];
        expect(target.write(words, at)).toBe(nodeTarget.write(words, at, "utf8"));
        if (at <= one.length) expect(portable.copy(target, at, at)).toBe(node.copy(nodeTarget, at, at));
        expect(plain(target)).toEqual(plain(nodeTarget));
        expect(plain(PortableBuffer.concat([one, two]))).toEqual(plain(Buffer.concat([one, two])));
        expect(PortableBuffer.compare(one, two)).toBe(Buffer.compare(one, two));
        expect(portable.equals(two)).toBe(node.equals(two));
        expect(PortableBuffer.byteLength(words)).toBe(Buffer.byteLength(words));
      }),
    );
  });

  it("with parts of other buffers", () => {
    const source = new Uint8Array([1, 2, 3, 4, 5]);
    const view = PortableBuffer.from(source.buffer, 1, 3);
    source[1] = 9;
    expect(plain(view)).toEqual([9, 3, 4]);
    const part = view.subarray(1);
    expect([PortableBuffer.isBuffer(part), ...part]).toEqual([true, 3, 4]);
    expect(plain(PortableBuffer.from([1, 2]))).toEqual([1, 2]);
    expect(plain(PortableBuffer.allocUnsafe(2).fill(7))).toEqual([7, 7]);
  });
});
