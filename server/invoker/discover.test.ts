import { generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ServerError } from "../errors.ts";
import { ManualClock } from "../manual-clock.fixture.ts";
import { discover, MANIFEST_CONTENT_TYPES } from "./discover.ts";
import { createRequestIdentity } from "./identity.ts";
import { http1Endpoint, http2Endpoint, listening, type ReceivedRequest } from "./testbed.fixture.ts";

const V4 = MANIFEST_CONTENT_TYPES[3] as string;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function http2(onRequest: (request: ReceivedRequest) => void): Promise<string> {
  const { uri, close } = await http2Endpoint(onRequest);
  closers.push(close);
  return uri;
}

async function http1(listener: RequestListener): Promise<string> {
  const { uri, close } = await http1Endpoint(listener);
  closers.push(close);
  return uri;
}

const h2 = { useHttp11: false, additionalHeaders: {} };
const h1 = { useHttp11: true, additionalHeaders: {} };

async function errorOf(answer: Promise<unknown>): Promise<ServerError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServerError);
  const found = error as ServerError;
  expect(found.status).toBe(500);
  expect(found.message.startsWith(`[${found.code}] `)).toBe(true);
  return found;
}

describe("the deadline of discovery", () => {
  const within = { config: { discoveryTimeoutMs: 30_000 } };

  /** Lets an answer trickle: a byte each time that the test says so, and never the last one. */
  async function trickling(use: (uri: string, drip: () => Promise<void>) => Promise<void>, isHttp2: boolean) {
    let write: ((text: string, done: () => void) => unknown) | undefined;
    let isClosed = false;
    const began = new Promise<string>((resolve) => {
      const closed = () => {
        isClosed = true;
      };
      if (isHttp2) {
        void http2(({ stream }) => {
          stream.respond({ ":status": 200, "content-type": V4 });
          stream.on("error", () => {});
          stream.on("close", closed);
          write = (text, done) => stream.write(text, done);
        }).then(resolve);
      } else {
        void http1((_request, response) => {
          response.writeHead(200, { "content-type": V4 });
          response.on("close", closed);
          write = (text, done) => response.write(text, () => done());
        }).then(resolve);
      }
    });
    await use(await began, async () => {
      await expect.poll(() => write, { timeout: 20_000 }).toBeDefined();
      await new Promise<void>((resolve) => write?.(" ", resolve));
    });
    await expect.poll(() => isClosed, { timeout: 20_000 }).toBe(true);
  }

  it.each([
    ["HTTP/2", true],
    ["HTTP/1.1", false],
  ])("is for the whole, also over %s and with an endpoint that sends a byte now and then", async (_name, isHttp2) => {
    await trickling(async (uri, drip) => {
      const clock = new ManualClock();
      const answer = errorOf(discover(uri, { ...(isHttp2 ? h2 : h1), ...within, clock }));
      for (let seconds = 0; seconds < 30; seconds++) {
        await drip();
        clock.advance(1000);
      }
      const { code, message } = await answer;
      expect([code, message]).toEqual(["META0003", expect.stringContaining("no complete answer within 30000 ms")]);
    }, isHttp2);
  });

  it("is over with the answer", async () => {
    const clock = new ManualClock();
    const uri = await http1((_request, response) => {
      response.writeHead(200, { "content-type": V4 });
      response.end("{}");
    });
    await discover(uri, { ...h1, ...within, clock });
    clock.advance(60_000);
  });
});

describe("discovery", () => {
  it("asks over HTTP/2 with the headers of the real server", async () => {
    const requests: ReceivedRequest[] = [];
    const uri = await http2((request) => {
      requests.push(request);
      request.stream.respond({ ":status": 200, "content-type": V4, "x-restate-server": "test/1" });
      request.stream.end('{"services":[]}');
    });
    const identity = createRequestIdentity(
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
      new ManualClock(),
    );
    const answer = await discover(`${uri}/pre/fix/`, {
      useHttp11: false,
      additionalHeaders: { "X-Key": "k" },
      identity,
    });
    expect(answer).toEqual({
      manifestContentType: V4,
      body: Buffer.from('{"services":[]}'),
      httpVersion: "HTTP/2.0",
      serverHeader: "test/1",
    });
    expect(requests[0]?.headers).toMatchObject({
      ":method": "GET",
      ":path": "/pre/fix/discover",
      accept: MANIFEST_CONTENT_TYPES.join(", "),
      "x-restate-cluster-name": "localcluster",
      "x-key": "k",
      "x-restate-signature-scheme": "v1",
      ...identity.headers("/discover"),
    });
  });

  it("asks over HTTP/1.1 when told to", async () => {
    const seen: string[] = [];
    const uri = await http1((request, response) => {
      seen.push(`${request.httpVersion} ${request.method} ${request.url}`);
      response.writeHead(200, { "content-type": MANIFEST_CONTENT_TYPES[0] as string });
      response.end("{}");
    });
    expect(await discover(uri, h1)).toMatchObject({ httpVersion: "HTTP/1.1", serverHeader: undefined });
    expect(seen).toEqual(["1.1 GET /discover"]);
  });

  it("is META0014 when the endpoint does not speak HTTP/2", async () => {
    const uri = await http1((_request, response) => response.end("hello"));
    const error = await errorOf(discover(uri, h2));
    expect(error.code).toBe("META0014");
    expect(error.message).toContain("consider discovery with --use-http1.1");
  });

  it("is META0003 when the endpoint speaks HTTP/2 only but was asked in HTTP/1.1", async () => {
    const uri = await http2(({ stream }) => stream.end());
    const error = await errorOf(discover(uri, h1));
    expect(error.code).toBe("META0003");
    expect(error.message).toContain("consider discovering without --use-http1.1");
  });

  it("is META0003 when the endpoint cannot be reached, or breaks off", async () => {
    const { uri: refused, close } = await listening(createTcpServer());
    await close();
    for (const options of [h1, h2]) {
      const error = await errorOf(discover(refused, options));
      expect(error.code).toBe("META0003");
      expect(error.message).toContain(`error when calling '${refused}': connection refused`);
    }
    const reset = await http2(({ stream }) => stream.close(2));
    expect((await errorOf(discover(reset, h2))).code).toBe("META0003");
    const hungUp = await listening(createTcpServer((socket) => socket.destroy()));
    closers.push(hungUp.close);
    expect((await errorOf(discover(hungUp.uri, h2))).code).toBe("META0003");
    expect((await errorOf(discover(hungUp.uri, h1))).code).toBe("META0003");
    expect((await errorOf(discover("ftp://x", h2))).code).toBe("META0003");
    expect((await errorOf(discover("not a uri", h2))).code).toBe("META0003");
  });

  it("is META0003 for a bad status, with what the endpoint said", async () => {
    const uri = await http2(({ stream }) => {
      stream.respond({ ":status": 404, "x-why": "typo" });
      stream.end("nothing here");
    });
    const error = await errorOf(discover(uri, h2));
    expect(error.code).toBe("META0003");
    expect(error.message).toContain("got status code '404'. Make sure the provided URI has the correct path");
    expect(error.message).toContain('"x-why":"typo"');
    expect(error.message).toContain("Body: nothing here");
  });

  it("is META0013 for a content type that is not a manifest's", async () => {
    for (const contentType of [
      "text/html",
      `${V4}; charset=utf-8`,
      "application/vnd.restate.endpointmanifest.v9+json",
    ]) {
      const uri = await http2(({ stream }) => {
        stream.respond({ ":status": 200, "content-type": contentType });
        stream.end("{}");
      });
      const error = await errorOf(discover(uri, h2));
      expect(error.code).toBe("META0013");
      expect(error.message).toContain(`Bad content type header: "${contentType}"`);
    }
    const silent = await http2(({ stream }) => stream.end("{}"));
    expect((await errorOf(discover(silent, h2))).code).toBe("META0013");
  });
});
