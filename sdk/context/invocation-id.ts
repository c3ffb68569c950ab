import type { InvocationId } from "../authoring/index.ts";

/** Makes an `InvocationId` of a string that came from elsewhere. */
export const InvocationIdParser = {
  /** @throws Error when the text cannot be an invocation id, which starts with `inv` */
  fromString(id: string): InvocationId {
    if (!id.startsWith("inv")) throw new Error(`Not an invocation id, which would start with "inv": ${id}`);
    return id as InvocationId;
  },
};
