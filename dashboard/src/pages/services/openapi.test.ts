import { expect, it } from "vitest";
import { operationsOf } from "./openapi.ts";

it("an OpenAPI document is read with its references followed", () => {
  const document = {
    paths: {
      "/restate/call/Cart/{key}/add": {
        post: {
          ...{ summary: "add", tags: ["Request Response"], parameters: [{ $ref: "#/components/parameters/key" }] },
          requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/addRequest" } } } },
          responses: {
            200: { description: "ok", content: { "application/json": {} } },
            default: { $ref: "#/components/responses/e" },
          },
        },
        get: { deprecated: true, responses: {} },
      },
    },
    components: {
      parameters: { key: { name: "key", in: "path", required: true, description: "The key" } },
      schemas: { addRequest: { type: "string" } },
      responses: { e: { description: "refused" } },
    },
  };
  const [get, post] = operationsOf(document);
  expect(get).toMatchObject({ method: "GET", isDeprecated: true, summary: "/restate/call/Cart/{key}/add" });
  expect(post).toEqual({
    ...{ method: "POST", path: "/restate/call/Cart/{key}/add", summary: "add", description: undefined },
    ...{ tag: "Request Response", isDeprecated: false },
    parameters: [{ name: "key", place: "path", isRequired: true, description: "The key" }],
    body: [{ type: "application/json", schema: { type: "string" } }],
    responses: [
      { status: "200", description: "ok", content: [{ type: "application/json", schema: undefined }] },
      { status: "default", description: "refused", content: [] },
    ],
  });
  expect(operationsOf(undefined)).toEqual([]);
});
