import zlib from "node:zlib";

interface Zstd {
  compress(bytes: Uint8Array): Buffer;
  decompress(bytes: Uint8Array): Buffer;
}

/** Node has zstd since 22.15; the types are of Node 20. */
interface ZlibWithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Buffer;
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Buffer;
}

const { zstdCompressSync: compress, zstdDecompressSync: decompress } = zlib as ZlibWithZstd;

/** Undefined when this Node has no zstd. */
export const zstd: Zstd | undefined =
  compress === undefined || decompress === undefined ? undefined : { compress, decompress };
