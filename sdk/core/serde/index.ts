/**
 * What is exported as `serde`: the serdes that come with the SDK. `serde` is the interface; `json`, `binary` and
 * `empty` are the plain ones, `schema` checks values by a schema, `text` makes bytes of JSON text for both.
 */
export { binary } from "./binary.ts";
export { empty } from "./empty.ts";
export { JsonSerde, json } from "./json.ts";
export { schema } from "./schema.ts";
