import { createHash } from "node:crypto";
import { encodeInvocationId } from "../sdk/protocol/index.ts";

const ID_BYTES = 24;
const REMEMBERED = 10_000;
const known = new Map<string, string>();

/**
 * The name of the virtual queue of an invocation: those of one service in one scope with one limit key share it, and
 * those that want the lock of an object have one for each key (`key`; otherwise `null`).
 * @param scope `""`: none
 */
export function vqueueName(service: string, scope: string, limitKey: string | null, key: string | null): string {
  return JSON.stringify([service, scope, limitKey, key]);
}

/** What {@link vqueueName} was made of. */
export function parseVqueueName(name: string) {
  const [service, scope, limitKey, key] = JSON.parse(name) as [string, string, string | null, string | null];
  return { service, scope, limitKey, key };
}

/** The id (`vq_1…`) of the virtual queue with this name. */
export function vqueueId(name: string): string {
  let id = known.get(name);
  if (id === undefined) {
    const hash = createHash("sha256").update(name).digest();
    id = encodeInvocationId(hash.subarray(0, ID_BYTES)).replace("inv_", "vq_");
    if (known.size > REMEMBERED) known.clear();
    known.set(name, id);
  }
  return id;
}
