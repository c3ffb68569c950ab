import type { Serde } from "./serde.ts";

/** Bytes as they are, without a copy. */
export const binary: Serde<Uint8Array> = {
  contentType: "application/octet-stream",
  serialize: (value) => value,
  deserialize: (data) => data,
};
