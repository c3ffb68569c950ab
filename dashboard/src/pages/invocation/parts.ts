/** What of an entry is worth a view of its own. */
export type Part =
  | { readonly kind: "bytes"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: "failure"; readonly name: string; readonly code: number; readonly message: string }
  /** Keys of the state. */
  | { readonly kind: "names"; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: "pairs"; readonly name: string; readonly pairs: readonly (readonly [string, string])[] };

const NAMES: Readonly<Record<string, string>> = {
  payload: "Input",
  parameter: "Input",
  value: "Value",
  Success: "Result",
  Failure: "Failure",
  headers: "Headers",
  state_keys: "Keys",
};

/** Finds payloads, failures and headers in `entry_json` of `sys_journal`, where bytes are arrays of numbers. */
export function partsOf(entryJson: string | undefined): Part[] {
  if (entryJson === undefined) return [];
  const parts: Part[] = [];
  walk(JSON.parse(entryJson) as unknown, parts);
  return parts.sort((a, b) => rank(a) - rank(b));
}

const rank = ({ kind }: Part): number => (kind === "pairs" ? 1 : 0);

function walk(value: unknown, parts: Part[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const title = NAMES[name];
    if (title === undefined) walk(inner, parts);
    else if (name === "state_keys") {
      if (Array.isArray(inner)) parts.push({ kind: "names", name: title, names: inner.map(String) });
    } else if (isBytes(inner)) {
      if (name !== "headers") parts.push({ kind: "bytes", name: title, bytes: Uint8Array.from(inner) });
    } else if (isPairs(inner)) {
      parts.push({ kind: "pairs", name: title, pairs: inner.map(({ name: header, value: said }) => [header, said]) });
    } else if (isFailure(inner)) {
      parts.push({ kind: "failure", name: title, code: inner.code, message: inner.message });
    } else walk(inner, parts);
  }
}

function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((byte) => typeof byte === "number");
}

function isPairs(value: unknown): value is { name: string; value: string }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((pair) => typeof pair === "object" && pair !== null && "name" in pair && "value" in pair)
  );
}

function isFailure(value: unknown): value is { code: number; message: string } {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
