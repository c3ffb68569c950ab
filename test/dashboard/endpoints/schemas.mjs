/** Of JSON, with a schema for people and tools. */
export const json = (jsonSchema) => ({
  contentType: "application/json",
  jsonSchema,
  serialize: (value) => (value === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(value))),
  deserialize: (bytes) => (bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes))),
});

const address = {
  type: "object",
  properties: { street: { type: "string", minLength: 1 }, zip: { type: "string", pattern: "^\\d{5}$" } },
  required: ["street", "zip"],
  additionalProperties: false,
};

export const quote = {
  title: "Quote",
  type: "object",
  properties: {
    customer: { type: "string", description: "Who it is for", minLength: 1, examples: ["Ada"] },
    parcels: {
      type: "array",
      items: { type: "object", properties: { grams: { type: "integer", exclusiveMinimum: 0 } }, required: ["grams"] },
      minItems: 1,
    },
    speed: { enum: ["normal", "express"], default: "normal" },
    to: { $ref: "#/$defs/address" },
    payment: {
      oneOf: [
        {
          type: "object",
          properties: { kind: { const: "card" }, number: { type: "string" } },
          required: ["kind", "number"],
        },
        {
          type: "object",
          properties: { kind: { const: "invoice" }, email: { type: "string", format: "email" } },
          required: ["kind", "email"],
        },
      ],
    },
    fragile: { type: "boolean" },
    due: { type: "string", format: "date" },
    labels: { type: "object", additionalProperties: { type: "string" } },
  },
  required: ["customer", "parcels", "to", "payment"],
  $defs: { address },
};
