import type { Serde } from "./serde.ts";

/** No value and no bytes: whatever else is an error. */
export const empty: Serde<void> = {
  serialize(value) {
    if (value !== undefined) throw new Error("Expected no value (undefined)");
    return new Uint8Array(0);
  },
  deserialize(data) {
    if (data.length !== 0) throw new Error(`Expected no bytes, found ${data.length}`);
  },
};
