import { describe, expect, it } from "vitest";
import { FetchEndpointBuilder } from "./fetch.ts";
import { CONTENT_TYPE, greeter, keptLog, opening, PROPOSE, runCompletion, transcript } from "./testbed.fixture.ts";
import { withOptions } from "./with-options.ts";

const URL = "https://worker.example/some/prefix";

function fetcher({ bidirectional = false, identityKeys = [] as string[] } = {}) {
  const log = keptLog();
  const options = { services: [greeter], logger: log.logger, identityKeys };
  return { ...withOptions(new FetchEndpointBuilder(bidirectional), options).handler(), log };
}

function request(path: string, body?: Uint8Array | ReadableStream<Uint8Array>, init: RequestInit = {}): Request {
  const headers = { "content-type": CONTENT_TYPE, "x-test": "a header" };
  return new Request(URL + path, { method: "POST", headers, body: body ?? null, duplex: "half", ...init });
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe.each([false, true])("a fetch handler (bidirectional: %s)", (bidirectional) => {
  const call = (given: Request, ...extra: unknown[]) => fetcher({ bidirectional }).fetch(given, ...extra);

  it("answers what waits for nothing", async () => {
    const response = await call(request("/invoke/Greeter/greet", opening("Ada")));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(CONTENT_TYPE);
    expect(response.headers.get("x-restate-server")).toMatch(/^restate-lite-sdk\//);
    expect(transcript(await bytesOf(response))).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("suspends what waits when the request has ended", async () => {
    const messages = transcript(await bytesOf(await call(request("/invoke/Greeter/steps", opening("Ada")))));
    expect(messages).toContain(PROPOSE);
    expect(messages.at(-1)).toBe("Suspension");
  });

  it("passes further arguments and headers on", async () => {
    const response = await call(request("/invoke/Greeter/request", opening(null)), { env: 1 }, "ctx");
    const seen = { header: "a header", extraArgs: [{ env: 1 }, "ctx"] };
    expect(transcript(await bytesOf(response))).toEqual([`OutputCommand ${JSON.stringify(seen)}`, "End"]);
  });

  it("tells how it transports attempts", async () => {
    const accept = "application/vnd.restate.endpointmanifest.v4+json";
    const response = await call(request("/discover", undefined, { headers: { accept } }));
    expect(await response.json()).toMatchObject({ protocolMode: bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE" });
  });

  it.each([
    ["/health", 200],
    ["/nothing", 404],
    ["/invoke/Nobody/greet", 404],
    ["/discover", 415],
  ])("answers %s by %s", async (path, status) => {
    expect((await call(request(path))).status).toBe(status);
  });

  it("shows payloads", async () => {
    const response = await call(request("/serdes/Greeter/decode/previewed/input", Uint8Array.of(5)));
    expect(await response.text()).toBe("[5]");
  });

  it("refuses unsigned requests when it has keys", async () => {
    const identityKeys = ["publickeyv1_ChjENKeMvCtRnqG2mrBK1HmPKufgFUc98K8B3ononQvp"];
    const { fetch } = fetcher({ bidirectional, identityKeys });
    expect((await fetch(request("/invoke/Greeter/greet", opening("Ada")))).status).toBe(401);
    expect((await fetch(request("/health"))).status).toBe(200);
  });

  it("stops an attempt whose request is aborted", async () => {
    const { fetch, log } = fetcher({ bidirectional });
    const controller = new AbortController();
    const response = await fetch(request("/invoke/Greeter/wait", opening(null), { signal: controller.signal }));
    controller.abort();
    expect(await bytesOf(response)).toBeDefined();
    expect(log.lines.join("\n")).toContain("the request was aborted");
  });

  it("stops an attempt whose response nobody wants", async () => {
    const { fetch, log } = fetcher({ bidirectional });
    const response = await fetch(request("/invoke/Greeter/wait", opening(null)));
    await response.body?.cancel();
    expect(log.lines.join("\n")).toContain("is gone");
  });
});

describe("a bidirectional fetch handler", () => {
  it("goes on with what arrives while it answers", async () => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
    controller?.enqueue(opening("Ada"));
    const response = await fetcher({ bidirectional: true }).fetch(request("/invoke/Greeter/steps", body));
    const reader = response.body?.getReader();
    const chunks: Uint8Array[] = [];
    const seen = () => transcript(Buffer.concat(chunks));
    while (!seen().includes(PROPOSE)) chunks.push((await reader?.read())?.value ?? new Uint8Array());
    controller?.enqueue(runCompletion("Hello Ada!"));
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) chunks.push(part.value);
    expect(seen().slice(-2)).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("stops the attempt when the request breaks off", async () => {
    const { fetch, log } = fetcher({ bidirectional: true });
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(opening(null)),
      pull: (controller) => controller.error(new Error("a broken line")),
    });
    const response = await fetch(request("/invoke/Greeter/wait", body));
    await response.arrayBuffer();
    expect(log.lines.join("\n")).toContain("a broken line");
  });
});
