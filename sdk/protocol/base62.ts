/**
 * Base 62 of fixed width over little-endian bytes, as in invocation ids. It runs once or twice a call, so it divides
 * by 62³ on 32-bit limbs: (62³ - 1) * 2³² + 2³² - 1 < 2⁵⁰ is exact in a Number, and BigInt is not needed.
 */
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS_PER_GROUP = 3;
const GROUP = 62 ** DIGITS_PER_GROUP;
const LIMB = 2 ** 32;

const codes = Buffer.from(ALPHABET, "latin1");
const INVALID = 255;
const digits = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < codes.length; i++) digits[codes[i] as number] = i;

const limbs = new Float64Array(4);

/** Writes `limbCount` little-endian 32-bit limbs of `source` as `width` digits, the most significant first. */
export function writeBase62(
  source: Uint8Array,
  offset: number,
  limbCount: number,
  target: Uint8Array,
  at: number,
  width: number,
): void {
  for (let i = 0; i < limbCount; i++) {
    const p = offset + 4 * i;
    limbs[i] =
      (source[p] as number) +
      (source[p + 1] as number) * 0x100 +
      (source[p + 2] as number) * 0x10000 +
      (source[p + 3] as number) * 0x1000000;
  }
  let top = limbCount - 1;
  for (let end = at + width; end > at; end -= DIGITS_PER_GROUP) {
    let rest = 0;
    for (let i = top; i >= 0; i--) {
      const dividend = rest * LIMB + (limbs[i] as number);
      const quotient = Math.floor(dividend / GROUP);
      rest = dividend - quotient * GROUP;
      limbs[i] = quotient;
    }
    while (top > 0 && limbs[top] === 0) top--;
    for (let p = end - 1; p >= at && p >= end - DIGITS_PER_GROUP; p--) {
      const next = Math.floor(rest / 62);
      target[p] = codes[rest - next * 62] as number;
      rest = next;
    }
  }
}

/** The opposite of `writeBase62`. False when a character is no digit or the number does not fit the limbs. */
export function readBase62(
  text: string,
  from: number,
  width: number,
  target: Buffer,
  offset: number,
  limbCount: number,
): boolean {
  for (let i = 0; i < limbCount; i++) limbs[i] = 0;
  const end = from + width;
  let at = from;
  while (at < end) {
    // The first group takes the odd digits, so that all others are whole.
    const take = (end - at) % DIGITS_PER_GROUP || DIGITS_PER_GROUP;
    let carry = 0;
    let factor = 1;
    for (let i = 0; i < take; i++) {
      const code = text.charCodeAt(at++);
      const digit = code < 128 ? (digits[code] as number) : INVALID;
      if (digit === INVALID) return false;
      carry = carry * 62 + digit;
      factor *= 62;
    }
    for (let i = 0; i < limbCount; i++) {
      const product = (limbs[i] as number) * factor + carry;
      carry = Math.floor(product / LIMB);
      limbs[i] = product - carry * LIMB;
    }
    if (carry > 0) return false;
  }
  for (let i = 0; i < limbCount; i++) target.writeUInt32LE(limbs[i] as number, offset + 4 * i);
  return true;
}
