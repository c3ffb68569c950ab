import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdmin } from "../admin.fixture.ts";
import { adminDocument } from "./document.ts";
import { operations } from "./operations/index.ts";

const document = adminDocument("1.7.12");

/** Every value under a name, anywhere. */
function found(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [...(key === name ? [member] : []), ...found(member, name)]);
}

describe("the OpenAPI document", () => {
  let admin: Awaited<ReturnType<typeof startAdmin>>;
  beforeAll(async () => {
    admin = await startAdmin();
  });
  afterAll(() => admin.close());

  it.each(["", "/v2", "/v3", "/v4"])("is at %s/openapi", async (prefix) => {
    const answer = await admin.request("GET", `${prefix}/openapi`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.json).toEqual(document);
  });

  it("refers only to schemas that it has, and leaves nothing of the library in it", () => {
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    const names = found(document, "$ref").map((reference) => String(reference).replace("#/components/schemas/", ""));
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => schemas[name] === undefined)).toEqual([]);
    expect([...found(document, "$schema"), ...found(document, "$defs"), ...found(document, "$id")]).toEqual([]);
  });

  it("describes bodies by the schemas that read them", () => {
    const { schemas } = document.components as { schemas: Record<string, { required?: string[]; properties: object }> };
    expect(schemas.CreateSubscriptionRequest?.required).toEqual(["source", "sink"]);
    expect(Object.keys(schemas.ModifyServiceRequest?.properties ?? {})).toContain("abort_timeout");
    // What a client sends is the text of a duration, not the milliseconds that are read from it.
    expect(schemas.ModifyServiceRequest?.properties).toMatchObject({
      journal_retention: { anyOf: [{ type: "string" }, {}] },
    });
  });

  it("names each operation once", () => {
    const ids = operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const paths = operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(paths).size).toBe(paths.length);
  });

  // The route of /query is not among the parts of this fixture.
  it.each(operations.filter(({ id }) => id !== "query").map(({ method, path }) => [method, path]))(
    "%s %s has a route",
    async (method, path) => {
      const answer = await admin.request(method.toUpperCase(), path.replace(/\{\w+\}/g, "x"));
      // Unknown paths have no body, and a method that a path does not have is 405.
      expect(answer.status).not.toBe(405);
      if (answer.status === 404) expect(answer.json).toMatchObject({ message: expect.any(String) });
    },
  );
});
