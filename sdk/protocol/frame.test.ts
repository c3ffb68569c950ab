import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, FRAME_HEADER_BYTES, type Frame, FrameDecoder, FrameError, REQUESTED_ACK } from "./index.ts";

const LIMIT_BYTES = 300_000;

const arbitraryFrame: fc.Arbitrary<Frame> = fc.record({
  type: fc.nat({ max: 0xffff }),
  flags: fc.constantFrom(0, REQUESTED_ACK, 0xffff),
  body: fc.oneof(
    { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
    // Over the size of the first Buffer that a spanning body is gathered in.
    { weight: 1, arbitrary: fc.nat({ max: 200_000 }).map((length) => Buffer.alloc(length, length)) },
  ),
});

function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.map(({ type, flags, body }) => encodeFrame(type, body, flags)));
}

function take(decoder: FrameDecoder): Frame[] {
  const frames: Frame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  return frames;
}

/** Cuts `bytes` at the given places, which need not be sorted nor distinct. */
function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

function expectFrames(actual: readonly Frame[], expected: readonly Frame[]): void {
  expect(actual.map(({ type, flags }) => ({ type, flags }))).toEqual(
    expected.map(({ type, flags }) => ({ type, flags })),
  );
  for (const [i, { body }] of expected.entries()) expect(body.equals(actual[i]?.body as Buffer)).toBe(true);
}

function errorOf(action: () => unknown): FrameError {
  try {
    action();
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the frame decoder", () => {
  it("reads the header as type, flags and length, big-endian", () => {
    const decoder = new FrameDecoder(10);
    decoder.push(Buffer.from("0411" + "8000" + "00000003" + "616263", "hex"));
    expect(decoder.next()).toEqual({ type: 0x0411, flags: REQUESTED_ACK, body: Buffer.from("abc") });
    expect(encodeFrame(0x0411, Buffer.from("abc"), REQUESTED_ACK).toString("hex")).toBe("0411800000000003616263");
  });

  it("decodes the same frames wherever the stream is cut", () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(arbitraryFrame, { maxLength: 8 }), places, fc.boolean(), (frames, cuts, takesAtOnce) => {
        const decoder = new FrameDecoder(LIMIT_BYTES);
        const taken: Frame[] = [];
        for (const chunk of split(bytesOf(frames), cuts)) {
          decoder.push(chunk);
          if (takesAtOnce) taken.push(...take(decoder));
        }
        taken.push(...take(decoder));
        expectFrames(taken, frames);
        expect(decoder.pendingBytes).toBe(0);
        decoder.end();
      }),
    );
  });

  it("decodes a stream that arrives byte by byte", () => {
    const frames = [
      { type: 0, flags: 0, body: Buffer.from("start") },
      { type: 3, flags: 0, body: Buffer.alloc(0) },
      { type: 0xfc01, flags: REQUESTED_ACK, body: Buffer.alloc(100_000, 3) },
      { type: 0x0401, flags: 0, body: Buffer.from("x") },
    ];
    const decoder = new FrameDecoder(LIMIT_BYTES);
    const taken: Frame[] = [];
    const bytes = bytesOf(frames);
    for (let i = 0; i < bytes.length; i++) {
      decoder.push(bytes.subarray(i, i + 1));
      taken.push(...take(decoder));
    }
    expectFrames(taken, frames);
  });

  it("gives a body within one chunk as a view, without a copy", () => {
    const chunk = bytesOf([{ type: 1, flags: 0, body: Buffer.from("aaaa") }]);
    const decoder = new FrameDecoder(10);
    decoder.push(chunk);
    const body = decoder.next()?.body;
    chunk.fill("b", FRAME_HEADER_BYTES);
    expect(body?.toString()).toBe("bbbb");
  });

  it("counts the bytes that it holds back", () => {
    const decoder = new FrameDecoder(10);
    decoder.push(Buffer.from("0000000000000004", "hex"));
    expect([decoder.next(), decoder.pendingBytes]).toEqual([undefined, 8]);
    decoder.push(Buffer.from("abc"));
    expect([decoder.next(), decoder.pendingBytes]).toEqual([undefined, 11]);
    decoder.push(Buffer.from("de"));
    expect(decoder.next()?.body.toString()).toBe("abcd");
    expect(decoder.pendingBytes).toBe(1);
  });
});

describe("a stream that is not frames", () => {
  it("with a body over the limit fails at its header, before any of the body has come, and stays failed", () => {
    const decoder = new FrameDecoder(1000);
    decoder.push(encodeFrame(1, Buffer.alloc(1000)));
    expect(decoder.next()?.body.length).toBe(1000);
    decoder.push(Buffer.from("00010000000003e9", "hex"));
    const error = errorOf(() => decoder.next());
    expect(error.code).toBe("FRAME_TOO_LARGE");
    expect(error.message).toContain("1001 bytes");
    decoder.push(Buffer.alloc(5000));
    expect(errorOf(() => decoder.next())).toBe(error);
    expect(errorOf(() => decoder.end())).toBe(error);
    expect(decoder.pendingBytes).toBe(0);
  });

  it("that ends inside a frame is a typed error, wherever it was cut", () => {
    const frames = [
      { type: 0, flags: 0, body: Buffer.from("start") },
      { type: 3, flags: 0, body: Buffer.alloc(0) },
    ];
    const bytes = bytesOf(frames);
    const boundaries = new Set([0, FRAME_HEADER_BYTES + 5, bytes.length]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoder = new FrameDecoder(LIMIT_BYTES);
      decoder.push(bytes.subarray(0, cut));
      take(decoder);
      if (boundaries.has(cut)) expect(() => decoder.end(), String(cut)).not.toThrow();
      else expect(errorOf(() => decoder.end()).code, String(cut)).toBe("FRAME_TRUNCATED");
    }
  });

  it("is frames or a typed error whatever the bytes are, and keeps no more than it was given", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (chunks) => {
        const decoder = new FrameDecoder(100);
        let pushed = 0;
        try {
          for (const chunk of chunks) {
            decoder.push(Buffer.from(chunk));
            pushed += chunk.length;
            for (const { body } of take(decoder)) pushed -= FRAME_HEADER_BYTES + body.length;
            expect(decoder.pendingBytes).toBe(pushed);
          }
          decoder.end();
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
    );
  });

  it("cannot make the decoder allocate what a header merely announces", () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 50 }, () => {
      const decoder = new FrameDecoder(1 << 30);
      decoder.push(Buffer.from("0001000040000000" + "00", "hex"));
      decoder.next();
      return decoder;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(decoders.length * 100_000);
  });
});
