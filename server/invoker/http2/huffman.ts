/**
 * Decoder of HPACK's Huffman code (RFC 7541, appendix B). The code is canonical: codes of one length are consecutive
 * in the order of their symbols, and each length continues where the shorter one stopped. So its lengths say it all.
 */

/** Code length in bits of each byte value, and of the end-of-string symbol. */
// biome-ignore format: a table
const CODE_LENGTHS: readonly number[] = [
  13,23,28,28,28,28,28,28,28,24,30,28,28,30,28,28,28,28,28,28,28,28,30,28,28,28,28,28,28,28,28,28,
  6,10,10,12,13,6,8,11,10,10,8,11,8,6,6,6,5,5,5,6,6,6,6,6,6,6,7,8,15,6,12,10,
  13,6,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,8,7,8,13,19,13,14,6,
  15,5,6,5,6,5,6,6,6,5,7,7,6,6,6,5,6,7,6,5,5,6,7,7,7,7,7,15,11,14,13,28,
  20,22,20,20,22,22,22,23,22,23,23,23,23,23,24,23,24,24,22,23,24,23,23,23,23,21,22,23,22,23,23,24,
  22,21,20,22,22,23,23,21,23,22,22,24,21,22,23,23,21,21,22,21,23,22,23,23,20,22,22,22,23,22,22,23,
  26,26,20,19,22,23,22,25,26,26,26,27,27,26,24,25,19,21,26,27,27,26,27,24,21,21,26,26,28,27,27,27,
  20,24,20,21,22,21,21,23,22,22,25,25,24,24,26,23,26,27,26,26,27,27,27,27,27,28,27,27,27,27,27,26,
  30,
];
const END_OF_STRING = 256;

/** A binary tree in an array: entries 2n and 2n + 1 are the children of node n; negative: symbol -1 - entry; 0: none. */
const TREE: readonly number[] = buildTree();

function buildTree(): number[] {
  const tree = [0, 0];
  const symbols = CODE_LENGTHS.map((length, symbol) => ({ length, symbol }));
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0;
  let previousLength = 0;
  for (const { length, symbol } of symbols) {
    code = previousLength === 0 ? 0 : (code + 1) << (length - previousLength);
    previousLength = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const slot = 2 * node + ((code >>> bit) & 1);
      if (tree[slot] === 0) {
        tree[slot] = tree.length / 2;
        tree.push(0, 0);
      }
      node = tree[slot] as number;
    }
    tree[2 * node + (code & 1)] = -1 - symbol;
  }
  return tree;
}

/** Decodes a string as latin1 text; `undefined` when it is not validly encoded. */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  const decoded: number[] = [];
  let node = 0;
  let pendingBits = 0;
  let isPaddingOnes = true;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const direction = (byte >>> bit) & 1;
      const next = TREE[2 * node + direction] as number;
      pendingBits++;
      if (direction === 0) isPaddingOnes = false;
      if (next < 0) {
        const symbol = -1 - next;
        if (symbol === END_OF_STRING) return undefined;
        decoded.push(symbol);
        node = 0;
        pendingBits = 0;
        isPaddingOnes = true;
      } else node = next;
    }
  }
  // Padding: fewer than eight bits, from the beginning of the end-of-string symbol, which is all ones.
  if (pendingBits > 7 || !isPaddingOnes) return undefined;
  return Buffer.from(decoded).toString("latin1");
}
