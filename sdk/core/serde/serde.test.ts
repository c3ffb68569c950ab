import { serde as official } from "@restatedev/restate-sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type StandardSchemaV1, serde } from "../index.ts";

const bytes = (...of: number[]) => new Uint8Array(of);
const text = (of: string) => new TextEncoder().encode(of);

describe("json", () => {
  const long = "x".repeat(100);
  test.each([null, 0, false, "", "ä€𝄞", `${long}ä€𝄞`, long, "\ud800", [1, { a: null }], { nested: { date: "x" } }])(
    "writes %j as the official one does, and reads it back",
    (value) => {
      const written = serde.json.serialize(value);
      expect([...written]).toEqual([...official.json.serialize(value)]);
      expect(serde.json.deserialize(written)).toEqual(value);
    },
  );

  test("nothing is no bytes, both ways", () => {
    expect(serde.json.serialize(undefined)).toEqual(bytes());
    expect(serde.json.deserialize(bytes())).toBeUndefined();
  });

  test("reads from within a larger buffer", () => {
    expect(serde.json.deserialize(text('..{"a":1}..').subarray(2, 9))).toEqual({ a: 1 });
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  test.each([
    ["a BigInt", 1n],
    ["a cycle", cycle],
    ["a function", () => {}],
    ["a symbol", Symbol("s")],
  ])("refuses %s instead of writing something else", (_, value) => {
    expect(() => serde.json.serialize(value)).toThrow(TypeError);
  });

  test("refuses bytes that are no JSON", () => {
    expect(() => serde.json.deserialize(text("{"))).toThrow(SyntaxError);
  });

  test("carries a JSON Schema, and none by default", () => {
    expect(new serde.JsonSerde({ type: "string" }).jsonSchema).toEqual({ type: "string" });
    expect(serde.json.jsonSchema).toBeUndefined();
  });
});

describe("binary", () => {
  test("hands bytes through, uncopied", () => {
    const value = bytes(1, 2);
    expect(serde.binary.serialize(value)).toBe(value);
    expect(serde.binary.deserialize(value)).toBe(value);
  });
});

describe("empty", () => {
  test("takes nothing, and nothing else", () => {
    expect(serde.empty.serialize(undefined)).toEqual(bytes());
    expect(serde.empty.deserialize(bytes())).toBeUndefined();
    expect(() => serde.empty.serialize(null as never)).toThrow(/no value/);
    expect(() => serde.empty.deserialize(bytes(1))).toThrow(/no bytes, found 1/);
  });
});

describe("schema", () => {
  const person = serde.schema(z.object({ name: z.string(), tags: z.array(z.string()).default([]) }));

  test("writes JSON, and gives out what the schema makes of it", () => {
    expect(person.serialize({ name: "Ann", tags: [] })).toEqual(text('{"name":"Ann","tags":[]}'));
    expect(person.deserialize(text('{"name":"Ann"}'))).toEqual({ name: "Ann", tags: [] });
  });

  test("names every issue with its place", () => {
    expect(() => person.deserialize(text('{"tags":["a",2]}'))).toThrow(
      /validation failed:\n\* \(at \/name\) .*\n\* \(at \/tags\/1\) /,
    );
  });

  test("names an issue of the value itself without a place", () => {
    expect(() => serde.schema(z.string()).deserialize(text("1"))).toThrow(/failed:\n\* (?!\()/);
  });

  const object = z.object({ n: z.number() });
  const anything = vendor((value) => ({ value }));
  test.each([
    ["an object", object],
    ["an optional object", object.optional()],
    ["a nullable object", object.nullable()],
    ["an object that may be null or absent", object.nullish()],
    ["an object with a default", object.default({ n: 1 })],
    ["a union with undefined", z.union([z.undefined(), object])],
    ["an optional map, which JSON Schema cannot express", z.map(z.string(), z.string()).optional()],
    ["any", z.any()],
    ["unknown", z.unknown()],
    ["a schema of another library that takes anything", anything],
    [
      "an optional of Valibot",
      Object.assign(
        vendor((value) => ({ value })),
        { type: "optional" },
      ),
    ],
  ])("%s is JSON", (_what, schema) => {
    expect(serde.schema(schema).contentType).toBe("application/json");
  });

  const nothing = (names: object) =>
    Object.assign(
      vendor((value) => ({ value })),
      names,
    );
  test.each([
    ["void of Zod 4", z.void()],
    ["undefined of Zod 4", z.undefined()],
    ["void of Zod 3", nothing({ _def: { typeName: "ZodVoid" } })],
    ["void of Valibot", nothing({ type: "void" })],
    ["undefined of ArkType", Object.assign(() => {}, nothing({ expression: "undefined" }))],
  ])("%s is no payload", (_what, schema) => {
    expect(serde.schema(schema).contentType).toBeUndefined();
  });

  test("what is optional is read from JSON, and from no bytes", () => {
    const optional = serde.schema(object.optional());
    expect(optional.deserialize(text('{"n":1}'))).toEqual({ n: 1 });
    expect(optional.deserialize(bytes())).toBeUndefined();
    expect(optional.serialize(undefined)).toEqual(bytes());
    expect(serde.schema(object.default({ n: 7 })).deserialize(bytes())).toEqual({ n: 7 });
  });

  test("validates with the given options", () => {
    const seen: unknown[] = [];
    const spy = vendor((value, options) => {
      seen.push(options);
      return { value };
    });
    serde.schema(spy, { libraryOptions: { strict: true } }).deserialize(text("1"));
    expect(seen.at(-1)).toEqual({ libraryOptions: { strict: true } });
  });

  test("refuses a schema that validates asynchronously, when it is used", () => {
    const async = serde.schema(vendor(async (value) => ({ value })));
    expect(async.contentType).toBe("application/json");
    expect(() => async.deserialize(text("1"))).toThrow(/asynchronously/);
  });

  test("does without a JSON Schema when the library gives none", () => {
    expect(serde.schema(vendor((value) => ({ value }))).jsonSchema).toBeUndefined();
    expect(serde.schema(z.map(z.string(), z.string())).jsonSchema).toBeUndefined();
  });
});

function vendor(validate: StandardSchemaV1.Props["validate"]): StandardSchemaV1 {
  return { "~standard": { version: 1, vendor: "test", validate } };
}
