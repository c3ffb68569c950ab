import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bestVariant, problemsOf } from "./problems.ts";
import { constraintsOf, exampleOf, type Shape, shapeOf } from "./schema.ts";

const shape = (schema: unknown): Shape => shapeOf(schema, schema);

/** As the SDKs with zod give it to the server. */
const order = z.toJSONSchema(
  z.object({
    id: z.uuid(),
    items: z.array(z.object({ sku: z.string().min(1), count: z.int().positive() })).min(1),
    payment: z.discriminatedUnion("type", [
      z.object({ type: z.literal("card"), number: z.string() }),
      z.object({ type: z.literal("invoice"), email: z.email() }),
    ]),
    priority: z.enum(["low", "high"]).default("low"),
    note: z.string().nullable(),
    tags: z.record(z.string(), z.string()).optional(),
    gift: z.boolean().optional(),
  }),
);

describe("a JSON Schema as a form sees it", () => {
  it("has a shape for what forms can show, and leaves the rest to JSON", () => {
    expect(shape({ type: "string", format: "date" })).toEqual({ kind: "string", format: "date" });
    expect(shape({ type: "integer" })).toEqual({ kind: "number", isInteger: true });
    expect(shape({ enum: ["a", 1] })).toEqual({ kind: "enum", values: ["a", 1] });
    expect(shape({ const: null })).toEqual({ kind: "const", value: null });
    expect(shape({ type: ["string"] })).toEqual({ kind: "string", format: undefined });
    expect(shape({ properties: { a: {} } }).kind).toBe("object");
    for (const other of [true, {}, { type: "object" }, { type: "array" }, { type: "string", not: { const: "" } }]) {
      expect([other, shape(other)]).toEqual([other, { kind: "other" }]);
    }
    expect(shape({ type: "array", prefixItems: [{}], items: {} }).kind).toBe("other");
  });

  it("follows references, puts allOf together, and does not hang on one that contains itself", () => {
    const schema = {
      $ref: "#/$defs/node",
      $defs: {
        node: {
          allOf: [
            { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
            { properties: { next: { $ref: "#/$defs/node" } } },
          ],
        },
        loop: { $ref: "#/$defs/loop" },
      },
    };
    const node = shape(schema);
    expect(node.kind === "object" && node.fields.map(({ name, isRequired }) => [name, isRequired])).toEqual([
      ["name", true],
      ["next", false],
    ]);
    expect(exampleOf(schema)).toEqual({ name: "" });
    expect(shapeOf({ $ref: "#/$defs/loop" }, schema)).toEqual({ kind: "other" });
    expect(shapeOf({ $ref: "https://elsewhere/schema" }, schema)).toEqual({ kind: "other" });
  });

  it("names the variants of a choice by what tells them apart, and finds the one that a value is", () => {
    const root = order as { properties: Record<string, unknown> };
    const payment = shapeOf(root.properties.payment, order);
    if (payment.kind !== "choice") throw new Error(`it is ${payment.kind}`);
    expect(payment.variants.map(({ label }) => label)).toEqual(["type: card", "type: invoice"]);
    expect(bestVariant(payment.variants, { type: "invoice" }, order)).toBe(1);
    expect(bestVariant(payment.variants, { type: "card", number: 7 }, order)).toBe(0);
    const note = shapeOf(root.properties.note, order);
    expect(note.kind === "choice" && note.variants.map(({ label }) => label)).toEqual(["string", "null"]);
    expect(note.kind === "choice" && bestVariant(note.variants, null, order)).toBe(1);
  });

  it("gives an example with what is required and what has a default", () => {
    expect(exampleOf(order)).toEqual({
      id: "",
      items: [{ sku: "", count: 1 }],
      payment: { type: "card", number: "" },
      priority: "low",
      note: "",
    });
    const loose = {
      type: "object",
      properties: { tags: { type: "array", items: { type: "integer" } }, n: { default: 7 } },
    };
    expect(exampleOf(loose)).toEqual({ tags: [0], n: 7 });
    expect(exampleOf({ type: "string", examples: ["Ada"] })).toBe("Ada");
    expect(exampleOf(undefined)).toBeNull();
  });

  it("says its constraints in words", () => {
    expect(constraintsOf({ minLength: 3, maxLength: 9, default: "x" })).toEqual([
      ...["at least 3 characters", "at most 9 characters", 'default "x"'],
    ]);
    expect(constraintsOf(z.toJSONSchema(z.int()) as Record<string, unknown>)).toEqual([]);
    expect(constraintsOf(z.toJSONSchema(z.int().positive()) as Record<string, unknown>)).toEqual(["> 0"]);
  });
});

describe("what a schema does not like about a value", () => {
  it("is named with its place", () => {
    const value = {
      id: "nope",
      items: [{ sku: "a", count: 1.5 }],
      payment: { type: "invoice", email: "ada" },
      priority: "middle",
    };
    expect(Object.fromEntries(problemsOf(order, value).map(({ path, message }) => [path, message]))).toEqual({
      "/id": "should be a UUID",
      "/items/0/count": "is not a whole number",
      "/payment/email": "should be an address like ada@example.com",
      "/priority": "is none of low, high",
      "/note": "is required",
    });
  });

  it("is nothing for a value that fits", () => {
    const value = {
      id: "0b9d2f10-3c1d-4c0e-9d5b-7a5d3f1e2c4b",
      items: [{ sku: "a", count: 2 }],
      payment: { type: "card", number: "4" },
      ...{ priority: "high", note: null, tags: { a: "b" } },
    };
    expect(problemsOf(order, value)).toEqual([]);
    expect(problemsOf({ type: "integer", minimum: 1, maximum: 3 }, 4)).toEqual([
      { path: "", message: "is more than 3" },
    ]);
    expect(problemsOf({ type: "array", items: { type: "string" }, minItems: 1 }, [])).toEqual([
      { path: "", message: "has fewer than 1 item" },
    ]);
    expect(problemsOf({ type: "object", properties: {}, additionalProperties: false }, { b: 1 })).toHaveLength(1);
    // A pattern that this browser cannot read is no reason to complain.
    expect(problemsOf({ type: "string", pattern: "(?<" }, "x")).toEqual([]);
  });
});
