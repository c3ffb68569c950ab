import type { Any } from "../any.ts";
import type { Serde } from "./serde.ts";
import { fromJsonBytes, toJsonBytes } from "./text.ts";

/** Values as JSON text; `undefined` is no bytes at all. */
export class JsonSerde<T> implements Serde<T> {
  contentType = "application/json";
  readonly jsonSchema?: object;

  constructor(jsonSchema?: object) {
    if (jsonSchema !== undefined) this.jsonSchema = jsonSchema;
  }

  /** @throws TypeError when JSON has no text for the value */
  serialize(value: T): Uint8Array {
    return toJsonBytes(value);
  }

  deserialize(data: Uint8Array): T {
    return fromJsonBytes(data) as T;
  }

  /**
   * JSON of values that a JSON Schema describes. The schema is shown in discovery; values are not checked.
   *
   * @deprecated `new serde.JsonSerde(schema)`
   */
  schema<U>(schema: object): Serde<U> {
    return new JsonSerde<U>(schema);
  }
}

/** Values as JSON text, of any type. What is used when nothing else is given. */
export const json: JsonSerde<Any> = new JsonSerde<Any>();
