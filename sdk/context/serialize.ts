import type { Serde } from "../core/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import type { EntryKind } from "./entry-kind.ts";
import { asError } from "./errors.ts";

/**
 * A value as bytes for the journal.
 *
 * @param kind with `name`, what the value is for
 * @throws SdkError `RL_SDK_VALUE_NOT_SERIALIZABLE`
 */
export function serialize<T>(
  attempt: AttemptCore,
  value: T,
  serde: Serde<T>,
  kind: EntryKind,
  name: string,
): Uint8Array {
  try {
    const bytes = serde.serialize(value);
    return attempt.codec === undefined ? bytes : attempt.codec.encode(bytes);
  } catch (thrown) {
    const reason = findUnserializable(value, "", []) ?? asError(thrown).message;
    throw attempt.mistake("RL_SDK_VALUE_NOT_SERIALIZABLE", { subject: kind.label(name), reason }, thrown);
  }
}

const MAX_DEPTH = 500;

/** What `JSON.stringify` stumbles over. Undefined when it is neither a BigInt nor a cycle, or lies too deep. */
function findUnserializable(value: unknown, path: string, ancestors: unknown[]): string | undefined {
  if (typeof value === "bigint") return describe("a BigInt", path);
  if (typeof value !== "object" || value === null || "toJSON" in value || ancestors.length > MAX_DEPTH) {
    return undefined;
  }
  if (ancestors.includes(value)) return describe("a reference back to an object that contains it", path);
  ancestors.push(value);
  for (const [key, child] of Object.entries(value)) {
    const childPath = Array.isArray(value) ? `${path}[${key}]` : memberPath(path, key);
    const found = findUnserializable(child, childPath, ancestors);
    if (found !== undefined) return found;
  }
  ancestors.pop();
  return undefined;
}

function describe(what: string, path: string): string {
  return path === "" ? `it is ${what}` : `there is ${what} at ${path}`;
}

function memberPath(path: string, key: string): string {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
