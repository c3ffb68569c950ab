/** Sixteen digits and more may be a number that JavaScript does not have. */
const MAY_BE_LONG = /\d{16}/;

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

type Revive = (name: string, value: unknown, context?: { readonly source?: string }) => unknown;
