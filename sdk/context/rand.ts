import type { Rand } from "../authoring/index.ts";

/**
 * Reproducible random numbers: xoshiro256++ (Blackman and Vigna, public domain), seeded through SplitMix64. The same
 * seed gives the same numbers as the official SDK. 64-bit words are kept as two halves, because BigInt arithmetic
 * allocates on every step.
 */
export class SeededRand implements Rand {
  /** Four words, each as low half, high half. */
  readonly #state: Uint32Array;
  /** The word drawn last. */
  #low = 0;
  #high = 0;

  constructor(seed: bigint) {
    this.#state = new Uint32Array(new BigUint64Array(splitMix64(seed)).buffer);
  }

  random(): number {
    this.#draw();
    // 53 bits are what a float64 in [0, 1) holds.
    return ((this.#high & 0x1fffff) * 2 ** 32 + this.#low) / 2 ** 53;
  }

  uuidv4(): string {
    this.#draw();
    const first = hexOf(this.#low);
    const second = hexOf(this.#high);
    this.#draw();
    const third = hexOf(this.#low);
    const fourth = hexOf(this.#high);
    const version = `4${second.slice(5, 6)}`;
    const variant = hexByte[(Number.parseInt(third.slice(0, 2), 16) & 0x3f) | 0x80];
    return `${first}-${second.slice(0, 4)}-${version}${second.slice(6, 8)}-${variant}${third.slice(2, 4)}-${third.slice(4)}${fourth}`;
  }

  #draw(): void {
    const s = this.#state as unknown as Words;
    const [a0, a1, b0, b1, c0, c1, d0, d1] = [s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]];

    // rotl(a + d, 23) + a
    const sumLow = a0 + d0;
    const low = sumLow >>> 0;
    const high = (a1 + d1 + (sumLow > 0xffffffff ? 1 : 0)) >>> 0;
    const rotatedLow = ((low << 23) | (high >>> 9)) >>> 0;
    const rotatedHigh = ((high << 23) | (low >>> 9)) >>> 0;
    const resultLow = rotatedLow + a0;
    this.#low = resultLow >>> 0;
    this.#high = (rotatedHigh + a1 + (resultLow > 0xffffffff ? 1 : 0)) >>> 0;

    const c0x = c0 ^ a0;
    const c1x = c1 ^ a1;
    const d0x = d0 ^ b0;
    const d1x = d1 ^ b1;
    s[2] = b0 ^ c0x;
    s[3] = b1 ^ c1x;
    s[0] = a0 ^ d0x;
    s[1] = a1 ^ d1x;
    s[4] = c0x ^ (b0 << 17);
    s[5] = c1x ^ ((b1 << 17) | (b0 >>> 15));
    // rotl(d, 45): the halves change places, then 13 bits.
    s[6] = (d1x << 13) | (d0x >>> 19);
    s[7] = (d0x << 13) | (d1x >>> 19);
  }
}

/** Eight elements that are known to exist. */
type Words = [number, number, number, number, number, number, number, number];

const mask64 = (1n << 64n) - 1n;

function splitMix64(seed: bigint): [bigint, bigint, bigint, bigint] {
  let state = seed & mask64;
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask64;
    let word = state;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask64;
    return word ^ (word >> 31n);
  };
  return [next(), next(), next(), next()];
}

const hexByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The four bytes of a half word, little-endian. */
function hexOf(half: number): string {
  return `${hexByte[half & 0xff]}${hexByte[(half >>> 8) & 0xff]}${hexByte[(half >>> 16) & 0xff]}${hexByte[half >>> 24]}`;
}
