import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { afterEach, describe, expect, it } from "vitest";
import { discover, MANIFEST_CONTENT_TYPES } from "./discover.ts";
import { attemptStart, CONTENT_TYPE, createBench, END, listening } from "./testbed.fixture.ts";

/** A self-signed certificate for localhost and 127.0.0.1, valid until 2126, that protects nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWxLIyiUmORASEFPs
1oD2CIduChzY7+dmDRumpVrG2OKhRANCAASkFf85ZwhsZ0Ldl7WiVkkIk/GtKbfD
D24M8rY+7PSxdFpmttFydl26xJQ+UG7V93iU2cI4rutpE/xPO9cAcwrM
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUOu+eDsHFdrzeC9P7btpLwR2QwaQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDIyNTMxM1oYDzIxMjYxMDMx
MjI1MzEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASkFf85ZwhsZ0Ldl7WiVkkIk/GtKbfDD24M8rY+7PSxdFpmttFydl26
xJQ+UG7V93iU2cI4rutpE/xPO9cAcwrMo28wbTAdBgNVHQ4EFgQUJ1oCI5Xjwjc9
SKwVVX1DwXauEZcwHwYDVR0jBBgwFoAUJ1oCI5Xjwjc9SKwVVX1DwXauEZcwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgJltUIvItWZP2DPld5UfOyGuNLEO0zRW35nxigw9mox8CIQDr
hQsLqrW75FbqkAHoM/ufNs+37nlFQFKDxrKakovPOg==
-----END CERTIFICATE-----
`;
const TRUST = { trustedCertificates: CERTIFICATE };
const HTTP1 = { httpVersion: "HTTP/1.1", protocolMode: "REQUEST_RESPONSE" } as const;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function secureHttp2(): Promise<string> {
  const server = createSecureServer({ key: KEY, cert: CERTIFICATE });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    stream.resume();
    const isDiscovery = headers[":path"] === "/discover";
    stream.respond({ ":status": 200, "content-type": isDiscovery ? MANIFEST_CONTENT_TYPES[3] : CONTENT_TYPE });
    if (isDiscovery) stream.end("{}");
    else stream.write(END);
    stream.on("end", () => stream.end());
  });
  const { uri, close } = await listening(server);
  closers.push(close);
  return uri.replace("http://127.0.0.1", "https://localhost");
}

async function secureHttp1(): Promise<string> {
  const server = createHttpsServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    request.resume();
    request.on("end", () => {
      const contentType = request.url === "/discover" ? MANIFEST_CONTENT_TYPES[3] : CONTENT_TYPE;
      response.writeHead(200, { "content-type": contentType });
      response.end(request.url === "/discover" ? "{}" : END);
    });
  });
  const { uri, close } = await listening(server);
  closers.push(close);
  return uri.replace("http://", "https://");
}

function bench(config: Parameters<typeof createBench>[0]) {
  const created = createBench(config);
  closers.push(() => created.invoker.close());
  return created;
}

describe("https", () => {
  it("carries attempts and discovery over HTTP/2 as agreed by ALPN", async () => {
    const uri = await secureHttp2();
    const { invoker, closed } = bench({ config: TRUST });
    const start = attemptStart(uri);
    invoker.start(start);
    await closed(start.attempt);
    const answer = await discover(uri, { useHttp11: false, additionalHeaders: {}, config: TRUST });
    expect(answer.httpVersion).toBe("HTTP/2.0");
  });

  it("carries attempts and discovery over HTTP/1.1", async () => {
    const uri = await secureHttp1();
    const { invoker, closed } = bench({ config: TRUST });
    const start = attemptStart(uri, {}, HTTP1);
    invoker.start(start);
    await closed(start.attempt);
    const answer = await discover(uri, { useHttp11: true, additionalHeaders: {}, config: TRUST });
    expect(answer.httpVersion).toBe("HTTP/1.1");
  });

  it("refuses a certificate that nobody vouches for", async () => {
    for (const [uri, deployment] of [
      [await secureHttp2(), {}],
      [await secureHttp1(), HTTP1],
    ] as const) {
      const { invoker, failure } = bench({});
      const start = attemptStart(uri, {}, deployment);
      invoker.start(start);
      const { restateCode, message } = await failure(start.attempt);
      expect(restateCode).toBe("RT0010");
      expect(message).toMatch(/certificate/);
    }
  });

  it("says so when the endpoint offers no HTTP/2", async () => {
    const uri = await secureHttp1();
    const { invoker, failure } = bench({ config: TRUST });
    const start = attemptStart(uri);
    invoker.start(start);
    expect((await failure(start.attempt)).message).toMatch(/HTTP\/2|alpn/i);
    const error = await discover(uri, { useHttp11: false, additionalHeaders: {}, config: TRUST }).catch(
      (e: Error) => e,
    );
    expect(error).toMatchObject({ code: "META0014" });
  });
});
