import { randomBytes } from "node:crypto";
import { encodeResourceId } from "../sdk/protocol/index.ts";
import type { Ids } from "./seams.ts";

const ID_BYTES = 16;
/** Random bytes are drawn for this many ids at a time: a draw costs more than its bytes. */
const IDS_PER_DRAW = 256;

/** Random ids. */
export function randomIds(): Ids {
  let drawn = Buffer.alloc(0);
  let used = 0;
  const next = (): Buffer => {
    if (used >= drawn.length) {
      drawn = randomBytes(ID_BYTES * IDS_PER_DRAW);
      used = 0;
    }
    used += ID_BYTES;
    return drawn.subarray(used - ID_BYTES, used);
  };
  return { invocationBytes: next, deploymentId: () => encodeResourceId("dp", next()) };
}

/** A subscription id in the real textual form, `sub_1` + base62. */
export function randomSubscriptionId(): string {
  return encodeResourceId("sub", randomBytes(ID_BYTES));
}
