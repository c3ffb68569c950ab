import { describe, expect, it } from "vitest";
import { CONTENT_TYPE, greeter, keptLog, opening, PROPOSE, transcript } from "../testbed.fixture.ts";
import { withOptions } from "../with-options.ts";
import { LambdaEndpointBuilder, type LambdaEvent, type LambdaResult } from "./lambda.ts";
import { zstd } from "./zstd.ts";

function lambda() {
  const log = keptLog();
  const handler = withOptions(new LambdaEndpointBuilder(), { services: [greeter], logger: log.logger }).handler();
  const context = { awsRequestId: "request-1" };
  return { log, call: (event: LambdaEvent) => handler(event, context) as Promise<LambdaResult> };
}

const headers = { "content-type": CONTENT_TYPE };
const base64 = (bytes: Buffer) => ({ body: bytes.toString("base64"), isBase64Encoded: true });
const bytesOf = ({ body }: LambdaResult) => Buffer.from(body, "base64");

describe("a Lambda handler", () => {
  it.each<[string, LambdaEvent]>([
    ["API Gateway, payload version 1, and Restate", { path: "/prod/invoke/Greeter/greet", headers }],
    ["API Gateway, payload version 2, and function URLs", { rawPath: "/invoke/Greeter/greet", headers }],
    [
      "an API gateway that passes header names on",
      { path: "/invoke/Greeter/greet", headers: { "Content-Type": CONTENT_TYPE } },
    ],
  ])("runs an attempt for %s", async (_title, event) => {
    const result = await lambda().call({ ...event, ...base64(opening("Ada")) });
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: true, headers: { "content-type": CONTENT_TYPE } });
    expect(transcript(bytesOf(result))).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("suspends what waits", async () => {
    const event = { path: "/invoke/Greeter/steps", headers, ...base64(opening("Ada")) };
    const messages = transcript(bytesOf(await lambda().call(event)));
    expect(messages).toContain(PROPOSE);
    expect(messages.at(-1)).toBe("Suspension");
  });

  it("passes Lambda's context on", async () => {
    const event = { path: "/invoke/Greeter/request", headers, ...base64(opening(null)) };
    const [output] = transcript(bytesOf(await lambda().call(event)));
    expect(output).toBe('OutputCommand {"extraArgs":[{"awsRequestId":"request-1"}]}');
  });

  it("takes events without headers or body, and plain text", async () => {
    const { call } = lambda();
    expect(await call({ path: "/health", headers: null, body: null })).toMatchObject({ statusCode: 200 });
    expect(await call({ path: "/invoke/Greeter/greet" })).toMatchObject({ statusCode: 415 });
    expect(await call({})).toMatchObject({ statusCode: 404 });
    const shown = await call({ path: "/serdes/Greeter/decode/previewed/input", body: "A" });
    expect(bytesOf(shown).toString()).toBe("[65]");
  });

  it("answers a body that is cut by an error message", async () => {
    const event = { path: "/invoke/Greeter/greet", headers, ...base64(opening("Ada").subarray(0, 20)) };
    expect(transcript(bytesOf(await lambda().call(event)))).toEqual(["Error"]);
  });

  it("reads compressed requests and compresses large responses, or says that this Node cannot", async () => {
    const zstdHeaders = { ...headers, "content-encoding": "zstd", "accept-encoding": "gzip, zstd" };
    const event = { path: "/invoke/Greeter/large", headers: zstdHeaders };
    const request = opening(4 * 1024 * 1024);
    if (zstd === undefined) {
      const result = await lambda().call({ ...event, ...base64(request) });
      expect([result.statusCode, bytesOf(result).toString()]).toEqual([500, expect.stringContaining("Node 22.15")]);
    } else {
      const result = await lambda().call({ ...event, ...base64(zstd.compress(request)) });
      expect(result.headers["content-encoding"]).toBe("zstd");
      expect(transcript(zstd.decompress(bytesOf(result))).at(-1)).toBe("End");
    }
  });

  it("tells at discovery whether it can read compressed requests", async () => {
    const accept = "application/vnd.restate.endpointmanifest.v4+json";
    const manifest = JSON.parse(bytesOf(await lambda().call({ path: "/discover", headers: { accept } })).toString());
    expect(manifest.protocolMode).toBe("REQUEST_RESPONSE");
    expect(manifest.lambdaCompression).toBe(zstd === undefined ? undefined : "zstd");
  });
});
