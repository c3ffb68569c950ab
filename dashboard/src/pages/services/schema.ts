import { plural } from "../../ui/format.ts";

/** What the pages read of a JSON Schema (2020-12). What they do not read is shown and edited as JSON. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Field {
  readonly name: string;
  readonly schema: unknown;
  readonly isRequired: boolean;
}

export interface Variant {
  readonly label: string;
  readonly schema: unknown;
}

/** A schema as a form sees it. */
export type Shape =
  | { readonly kind: "object"; readonly fields: readonly Field[] }
  | { readonly kind: "array"; readonly item: unknown }
  | { readonly kind: "string"; readonly format: string | undefined }
  | { readonly kind: "number"; readonly isInteger: boolean }
  | { readonly kind: "boolean" }
  | { readonly kind: "null" }
  | { readonly kind: "enum"; readonly values: readonly unknown[] }
  | { readonly kind: "const"; readonly value: unknown }
  | { readonly kind: "choice"; readonly variants: readonly Variant[] }
  /** Only as JSON. */
  | { readonly kind: "other" };

const OTHER: Shape = { kind: "other" };

/** Constraints whose meaning a form would hide. */
const BEYOND_FORMS = ["if", "not", "patternProperties", "dependentSchemas", "dependentRequired", "$dynamicRef"];
const REFERENCES = 32;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema itself: references inside of the document followed, parts of `allOf` put together. */
export function resolved(schema: unknown, root: unknown, depth = 0): Schema | undefined {
  if (!isRecord(schema) || depth > REFERENCES) return undefined;
  const { $ref, allOf, ...own } = schema;
  if (typeof $ref === "string") {
    const target = resolved(pointed(root, $ref), root, depth + 1);
    return target === undefined ? undefined : merged(target, resolved({ ...own, allOf }, root, depth + 1) ?? own);
  }
  if (!Array.isArray(allOf)) return own;
  let whole: Schema = {};
  for (const part of allOf) {
    const one = resolved(part, root, depth + 1);
    if (one === undefined) return undefined;
    whole = merged(whole, one);
  }
  return merged(whole, own);
}

function pointed(root: unknown, reference: string): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let at: unknown = root;
  for (const step of decodeURIComponent(reference.slice(2)).split("/")) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) && Object.hasOwn(at, name) ? at[name] : Array.isArray(at) ? at[Number(name)] : undefined;
  }
  return at;
}

/** Both at once; where both say the same thing, `over` counts. */
function merged(under: Schema, over: Schema): Schema {
  const whole: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const before = whole[name];
    if (value === undefined) continue;
    if (name === "properties" && isRecord(before) && isRecord(value)) whole[name] = { ...before, ...value };
    else if (name === "required" && Array.isArray(before) && Array.isArray(value)) {
      whole[name] = [...new Set([...before, ...value])];
    } else whole[name] = value;
  }
  return whole;
}

export function shapeOf(schema: unknown, root: unknown): Shape {
  const whole = resolved(schema, root);
  if (whole === undefined || BEYOND_FORMS.some((name) => name in whole)) return OTHER;
  if ("const" in whole) return { kind: "const", value: whole.const };
  if (Array.isArray(whole.enum)) return { kind: "enum", values: whole.enum };
  const { oneOf, anyOf, type, ...rest } = whole;
  const options = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : undefined;
  if (options !== undefined) return choiceOf(type === undefined ? rest : { ...rest, type }, options, root);
  if (Array.isArray(type)) {
    if (type.length !== 1)
      return choiceOf(
        {},
        type.map((one) => ({ ...rest, type: one as unknown })),
        root,
      );
    return shapeOf({ ...rest, type: type[0] as unknown }, root);
  }
  switch (type ?? (isRecord(whole.properties) ? "object" : isRecord(whole.items) ? "array" : undefined)) {
    case "object":
      return objectShape(whole);
    case "array":
      return isRecord(whole.items) && !("prefixItems" in whole) ? { kind: "array", item: whole.items } : OTHER;
    case "string":
      return { kind: "string", format: typeof whole.format === "string" ? whole.format : undefined };
    case "number":
      return { kind: "number", isInteger: false };
    case "integer":
      return { kind: "number", isInteger: true };
    case "boolean":
      return { kind: "boolean" };
    case "null":
      return { kind: "null" };
    default:
      return OTHER;
  }
}

function objectShape({ properties, required, additionalProperties }: Schema): Shape {
  if (!isRecord(properties)) return additionalProperties === false ? { kind: "object", fields: [] } : OTHER;
  const names = new Set(Array.isArray(required) ? (required as unknown[]) : []);
  const fields = Object.entries(properties).map(([name, schema]) => ({ name, schema, isRequired: names.has(name) }));
  return { kind: "object", fields };
}

function choiceOf(base: Schema, options: readonly unknown[], root: unknown): Shape {
  const { title: _title, description: _description, default: _default, examples: _examples, ...shared } = base;
  const variants = options.map((option, index): Variant => {
    const own = resolved(option, root);
    const schema = own === undefined ? option : merged(shared, own);
    return { label: labelOf(schema, root) ?? `Variant ${index + 1}`, schema };
  });
  return { kind: "choice", variants };
}

/** What tells a variant from the others. */
function labelOf(schema: unknown, root: unknown): string | undefined {
  const whole = resolved(schema, root);
  if (whole === undefined) return undefined;
  if (typeof whole.title === "string") return whole.title;
  const shape = shapeOf(whole, root);
  if (shape.kind === "const") return JSON.stringify(shape.value);
  if (shape.kind === "object") {
    for (const { name, schema: inner } of shape.fields) {
      const field = shapeOf(inner, root);
      if (field.kind === "const") return `${name}: ${textOf(field.value)}`;
    }
  }
  return typeof whole.type === "string" ? whole.type : undefined;
}

/** A value of an enumeration, for people. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const DEPTH = 6;

/**
 * A value to start from: the schema's own example, or the least that it asks for. A schema that requires nothing at all
 * shows what it knows instead.
 */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  const whole = resolved(schema, root);
  if (whole === undefined || depth > DEPTH) return null;
  if (whole.default !== undefined) return whole.default;
  if (Array.isArray(whole.examples) && whole.examples.length > 0) return whole.examples[0];
  const shape = shapeOf(whole, root);
  switch (shape.kind) {
    case "object": {
      const wanted = Array.isArray(whole.required)
        ? shape.fields.filter(({ isRequired, schema: inner }) => isRequired || hasDefault(inner, root))
        : shape.fields;
      return Object.fromEntries(wanted.map(({ name, schema: inner }) => [name, exampleOf(inner, root, depth + 1)]));
    }
    case "array":
      return whole.minItems === 0 ? [] : [exampleOf(shape.item, root, depth + 1)];
    case "string":
      return "";
    case "number":
      return leastNumber(whole);
    case "boolean":
      return false;
    case "enum":
      return shape.values[0] ?? null;
    case "const":
      return shape.value;
    case "choice":
      return exampleOf(shape.variants[0]?.schema, root, depth + 1);
    case "null":
      return null;
    case "other":
      return whole.type === "object" ? {} : whole.type === "array" ? [] : null;
  }
}

function hasDefault(schema: unknown, root: unknown): boolean {
  return resolved(schema, root)?.default !== undefined;
}

function leastNumber({ minimum, exclusiveMinimum }: Schema): number {
  if (typeof minimum === "number" && minimum > 0) return minimum;
  return typeof exclusiveMinimum === "number" && exclusiveMinimum >= 0 ? Math.floor(exclusiveMinimum) + 1 : 0;
}

/** What a schema says about a value besides its type: `3 to 20 characters`, `default 7`. */
export function constraintsOf(schema: Schema): readonly string[] {
  const parts: string[] = [];
  const say = (name: string, say: (value: string) => string) => {
    const value = schema[name];
    if (value !== undefined && typeof value !== "boolean") parts.push(say(textOf(value)));
  };
  say("format", (format) => format);
  say("minLength", (n) => `at least ${plural(Number(n), "character")}`);
  say("maxLength", (n) => `at most ${plural(Number(n), "character")}`);
  say("pattern", (pattern) => `matches ${pattern}`);
  say("minimum", (n) => `≥ ${n}`);
  say("exclusiveMinimum", (n) => `> ${n}`);
  // zod's `int()` says the limits of safe integers, which tell nobody anything.
  if (schema.maximum !== Number.MAX_SAFE_INTEGER) say("maximum", (n) => `≤ ${n}`);
  say("exclusiveMaximum", (n) => `< ${n}`);
  say("multipleOf", (n) => `a multiple of ${n}`);
  say("minItems", (n) => `at least ${plural(Number(n), "item")}`);
  say("maxItems", (n) => `at most ${plural(Number(n), "item")}`);
  if (schema.uniqueItems === true) parts.push("no item twice");
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return schema.minimum === Number.MIN_SAFE_INTEGER ? parts.filter((part) => !part.startsWith("≥ -9007")) : parts;
}
