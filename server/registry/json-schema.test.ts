import { describe, expect, it } from "vitest";
import { schemaProblem } from "./json-schema.ts";

describe("a JSON schema", () => {
  it.each([
    [true],
    [{}],
    [{ type: ["string", "null"], pattern: "^[a-z]+$", minLength: 1, format: "date-time" }],
    [{ $schema: "https://json-schema.org/draft/2020-12/schema", type: "object", additionalProperties: false }],
    [{ $schema: "http://json-schema.org/draft-07/schema#", definitions: { A: true }, $ref: "#/definitions/A" }],
    [{ $defs: { "a/b": { type: "integer" } }, properties: { x: { $ref: "#/$defs/a~1b" } }, required: ["x"] }],
    [{ $defs: { A: { $anchor: "a" } }, anyOf: [{ $ref: "#a" }, { $ref: "#" }] }],
    [{ $defs: { A: { $id: "urn:a" } }, items: { $ref: "urn:a" } }],
    [{ prefixItems: [{ const: 1 }], dependentRequired: { a: ["b"] }, dependencies: { a: ["b"], c: {} } }],
    [{ "x-mine": 1, example: {}, nullable: true }],
  ])("is %j", (schema) => expect(schemaProblem(schema)).toBeUndefined());

  it.each([
    ["text", "#"],
    [1, "#"],
    [[], "#"],
    [{ type: "text" }, "#/type"],
    [{ type: [] }, "#/type"],
    [{ properties: 1 }, "#/properties"],
    [{ properties: { a: "string" } }, "#/properties/a"],
    [{ items: { minimum: "1" } }, "#/items/minimum"],
    [{ anyOf: [] }, "#/anyOf"],
    [{ allOf: [{ not: 1 }] }, "#/allOf/0/not"],
    [{ required: "a" }, "#/required"],
    [{ required: ["a", "a"] }, "#/required"],
    [{ pattern: "(" }, "#/pattern"],
    [{ patternProperties: { "(": {} } }, "#/patternProperties"],
    [{ minLength: -1 }, "#/minLength"],
    [{ multipleOf: 0 }, "#/multipleOf"],
    [{ $ref: "#/$defs/None" }, "'#/$defs/None', which is not there"],
    [{ $ref: "#none" }, "'#none', which is not there"],
    [{ $ref: "https://example.com/other" }, "outside of the schema"],
    [{ $schema: "https://example.com/other" }, "#/$schema"],
  ])("is not %j", (schema, problem) => expect(schemaProblem(schema)).toContain(problem));
});
