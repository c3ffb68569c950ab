import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CONTENT_TYPE, greeter, keptLog, opening, PROPOSE, runCompletion, transcript } from "../testbed.fixture.ts";
import { withOptions } from "../with-options.ts";
import { NodeEndpoint } from "./node-endpoint.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

function endpoint(options: { identityKeys?: string[] } = {}) {
  const log = keptLog();
  return { endpoint: withOptions(new NodeEndpoint(), { services: [greeter], logger: log.logger, ...options }), log };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function connect(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 1024 });
  closers.push(() => session.destroy());
  return session;
}

/** An attempt under way, whose messages come as they are sent. */
function open(session: http2.ClientHttp2Session, path: string, headers: Record<string, string> = {}) {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": CONTENT_TYPE, ...headers });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => {});
  return {
    stream,
    head: once(stream, "response").then(([head]) => head as http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader),
    /** Pieces in which the response came. */
    chunks,
    messages: () => transcript(Buffer.concat(chunks)),
    /** Once at least this many messages are there. */
    async until(count: number): Promise<string[]> {
      while (this.messages().length < count) await once(stream, "data");
      return this.messages();
    },
    ended: once(stream, "end"),
  };
}

describe("an endpoint that listens", () => {
  async function started(options: { identityKeys?: string[] } = {}) {
    const made = endpoint(options);
    const port = await made.endpoint.listen(0);
    return { ...made, port, session: connect(port) };
  }

  it("answers what waits for nothing in one piece, and ends before the request does", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/greet");
    attempt.stream.write(opening("Ada"));
    await attempt.ended;
    expect(attempt.stream.writableEnded).toBe(false);
    expect(attempt.chunks.length).toBe(1);
    expect(attempt.messages()).toEqual(['OutputCommand "Hello Ada!"', "End"]);
    expect(await attempt.head).toMatchObject({
      ":status": 200,
      "content-type": CONTENT_TYPE,
      "x-restate-server": expect.stringMatching(/^restate-lite-sdk\//),
    });
    attempt.stream.end();
    await once(attempt.stream, "close");
  });

  it("takes the input in any pieces", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/greet");
    const bytes = opening("Ada");
    for (let i = 0; i < bytes.length; i += 7) attempt.stream.write(bytes.subarray(i, i + 7));
    await attempt.ended;
    expect(attempt.messages()).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("goes on with what arrives while the attempt runs", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/steps");
    attempt.stream.write(opening("Ada"));
    expect(await attempt.until(2)).toEqual(expect.arrayContaining(["RunCommand", PROPOSE]));
    attempt.stream.write(runCompletion("Hello Ada!"));
    await attempt.ended;
    expect(attempt.messages().slice(-2)).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("suspends what waits when the request ends", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/steps");
    attempt.stream.write(opening("Ada"));
    await attempt.until(2);
    attempt.stream.end();
    await attempt.ended;
    expect(attempt.messages().at(-1)).toBe("Suspension");
  });

  it("sends the head while the handler still works", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/wait");
    attempt.stream.write(opening(null));
    expect(await attempt.head).toMatchObject({ ":status": 200 });
    expect(attempt.messages()).toEqual([]);
  });

  it("stops an attempt whose stream is reset, and serves the others on", async () => {
    const { session, log } = await started();
    const attempt = open(session, "/invoke/Greeter/wait");
    attempt.stream.write(opening(null));
    await attempt.head;
    attempt.stream.close(http2.constants.NGHTTP2_CANCEL);
    const next = open(session, "/invoke/Greeter/greet");
    next.stream.write(opening("Bob"));
    await next.ended;
    expect(next.messages()).toEqual(['OutputCommand "Hello Bob!"', "End"]);
    expect(log.lines.join("\n")).toContain("connection");
  });

  it("stops the attempts of a connection that is lost", async () => {
    const { session, port, log } = await started();
    const attempt = open(session, "/invoke/Greeter/wait");
    attempt.stream.write(opening(null));
    await attempt.head;
    session.destroy();
    const next = open(connect(port), "/invoke/Greeter/greet");
    next.stream.end(opening("Bob"));
    await next.ended;
    expect(log.lines.join("\n")).toContain("connection");
  });

  it("answers and takes payloads beyond every window", async () => {
    const { session } = await started();
    const length = 20 * 1024 * 1024;
    const attempt = open(session, "/invoke/Greeter/large");
    attempt.stream.end(opening(length));
    await attempt.ended;
    expect(Buffer.concat(attempt.chunks).length).toBeGreaterThan(length);
    const echo = open(session, "/invoke/Greeter/greet");
    echo.stream.end(opening("x".repeat(length)));
    await echo.ended;
    expect(Buffer.concat(echo.chunks).length).toBeGreaterThan(length);
  });

  it("serves many streams of a connection at a time", async () => {
    const { session } = await started();
    const attempts = Array.from({ length: 200 }, (_, i) => {
      const attempt = open(session, "/invoke/Greeter/greet");
      attempt.stream.end(opening(i));
      return attempt;
    });
    await Promise.all(attempts.map(({ ended }) => ended));
    expect(attempts.map((attempt) => attempt.messages()[0])).toEqual(
      attempts.map((_, i) => `OutputCommand "Hello ${i}!"`),
    );
  });

  it("fails an attempt whose input is no journal", async () => {
    const { session } = await started();
    const attempt = open(session, "/invoke/Greeter/greet");
    attempt.stream.end(Buffer.from("this is not a frame of the protocol"));
    await attempt.ended;
    expect(attempt.messages()).toEqual(["Error"]);
  });

  it.each([
    ["/health", {}, 200],
    ["/discover", { accept: "application/vnd.restate.endpointmanifest.v4+json" }, 200],
    ["/discover", { accept: "text/html" }, 415],
    ["/nothing", {}, 404],
    ["/invoke/Greeter/shout", {}, 404],
    ["/invoke/Greeter/greet", { "content-type": "application/json" }, 415],
  ])("answers a request for %s with %j by %s", async (path, headers, status) => {
    const { session } = await started();
    const request = open(session, path, headers);
    request.stream.end();
    expect(await request.head).toMatchObject({ ":status": status });
    await request.ended;
  });

  it("shows payloads", async () => {
    const { session } = await started();
    const request = open(session, "/serdes/Greeter/decode/previewed/input");
    request.stream.end(Buffer.from([1, 2, 3]));
    await request.ended;
    expect(Buffer.concat(request.chunks).toString()).toBe("[1,2,3]");
  });

  it("refuses unsigned requests when it has keys", async () => {
    const identityKeys = ["publickeyv1_ChjENKeMvCtRnqG2mrBK1HmPKufgFUc98K8B3ononQvp"];
    const { session, log } = await started({ identityKeys });
    for (const [path, status] of [
      ["/health", 200],
      ["/discover", 401],
      ["/invoke/Greeter/greet", 401],
      ["/serdes/Greeter/decode/previewed/input", 401],
    ] as const) {
      const request = open(session, path);
      request.stream.end();
      expect([path, (await request.head)[":status"]]).toEqual([path, status]);
      await request.ended;
    }
    expect(log.lines.join("\n")).toContain(`signed with one of the keys ${identityKeys[0]}`);
  });

  it("rejects when the port is taken", async () => {
    const { port } = await started();
    await expect(endpoint().endpoint.listen(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("reads its port from PORT, and complains of one that is none", async () => {
    const before = process.env.PORT;
    closers.push(() => {
      if (before === undefined) delete process.env.PORT;
      else process.env.PORT = before;
    });
    process.env.PORT = "0";
    expect(await endpoint().endpoint.listen()).toBeGreaterThan(0);
    process.env.PORT = "http";
    await expect(endpoint().endpoint.listen()).rejects.toMatchObject({ code: "RL_SDK_BAD_PORT" });
  });
});

describe("the handlers for servers of one's own", () => {
  it("serve HTTP/2, bidirectional", async () => {
    const port = await listening(http2.createServer(endpoint().endpoint.handler()));
    const attempt = open(connect(port), "/invoke/Greeter/steps");
    attempt.stream.write(opening("Ada"));
    await attempt.until(2);
    attempt.stream.write(runCompletion("Hello Ada!"));
    await attempt.ended;
    expect(attempt.messages().at(-1)).toBe("End");
  });

  it.each([
    ["http2Handler", {}, "BIDI_STREAM"],
    ["http2Handler", { bidirectional: false }, "REQUEST_RESPONSE"],
    ["handler", {}, "BIDI_STREAM"],
    ["handler", { bidirectional: false }, "REQUEST_RESPONSE"],
  ] as const)("%s with %j tells %s over HTTP/2", async (method, options, mode) => {
    const port = await listening(http2.createServer(endpoint().endpoint[method](options)));
    const request = open(connect(port), "/discover", { accept: "application/vnd.restate.endpointmanifest.v4+json" });
    request.stream.end();
    await request.ended;
    expect(JSON.parse(Buffer.concat(request.chunks).toString())).toMatchObject({ protocolMode: mode });
  });

  it.each([
    ["http1Handler", {}, "REQUEST_RESPONSE"],
    ["http1Handler", { bidirectional: true }, "BIDI_STREAM"],
    ["handler", {}, "REQUEST_RESPONSE"],
    ["handler", { bidirectional: true }, "BIDI_STREAM"],
  ] as const)("%s with %j tells %s over HTTP/1.1", async (method, options, mode) => {
    const port = await listening(http.createServer(endpoint().endpoint[method](options)));
    const accept = "application/vnd.restate.endpointmanifest.v4+json";
    const response = await fetch(`http://127.0.0.1:${port}/discover`, { headers: { accept } });
    expect(await response.json()).toMatchObject({ protocolMode: mode });
  });

  async function http1(path: string, body: Buffer | undefined, headers: Record<string, string> = {}) {
    const port = await listening(http.createServer(endpoint().endpoint.http1Handler()));
    const init = body === undefined ? {} : { method: "POST", body };
    return await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { "content-type": CONTENT_TYPE, ...headers },
      ...init,
    });
  }

  it("serve HTTP/1.1: a handler that waits for nothing", async () => {
    const response = await http1("/invoke/Greeter/greet", opening("Ada"));
    expect(response.headers.get("content-type")).toBe(CONTENT_TYPE);
    expect(transcript(await bytesOf(response))).toEqual(['OutputCommand "Hello Ada!"', "End"]);
  });

  it("serve HTTP/1.1: one that waits is suspended, for the request has ended", async () => {
    const response = await http1("/invoke/Greeter/steps", opening("Ada"));
    const messages = transcript(await bytesOf(response));
    expect(messages).toEqual(expect.arrayContaining(["RunCommand", PROPOSE]));
    expect(messages.at(-1)).toBe("Suspension");
  });

  it("serve HTTP/1.1: large payloads", async () => {
    const length = 5 * 1024 * 1024;
    const response = await http1("/invoke/Greeter/greet", opening("x".repeat(length)));
    expect((await bytesOf(response)).length).toBeGreaterThan(length);
  });

  it("serve HTTP/1.1: refusals and previews", async () => {
    expect((await http1("/nothing", undefined)).status).toBe(404);
    expect((await http1("/invoke/Greeter/greet", opening("Ada"), { "content-type": "text/plain" })).status).toBe(415);
    expect(await (await http1("/serdes/Greeter/decode/previewed/input", Buffer.from([7]))).text()).toBe("[7]");
  });

  it("serve HTTP/1.1: an attempt whose client goes away is stopped", async () => {
    const { endpoint: made, log } = endpoint();
    const port = await listening(http.createServer(made.http1Handler()));
    const started = until(() => log.lines.some((line) => line.includes("Starting invocation")));
    const request = http.request({
      port,
      method: "POST",
      path: "/invoke/Greeter/wait",
      headers: { "content-type": CONTENT_TYPE },
    });
    request.on("error", () => {});
    request.write(opening(null));
    await started;
    request.destroy();
    await until(() => log.lines.some((line) => line.includes("connection")));
  });
});
