import { describe, expect, it } from "vitest";
import type { Handler, Service } from "../../api/registry.ts";
import { asCurl, asTypeScript, type Call, exampleOf, requestOf } from "./call.ts";

const handler: Handler = { name: "add" };
const service: Service = {
  ...{ name: "Cart", ty: "VirtualObject", handlers: [handler], deployment_id: "dp_1", revision: 1, public: true },
};
const call: Call = {
  ...{
    service,
    handler,
    key: "a/b c",
    body: '{"it\'s":1}',
    idempotencyKey: "once",
    delay: "",
    headers: [],
    isSend: false,
  },
};

describe("a call from the playground", () => {
  it("is addressed as the ingress wants it", () => {
    expect(requestOf("http://localhost:8080/", call)).toEqual({
      url: "http://localhost:8080/Cart/a%2Fb%20c/add",
      headers: { "content-type": "application/json", "idempotency-key": "once" },
      body: call.body,
    });
    expect(requestOf("http://h", { ...call, isSend: true, delay: "10s", body: "" })).toMatchObject({
      ...{ url: "http://h/Cart/a%2Fb%20c/add/send?delay=10s", body: undefined },
    });
  });

  it("can be copied for a shell and for a program", () => {
    expect(asCurl(requestOf("http://h", call))).toBe(
      "curl -X POST 'http://h/Cart/a%2Fb%20c/add' \\\n  -H 'content-type: application/json' \\\n  -H 'idempotency-key: once' \\\n  -d '{\"it'\\''s\":1}'",
    );
    expect(asTypeScript("http://h", call)).toContain(
      'restate.objectClient({ name: "Cart" }, "a/b c").add({"it\'s":1}, clients.rpc.opts({ idempotencyKey: "once" }))',
    );
  });

  it("starts from an example of its schema", () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        tags: { type: "array", items: { type: "integer" } },
        kind: { enum: ["a", "b"] },
        limit: { type: "number", default: 7 },
      },
    };
    expect(exampleOf(schema)).toEqual({ name: "", tags: [0], kind: "a", limit: 7 });
    expect(exampleOf(undefined)).toBeNull();
  });
});
