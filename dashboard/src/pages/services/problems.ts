import { plural } from "../../ui/format.ts";
import { isRecord, resolved, type Schema, type Shape, shapeOf, textOf } from "./schema.ts";

/** Where in a value something is not as its schema says: a JSON pointer, and what is wrong. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

const LIMIT = 100;

/** What a schema does not like about a value. It advises: the handler itself decides what it takes. */
export function problemsOf(schema: unknown, value: unknown, root: unknown = schema, path = ""): readonly Problem[] {
  const found: Problem[] = [];
  look(schema, value, root, path, found);
  return found;
}

export function pathOf(path: string, step: string | number): string {
  return `${path}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function look(schema: unknown, value: unknown, root: unknown, path: string, found: Problem[]): void {
  const whole = resolved(schema, root);
  if (whole === undefined || found.length > LIMIT) return;
  const add = (message: string) => found.push({ path, message });
  if (value === undefined) {
    add("is required");
    return;
  }
  const shape = shapeOf(whole, root);
  if (!isOf(shape, value)) {
    add(expected(shape));
    return;
  }
  switch (shape.kind) {
    case "object":
      for (const { name, schema: inner, isRequired } of shape.fields) {
        const field = (value as Record<string, unknown>)[name];
        if (field !== undefined || isRequired) look(inner, field, root, pathOf(path, name), found);
      }
      if (whole.additionalProperties === false) {
        const known = new Set(shape.fields.map(({ name }) => name));
        const more = Object.keys(value as object).filter((name) => !known.has(name));
        if (more.length > 0) add(`has fields that the schema does not know: ${more.join(", ")}`);
      }
      return;
    case "array":
      for (const [index, item] of (value as unknown[]).entries()) {
        look(shape.item, item, root, pathOf(path, index), found);
      }
      for (const message of countProblems(whole, (value as unknown[]).length)) add(message);
      return;
    case "choice": {
      const variant = shape.variants[bestVariant(shape.variants, value, root)];
      if (variant !== undefined) look(variant.schema, value, root, path, found);
      return;
    }
    case "string":
      for (const message of stringProblems(whole, value as string)) add(message);
      return;
    case "number":
      for (const message of numberProblems(whole, value as number, shape.isInteger)) add(message);
  }
}

/** Whether a value can be shown by the form of that shape. */
export function isOf(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === shape.kind;
    case "null":
      return value === null;
    case "enum":
      return shape.values.some((one) => isSame(one, value));
    case "const":
      return isSame(shape.value, value);
    case "choice":
    case "other":
      return true;
  }
}

export const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function expected(shape: Shape): string {
  switch (shape.kind) {
    case "enum":
      return `is none of ${shape.values.map(textOf).join(", ")}`;
    case "const":
      return `is not ${JSON.stringify(shape.value)}`;
    case "object":
    case "array":
      return `is not an ${shape.kind}`;
    case "null":
      return "is not null";
    default:
      return `is not a ${shape.kind}`;
  }
}

/** The variant that a value is, or is nearest to. */
export function bestVariant(variants: readonly { readonly schema: unknown }[], value: unknown, root: unknown): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { schema }] of variants.entries()) {
    // A value of another type, or with another discriminator, is further away than any field that is wrong.
    const n = isOf(shapeOf(schema, root), value)
      ? problemsOf(schema, value, root).reduce((sum, { message }) => sum + (message.startsWith("is not ") ? 10 : 1), 0)
      : LIMIT * 10;
    if (n < least) [best, least] = [index, n];
  }
  return best;
}

const FORMATS: Readonly<Record<string, readonly [RegExp, string]>> = {
  date: [/^\d{4}-\d\d-\d\d$/, "a date like 2026-01-31"],
  "date-time": [/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/, "a time like 2026-01-31T12:00:00Z"],
  email: [/^[^\s@]+@[^\s@]+$/, "an address like ada@example.com"],
  uuid: [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a UUID"],
  uri: [/^[a-z][a-z0-9+.-]*:\S+$/i, "a URI like https://example.com"],
};

function stringProblems(schema: Schema, value: string): readonly string[] {
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  const known = typeof format === "string" ? FORMATS[format] : undefined;
  return [
    ...(typeof minLength === "number" && length < minLength
      ? [`has fewer than ${plural(minLength, "character")}`]
      : []),
    ...(typeof maxLength === "number" && length > maxLength ? [`has more than ${plural(maxLength, "character")}`] : []),
    ...(known !== undefined && !known[0].test(value) ? [`should be ${known[1]}`] : []),
    // zod adds a pattern of its own to the formats.
    ...(known === undefined && typeof pattern === "string" && !matches(pattern, value)
      ? [`does not match ${pattern}`]
      : []),
  ];
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // Patterns of other languages may be none here.
    return true;
  }
}

function numberProblems(schema: Schema, value: number, isInteger: boolean): readonly string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return [
    ...(isInteger && !Number.isInteger(value) ? ["is not a whole number"] : []),
    ...(typeof minimum === "number" && value < minimum ? [`is less than ${minimum}`] : []),
    ...(typeof maximum === "number" && value > maximum ? [`is more than ${maximum}`] : []),
    ...(typeof exclusiveMinimum === "number" && value <= exclusiveMinimum
      ? [`is not more than ${exclusiveMinimum}`]
      : []),
    ...(typeof exclusiveMaximum === "number" && value >= exclusiveMaximum
      ? [`is not less than ${exclusiveMaximum}`]
      : []),
  ];
}

function countProblems({ minItems, maxItems }: Schema, n: number): readonly string[] {
  return [
    ...(typeof minItems === "number" && n < minItems ? [`has fewer than ${plural(minItems, "item")}`] : []),
    ...(typeof maxItems === "number" && n > maxItems ? [`has more than ${plural(maxItems, "item")}`] : []),
  ];
}
