import type { StandardJSONSchemaV1, StandardSchemaV1 } from "../standard-schema.ts";
import type { Serde } from "./serde.ts";
import { fromJsonBytes, toJsonBytes } from "./text.ts";

type Validating = { "~standard": StandardSchemaV1.Props };

/**
 * Values as JSON text, checked against a schema (Zod, Valibot, ArkType, …) when they arrive. Discovery shows the JSON
 * Schema of the values when the library can give one.
 *
 * @param schema a Standard Schema that validates synchronously
 * @param validateOptions handed to the schema's `validate`
 * @param jsonSchemaOptions handed to the library as `libraryOptions` when it makes the JSON Schema
 */
export function schema<T extends Validating>(
  schema: T,
  validateOptions?: Record<string, unknown>,
  jsonSchemaOptions?: Record<string, unknown>,
): Serde<StandardSchemaV1.InferOutput<T>> {
  return new SchemaSerde(schema, validateOptions, jsonSchemaOptions);
}

class SchemaSerde<T extends Validating> implements Serde<StandardSchemaV1.InferOutput<T>> {
  readonly contentType?: string;
  readonly jsonSchema?: object;
  readonly #standard: StandardSchemaV1.Props;
  readonly #validateOptions: Record<string, unknown> | undefined;

  constructor(schema: T, validateOptions?: Record<string, unknown>, jsonSchemaOptions?: Record<string, unknown>) {
    this.#standard = schema["~standard"];
    this.#validateOptions = validateOptions;
    const jsonSchema = jsonSchemaOf(this.#standard, jsonSchemaOptions);
    if (jsonSchema !== undefined) this.jsonSchema = jsonSchema;
    if (!isNothing(schema)) this.contentType = "application/json";
  }

  serialize(value: StandardSchemaV1.InferOutput<T>): Uint8Array {
    return toJsonBytes(value);
  }

  deserialize(data: Uint8Array): StandardSchemaV1.InferOutput<T> {
    const result = this.#standard.validate(fromJsonBytes(data), this.#validateOptions);
    if (isPromise(result)) {
      throw new TypeError(
        `The schema (${this.#standard.vendor}) validates asynchronously, which a serde cannot wait for`,
      );
    }
    if (result.issues) {
      throw new TypeError(`Standard schema validation failed:\n${result.issues.map(lineOf).join("\n")}`);
    }
    return result.value as StandardSchemaV1.InferOutput<T>;
  }
}

/**
 * Whether `undefined` is the only value: such a payload has no content type, and servers refuse what has one. Standard
 * Schema cannot say it, and that `undefined` is valid means little, because it is for what is optional, too. So the
 * libraries' own words count: `def.type` (Zod 4), `_def.typeName` (Zod 3), `type` (Valibot), `expression` (ArkType).
 * One that is not recognised is announced as optional JSON, which takes no bytes as well.
 */
function isNothing(schema: object): boolean {
  const { type, expression, def, _def } = schema as {
    type?: unknown;
    expression?: unknown;
    def?: { type?: unknown };
    _def?: { typeName?: unknown };
  };
  return [type, expression, def?.type, _def?.typeName].some(
    (name) => typeof name === "string" && /^(Zod)?(void|undefined)$/i.test(name),
  );
}

function jsonSchemaOf(
  standard: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props>,
  libraryOptions: Record<string, unknown> | undefined,
): object | undefined {
  if (typeof standard.jsonSchema?.output !== "function") return undefined;
  try {
    return standard.jsonSchema.output({ target: "draft-2020-12", libraryOptions });
  } catch {
    // Libraries throw for what JSON Schema cannot express. The serde works without it.
    return undefined;
  }
}

function isPromise(result: unknown): result is Promise<unknown> {
  return typeof result === "object" && result !== null && "then" in result;
}

function lineOf({ message, path = [] }: StandardSchemaV1.Issue): string {
  if (path.length === 0) return `* ${message}`;
  const keys = path.map((segment) => String(typeof segment === "object" ? segment.key : segment));
  return `* (at /${keys.join("/")}) ${message}`;
}
