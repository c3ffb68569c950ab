/** A number of sixteen digits and more may be one that JavaScript does not have. Bytes in hexadecimal are texts. */
const MAY_BE_LONG = /(?:^|[\s:,[])-?\d{16}/;

/** JSON whose whole numbers are exact: those that `number` would round are bigints. @throws SyntaxError */
export function parseJson(text: string): unknown {
  if (!MAY_BE_LONG.test(text)) return JSON.parse(text) as unknown;
  // reason: the source of a value is newer than the types; browsers without it round.
  const parse = JSON.parse as (text: string, revive: Revive) => unknown;
  return parse(text, (_name, value, context) => {
    const source = context?.source;
    const isRounded = typeof value === "number" && source !== undefined && !Number.isSafeInteger(value);
    return isRounded && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** JSON of what {@link parseJson} has read. */
export function stringifyJson(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(",")}]`;
  const fields = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${stringifyJson(inner)}`);
  return `{${fields.join(",")}}`;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Revive = (name: string, value: unknown, context?: { readonly source?: string }) => unknown;
