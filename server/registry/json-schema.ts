/** Whether something is a JSON schema: what its keywords must be (drafts 4 to 2020-12), and where references lead. */

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown, at: string, document: Document) => string | undefined;

/** The whole schema, in which references are looked up. */
interface Document {
  readonly root: unknown;
  readonly identifiers: ReadonlySet<string>;
}

const META_SCHEMA =
  /^https?:\/\/json-schema\.org\/(draft\/(2019-09|2020-12)\/(schema|meta\/[\w-]+)|draft-0[467]\/schema)#?$/;
const TYPES = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === "string") && new Set(value).size === value.length;
const isRegex = (value: unknown): boolean => {
  try {
    return typeof value === "string" && new RegExp(value, "u") !== undefined;
  } catch {
    return false;
  }
};

/** A check of one value, without looking further. */
function is(what: string, holds: (value: unknown) => boolean): Check {
  return (value, at) => (holds(value) ? undefined : `${at} is not ${what}`);
}

const text = is("a string", (value) => typeof value === "string");
const flag = is("true or false", (value) => typeof value === "boolean");
const number = is("a number", (value) => typeof value === "number");
const bound = is("a number", (value) => ["number", "boolean"].includes(typeof value));
const count = is("a count", (value) => Number.isInteger(value) && Number(value) >= 0);
const list = is("an array", Array.isArray);
const texts = is("an array of different strings", isTexts);

const first = <T>(values: readonly T[], check: (value: T, index: number) => string | undefined): string | undefined => {
  for (const [index, value] of values.entries()) {
    const problem = check(value, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const schemas: Check = (value, at, document) => {
  if (!Array.isArray(value) || value.length === 0) return `${at} is not an array of schemas`;
  return first(value, (each, index) => schema(each, `${at}/${index}`, document));
};

const schemaOrSchemas: Check = (value, at, document) =>
  Array.isArray(value)
    ? first(value, (each, index) => schema(each, `${at}/${index}`, document))
    : schema(value, at, document);

const members: Check = (value, at, document) =>
  isObject(value)
    ? first(Object.entries(value), ([name, each]) => schema(each, `${at}/${name}`, document))
    : `${at} is not an object`;

const patterns: Check = (value, at, document) => {
  const bad = isObject(value) ? Object.keys(value).find((name) => !isRegex(name)) : undefined;
  return bad === undefined ? members(value, at, document) : `${at} has '${bad}', which is not a regular expression`;
};

const dependencies: Check = (value, at, document) =>
  isObject(value)
    ? first(Object.entries(value), ([name, each]) =>
        isTexts(each) ? undefined : schema(each, `${at}/${name}`, document),
      )
    : `${at} is not an object`;

const reference: Check = (value, at, { root, identifiers }) => {
  if (typeof value !== "string") return `${at} is not a string`;
  if (META_SCHEMA.test(value) || identifiers.has(value)) return undefined;
  if (!value.startsWith("#")) return `${at} leads to '${value}', outside of the schema: bundle what it refers to`;
  let target: unknown = root;
  for (const part of value.slice(1).split("/").slice(1)) {
    const name = decode(part).replaceAll("~1", "/").replaceAll("~0", "~");
    target = typeof target === "object" && target !== null ? (target as Json)[name] : undefined;
  }
  return /^#(\/|$)/.test(value) && target !== undefined ? undefined : `${at} leads to '${value}', which is not there`;
};

const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: is("a known dialect of JSON schema", (value) => typeof value === "string" && META_SCHEMA.test(value)),
  $id: text,
  $ref: reference,
  $dynamicRef: text,
  $anchor: text,
  $comment: text,
  title: text,
  description: text,
  format: text,
  contentEncoding: text,
  contentMediaType: text,
  pattern: is("a regular expression", isRegex),
  type: is("a type, or an array of types", (value) => {
    const all = Array.isArray(value) ? value : [value];
    return all.length > 0 && all.every((each) => TYPES.has(String(each)) && typeof each === "string") && isTexts(all);
  }),
  enum: list,
  examples: list,
  required: texts,
  multipleOf: is("a number above zero", (value) => typeof value === "number" && value > 0),
  minimum: number,
  maximum: number,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minContains: count,
  maxContains: count,
  minProperties: count,
  maxProperties: count,
  uniqueItems: flag,
  deprecated: flag,
  readOnly: flag,
  writeOnly: flag,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  prefixItems: schemas,
  items: schemaOrSchemas,
  $defs: members,
  definitions: members,
  properties: members,
  dependentSchemas: members,
  patternProperties: patterns,
  dependencies,
  dependentRequired: is("an object of arrays", (value) => isObject(value) && Object.values(value).every(isTexts)),
};

/** Keywords whose value is one schema. */
const ONE_SCHEMA = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];

const CHECKS = new Map<string, Check>([
  ...Object.entries(KEYWORDS),
  ...ONE_SCHEMA.map((name) => [name, schema] as const),
]);

function schema(value: unknown, at: string, document: Document): string | undefined {
  if (typeof value === "boolean") return undefined;
  if (!isObject(value)) return `${at} is not an object, true or false`;
  return first(Object.entries(value), ([name, each]) => CHECKS.get(name)?.(each, `${at}/${name}`, document));
}

/** Every `$id`, and every `$anchor` as a reference names it. */
function identifiersOf(value: unknown, found: Set<string>): ReadonlySet<string> {
  if (typeof value !== "object" || value === null) return found;
  const { $id, $anchor } = value as Json;
  if (typeof $id === "string") found.add($id);
  if (typeof $anchor === "string") found.add(`#${$anchor}`);
  for (const each of Object.values(value)) identifiersOf(each, found);
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Says what is wrong with a JSON schema; `undefined` when nothing is. */
export function schemaProblem(root: unknown): string | undefined {
  return schema(root, "#", { root, identifiers: identifiersOf(root, new Set()) });
}
