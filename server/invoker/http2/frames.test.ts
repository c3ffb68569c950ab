import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, frame, Http2Error } from "./frames.ts";

describe("FrameReader", () => {
  it("reads the same frames however the bytes are split", () => {
    const frames = fc.array(fc.tuple(fc.nat(9), fc.nat(255), fc.nat(1000), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(([type, flags, id, payload]) => frame(type, flags, id, payload)));
        const seen: unknown[] = [];
        const reader = new FrameReader((type, flags, id, payload) => {
          seen.push([type, flags, id, Uint8Array.from(payload)]);
        });
        let offset = 0;
        for (const cut of cuts) {
          reader.push(bytes.subarray(offset, offset + cut));
          offset += cut;
        }
        reader.push(bytes.subarray(offset));
        expect(seen).toEqual(sent);
      }),
    );
  });

  it("refuses a frame that is larger than was agreed, before its payload arrives", () => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1]))).toThrow(Http2Error);
  });
});
