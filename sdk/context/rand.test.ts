import fc from "fast-check";
import { expect, it } from "vitest";
import { SeededRand } from "./rand.ts";

/** xoshiro256++ and SplitMix64 as they are published, in whole 64-bit words. */
class ReferenceRand {
  #state: [bigint, bigint, bigint, bigint];

  constructor(seed: bigint) {
    let state = u64(seed);
    const next = () => {
      state = u64(state + 0x9e3779b97f4a7c15n);
      let word = state;
      word = u64((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n);
      word = u64((word ^ (word >> 27n)) * 0x94d049bb133111ebn);
      return word ^ (word >> 31n);
    };
    this.#state = [next(), next(), next(), next()];
  }

  next(): bigint {
    const s = this.#state;
    const result = u64(rotated(u64(s[0] + s[3]), 23n) + s[0]);
    const t = u64(s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotated(s[3], 45n);
    return result;
  }
}

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, bits: bigint) => u64(value << bits) | (value >> (64n - bits));

/** Drawn with `@restatedev/restate-sdk` 1.17.2 and the seed 12345. */
const OFFICIAL = [
  0.6419081072719282,
  0.7491853114261922,
  "698ddbe6-fca2-4a15-906d-0cc25388ef2c",
  "d99c039c-ff3f-4f43-8732-33724a8bc1b9",
  0.8555785368938642,
];

it("gives the numbers that the official SDK gives for the same seed", () => {
  const rand = new SeededRand(12345n);
  expect([rand.random(), rand.random(), rand.uuidv4(), rand.uuidv4(), rand.random()]).toEqual(OFFICIAL);
});

it("is xoshiro256++, seeded by SplitMix64", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (seed) => {
      const rand = new SeededRand(seed);
      const reference = new ReferenceRand(seed);
      for (let draw = 0; draw < 20; draw += 1) {
        expect(rand.random()).toBe(Number(BigInt.asUintN(53, reference.next())) / 2 ** 53);
      }
      const bytes = Buffer.alloc(16);
      bytes.writeBigUInt64LE(reference.next(), 0);
      bytes.writeBigUInt64LE(reference.next(), 8);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      expect(rand.uuidv4().replaceAll("-", "")).toBe(bytes.toString("hex"));
    }),
  );
});

it("makes UUIDs of version 4", () => {
  expect(new SeededRand(7n).uuidv4()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
