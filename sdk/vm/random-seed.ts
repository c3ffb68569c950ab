/**
 * The seed of an attempt whose start message has none (protocol v5): SipHash-1-3 without a key, of the length of the
 * invocation id and its bytes. It only has to be the same on every attempt, also on those of the official SDK before
 * and after this one (whose seed this is).
 */
export function seedOf(invocationId: Uint8Array): bigint {
  // The length counts with the 32 bits of a pointer in WebAssembly.
  const message = Buffer.alloc(LENGTH_BYTES + invocationId.length);
  message.writeUInt32LE(invocationId.length);
  message.set(invocationId, LENGTH_BYTES);
  return sipHash13(message);
}

const LENGTH_BYTES = 4;
const WORD_BYTES = 8;
const MASK = (1n << 64n) - 1n;

function sipHash13(message: Buffer): bigint {
  const state = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n] as Sip;
  const whole = message.length - (message.length % WORD_BYTES);
  for (let at = 0; at < whole; at += WORD_BYTES) compress(state, message.readBigUInt64LE(at));
  let last = BigInt(message.length & 0xff) << 56n;
  for (let at = whole; at < message.length; at++) last |= BigInt(message[at] as number) << BigInt(8 * (at - whole));
  compress(state, last);
  state[2] ^= 0xffn;
  for (let i = 0; i < 3; i++) round(state);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

type Sip = [bigint, bigint, bigint, bigint];

function compress(state: Sip, word: bigint): void {
  state[3] ^= word;
  round(state);
  state[0] ^= word;
}

function round(state: Sip): void {
  let [a, b, c, d] = state;
  a = (a + b) & MASK;
  b = rotate(b, 13n) ^ a;
  a = rotate(a, 32n);
  c = (c + d) & MASK;
  d = rotate(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = rotate(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = rotate(b, 17n) ^ c;
  c = rotate(c, 32n);
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

function rotate(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}
