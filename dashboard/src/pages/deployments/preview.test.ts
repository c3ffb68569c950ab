import { describe, expect, it } from "vitest";
import type { Service } from "../../api/registry.ts";
import { changesOf } from "./preview.ts";

const cart: Service = {
  ...{ name: "Cart", ty: "VirtualObject", deployment_id: "dp_1", revision: 1, public: true, abort_timeout: "10m" },
  handlers: [
    { name: "add", ty: "Exclusive", input_json_schema: { type: "string" } },
    { name: "total", ty: "Shared" },
  ],
};

describe("the preview of a registration", () => {
  it("names new services, those as they were, and those that go", () => {
    const found: Service = { ...cart, revision: 2 };
    expect(changesOf([found, { ...cart, name: "Mail", revision: 1 }], [cart], ["Cart", "Old"])).toEqual([
      { name: "Cart", kind: "same", before: 1, after: 2, details: [] },
      { name: "Mail", kind: "new", before: undefined, after: 1, details: [] },
      { name: "Old", kind: "gone", before: undefined, after: undefined, details: [] },
    ]);
  });

  it("says what has changed, and what of it may break callers", () => {
    const found: Service = {
      ...cart,
      ...{ ty: "Service", public: false, abort_timeout: "5m", revision: 2 },
      handlers: [{ name: "add", ty: "Shared", input_json_schema: { type: "number" } }, { name: "clear" }],
    };
    const [change] = changesOf([found], [cart], []);
    expect(change?.kind).toBe("changed");
    expect(change?.details.map(({ text, isBreaking }) => `${isBreaking ? "! " : ""}${text}`)).toEqual([
      "! VirtualObject becomes Service",
      "! handler total is removed",
      "! add: Exclusive becomes Shared",
      "add: another input",
      "handler clear is new",
      "! is not public any more",
      "abort timeout: 10m → 5m",
    ]);
  });
});
