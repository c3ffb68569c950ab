import { afterAll, beforeAll, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

/** Numbers as bytes; somebody who wants to look at one gets JSON. */
const bytes: restate.Serde<number> = {
  contentType: "application/x-byte",
  serialize: (value) => Uint8Array.of(value),
  deserialize: (data) => data[0] ?? 0,
  preview: { toJsonString: (value) => `[${value}]`, fromJsonString: (json) => (JSON.parse(json) as number[])[0] ?? 0 },
};
const service = restate.service({
  name: "Bytes",
  handlers: {
    next: restate.handlers.handler({ input: bytes, output: bytes }, async (_ctx, value: number) => value + 1),
  },
});

let server: RunningServer;
beforeAll(async () => {
  server = await RestateLite.start({ services: [service] });
});
afterAll(() => server.close());

const convert = async (path: string, body: Uint8Array | string) => {
  const response = await fetch(`${server.adminUrl}/internal/services/${path}`, { method: "POST", body });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};

it("payloads of services in the server's own process are converted, too", async () => {
  expect(await convert("Bytes/serdes/decode/next/input", Uint8Array.of(7))).toEqual({
    status: 200,
    body: Buffer.from("[7]"),
  });
  expect(await convert("Bytes/serdes/encode/next/output", "[9]")).toEqual({ status: 200, body: Buffer.of(9) });
});

it("what cannot be converted is an error that says whose", async () => {
  const unknown = await convert("Nobody/serdes/decode/next/input", "x");
  expect([unknown.status, unknown.body.toString()]).toEqual([404, expect.stringContaining("'Nobody' does not exist")]);
  const unnamed = await convert("Bytes/serdes/decode/next/none", "x");
  expect([unnamed.status, unnamed.body.toString()]).toEqual([500, expect.stringContaining("answered status 404")]);
  const refused = await convert("Bytes/serdes/encode/next/input", "no JSON");
  expect([refused.status, refused.body.toString()]).toEqual([500, expect.stringContaining("answered status 422")]);
});
