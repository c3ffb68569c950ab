/** What is exported as `serde`: the serdes that come with the SDK. */
export { binary } from "./binary.ts";
export { empty } from "./empty.ts";
export { JsonSerde, json } from "./json.ts";
export { schema } from "./schema.ts";
