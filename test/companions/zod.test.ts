import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairsUnderTest } from "../conformance/conformance.ts";
import { Stand } from "../conformance/stand.ts";
import { json, type SdkKind, send, TestEndpoint } from "../support/index.ts";

const program = fileURLToPath(new URL("endpoints/zod.mjs", import.meta.url));
const order = {
  id: "o-1",
  items: [
    { sku: "a", count: 2 },
    { sku: "b", count: 3 },
  ],
};

describe.each(pairsUnderTest("bidi"))("server %s, SDK %s, zod serdes", (kind, sdk) => {
  const stand = new Stand(kind, sdk, "bidi");
  beforeAll(() => stand.setUp({ program }));
  afterAll(() => stand.tearDown());

  it.each(["buy", "standard"])("what a handler takes and returns passes its schema (%s)", async (handler) => {
    const receipt = { id: "o-1", count: 5, at: handler === "buy" ? "web" : "shop" };
    expect(await stand.value(`Shop/${handler}`, order)).toEqual(receipt);
  });

  it.each(["buy", "standard"])("an input that does not fit fails the invocation for good (%s)", async (handler) => {
    const answer = await stand.call(`Shop/${handler}`, { ...order, id: "o" });
    expect(answer.status).toBe(400);
    expect(json<{ message: string }>(answer).message).toContain("Failed to deserialize input");
  });

  it("a void input and output stay empty", async () => {
    expect((await stand.call("Shop/nothing")).body).toHaveLength(0);
  });

  it("steps, state and calls use the serdes that they are given", async () => {
    const key = stand.name();
    expect(await stand.value("Shop/total", key)).toBe(5);
    expect(await stand.value(`Till/${key}/add`, 1)).toBe(6);
    expect((await stand.call(`Till/${key}/add`, "one")).status).toBe(400);
  });

  it("the server knows the schemas", async () => {
    const answer = await stand.admin("GET", "/services/Shop/handlers/buy");
    const { input_json_schema: input } = json<{ input_json_schema: { required: string[] } }>(answer);
    expect(input.required).toEqual(["id", "items"]);
  });
});

it("both SDKs describe the schemas in the same words", async () => {
  const manifestOf = async (sdk: SdkKind) => {
    const endpoint = await TestEndpoint.start(program, { sdk, env: { MODE: "http1" } });
    const headers = { accept: "application/vnd.restate.endpointmanifest.v4+json" };
    const manifest = json(await send(endpoint.url, "/discover", { headers }));
    await endpoint.kill();
    return manifest;
  };
  const [official, ours] = await Promise.all([manifestOf("official"), manifestOf("ours")]);
  expect(ours).toEqual(official);
});
