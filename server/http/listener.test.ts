import { request as httpRequest } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createGuard, type Guard } from "./guard.ts";
import { type Listener, type ListenOptions, listen } from "./listener.ts";
import type { HttpRequest, HttpResponse } from "./types.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function echo(request: HttpRequest, response: HttpResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat([Buffer.from(`${request.method} ${request.url} `), ...chunks]);
    response.writeHead(200, { "content-length": body.length });
    response.end(body);
  });
}

async function start(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    guard: createGuard({ allowedHosts: [], allowedOrigins: [] }),
    onRequest: echo,
    bodyLimitBytes: 1000,
    log: () => {},
    ...options,
  });
  cleanups.push(() => listener.close(0));
  return listener;
}

/** Sends bytes piece by piece, each in a packet of its own, and returns everything that came back. */
async function raw(port: number, ...pieces: string[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  cleanups.push(() => socket.destroy());
  const closed = collect(socket);
  closed.catch(() => {});
  for (const piece of pieces) {
    await new Promise<void>((resolve) => socket.write(piece, "latin1", () => setImmediate(resolve)));
  }
  return await closed;
}

function collect(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

function openHttp2(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://localhost:${port}`);
  cleanups.push(() => session.destroy());
  return session;
}

function exchange(session: ClientHttp2Session, headers: Record<string, string>, body = "") {
  return new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const stream = session.request(headers);
    let received: IncomingHttpHeaders = {};
    let text = "";
    stream.on("response", (answer) => {
      received = answer;
    });
    stream.setEncoding("latin1");
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("end", () => resolve({ headers: received, body: text }));
    stream.on("error", reject);
    stream.end(body);
  });
}

const POST = "POST /a?b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi";

describe("one port for two protocols", () => {
  it("serves HTTP/1.1", async () => {
    const { port } = await start();
    expect(await raw(port, POST)).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nPOST \/a\?b hi$/s);
  });

  it("serves HTTP/1.1 however its first bytes are split", async () => {
    const { port } = await start();
    for (const cut of [1, 2, 3, 5, 30]) {
      expect(await raw(port, POST.slice(0, cut), POST.slice(cut))).toMatch(/ 200 OK.*POST \/a\?b hi$/s);
    }
    expect(await raw(port, ...POST)).toMatch(/ 200 OK.*POST \/a\?b hi$/s);
  });

  it("answers a client that ends its side with its request", async () => {
    const { port } = await start();
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const answer = collect(socket);
    socket.end(POST);
    expect(await answer).toMatch(/ 200 OK.*POST \/a\?b hi$/s);
  });

  it("takes PRI… methods that are not the preface for HTTP/1.1", async () => {
    const { port } = await start();
    expect(await raw(port, "PROPFIND /x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).toMatch(
      /PROPFIND \/x/,
    );
    expect(await raw(port, "PRINT / HTTP/1.1\r\nhost: localhost\r\n\r\n")).not.toMatch(/ 200 /);
  });

  it("answers pipelined requests in order", async () => {
    const { port } = await start();
    const first = "POST /1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx";
    expect(await raw(port, first + POST)).toMatch(/POST \/1 xHTTP\/1.1 200 OK.*POST \/a\?b hi$/s);
  });

  it("serves many requests on one HTTP/2 connection", async () => {
    const { port } = await start();
    const session = openHttp2(port);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => exchange(session, { ":method": "POST", ":path": `/${n}` }, `body ${n}`)),
    );
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 50 }, (_, n) => `POST /${n} body ${n}`));
    expect(answers[0]?.headers[":status"]).toBe(200);
  });

  it("serves HTTP/2 when the preface comes byte by byte", async () => {
    const { port } = await start();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    cleanups.push(() => socket.destroy());
    const settings = new Promise<Buffer>((resolve) => socket.once("data", resolve));
    for (const byte of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0") {
      await new Promise<void>((resolve) => socket.write(byte, "latin1", () => setImmediate(resolve)));
    }
    // The first frame of a server is SETTINGS, type 4 (RFC 9113, section 3.4).
    expect((await settings)[3]).toBe(4);
  });

  it("cuts a connection that stays silent, and one that stops in its headers", async () => {
    const { port } = await start({ limits: { headersTimeoutMs: 300 } });
    expect(await raw(port)).toBe("");
    expect(await raw(port, "PR")).toBe("");
    expect(await raw(port, POST.slice(0, 30))).toMatch(/^HTTP\/1.1 408 .*RL_REQUEST_TIMEOUT/s);
  });

  it("cuts a body that does not arrive in time, but no answer that takes longer", async () => {
    let answer = () => {};
    const onRequest = (request: HttpRequest, response: HttpResponse) => {
      request.resume();
      request.on("end", () => {
        answer = () => {
          response.writeHead(200, { "content-length": 0 });
          response.end();
        };
      });
    };
    const { port } = await start({ onRequest, limits: { headersTimeoutMs: 300, requestTimeoutMs: 300 } });
    const slow = raw(port, POST);
    expect(await raw(port, POST.slice(0, -1))).toMatch(/^HTTP\/1.1 408 .*RL_REQUEST_TIMEOUT/s);
    answer();
    expect(await slow).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe("bounds", () => {
  it("refuses a body that is announced to be too long, before it is sent", async () => {
    const { port } = await start();
    const answer = await raw(port, "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1001\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 413 .*connection: close.*"code":413,.*1000 bytes.*"RL_BODY_TOO_LARGE"/is);
    const expecting = "POST / HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n";
    expect(await raw(port, expecting)).toMatch(/^HTTP\/1.1 413 /);
  });

  it("asks for the body of a client that waits to be asked", async () => {
    const { port } = await start();
    const head = POST.replace("host", "expect: 100-continue\r\nhost");
    expect(await raw(port, head)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
  });

  it("takes an unknown expectation as the real server does", async () => {
    const { port } = await start();
    expect(await raw(port, POST.replace("host", "expect: foo\r\nhost"))).toMatch(/^HTTP\/1.1 200 /);
  });

  it("refuses too many and too long headers", async () => {
    const { port } = await start({ limits: { headerCount: 10 } });
    const many = Array.from({ length: 11 }, (_, n) => `x-${n}: 1\r\n`).join("");
    expect(await raw(port, POST.replace("host", `${many}host`))).toMatch(/^HTTP\/1.1 431 .*RL_TOO_MANY_HEADERS/s);
    const long = `x: ${"a".repeat(70_000)}\r\n`;
    expect(await raw(port, POST.replace("host", `${long}host`))).toMatch(/^HTTP\/1.1 431 .*RL_HEADERS_TOO_LARGE/s);
  });

  it("answers garbage with 400 and closes", async () => {
    const { port } = await start();
    expect(await raw(port, "hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*RL_BAD_REQUEST/s);
  });

  it("survives clients that break off at any point", async () => {
    const { port } = await start();
    for (const cut of [0, 1, 3, 20, POST.length - 1]) {
      const socket = connect({ port, host: "127.0.0.1" });
      await new Promise<void>((resolve) => socket.write(`${POST.slice(0, cut)} `, () => resolve()));
      socket.resetAndDestroy();
    }
    const session = openHttp2(port);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    stream.on("error", () => {});
    stream.write("x");
    await new Promise((resolve) => session.ping(resolve));
    stream.close(8);
    session.destroy();
    expect(await raw(port, POST)).toMatch(/ 200 OK/);
  });
});

describe("the guard", () => {
  it("hears where each request comes from, on both protocols and for upgrades", async () => {
    const peers: (string | undefined)[] = [];
    const guard: Guard = {
      looksAtPeers: true,
      check: (_method, _headers, url, peer) => {
        peers.push(`${url} ${peer}`);
        return { kind: "refused", status: 401, code: "RL_UNAUTHORIZED", message: "no" };
      },
    };
    const { port } = await start({ guard, onUpgrade: (_request, socket) => void socket.destroy() });
    expect(await raw(port, POST)).toMatch(/^HTTP\/1.1 401 .*www-authenticate: Bearer/is);
    const answer = await exchange(openHttp2(port), { ":method": "POST", ":path": "/h2" });
    expect(answer.headers[":status"]).toBe(401);
    const upgrade = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    expect(await raw(port, upgrade)).toMatch(/^HTTP\/1.1 401 Unauthorized/);
    expect(peers).toEqual([expect.stringMatching(/ 127\.0\.0\.1$/), "/h2 127.0.0.1", "/ws 127.0.0.1"]);
  });

  it("keeps requests of other sites from the handler, on both protocols", async () => {
    let requests = 0;
    const onRequest = (request: HttpRequest, response: HttpResponse) => {
      requests++;
      echo(request, response);
    };
    const { port } = await start({ onRequest });
    const refused = await raw(port, POST.replace("host", "origin: http://evil.example\r\nhost"));
    expect(refused).toMatch(/^HTTP\/1.1 403 .*"code":403.*RL_FORBIDDEN_ORIGIN/s);
    expect(await raw(port, POST.replace("localhost", "evil.example"))).toMatch(/^HTTP\/1.1 403 .*RL_FORBIDDEN_HOST/s);
    const session = openHttp2(port);
    const foreign = await exchange(session, { ":method": "POST", ":path": "/", origin: "http://evil.example" });
    expect(foreign.headers[":status"]).toBe(403);
    const rebound = await exchange(session, { ":method": "POST", ":path": "/", ":authority": "evil.example" });
    expect(rebound.headers[":status"]).toBe(403);
    expect(requests).toBe(0);
  });

  it("gives a refused preflight no permission", async () => {
    const { port } = await start();
    const answer = await preflight(port, "http://evil.example");
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("answers the preflight of a page on this machine, and lets it read the answers", async () => {
    const { port } = await start();
    const origin = "http://localhost:9070";
    const answer = await preflight(port, origin);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-headers": "content-type,idempotency-key",
      "access-control-allow-methods": expect.stringContaining("POST"),
      "access-control-allow-private-network": "true",
    });
    const read = await raw(port, POST.replace("host", `origin: ${origin}\r\nhost`));
    expect(read).toMatch(/access-control-allow-origin: http:\/\/localhost:9070\r\n/i);
    expect(read).toMatch(/access-control-expose-headers: x-restate-id/i);
  });

  it("sends a tool without Origin no CORS headers", async () => {
    const { port } = await start();
    expect(await raw(port, POST)).not.toMatch(/access-control|vary/i);
  });

  it("guards upgrades too", async () => {
    const upgraded: string[] = [];
    const { port } = await start({
      onUpgrade: (request, socket) => {
        upgraded.push(request.url ?? "");
        socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      },
    });
    const upgrade = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n";
    expect(await raw(port, `${upgrade}origin: http://evil.example\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /);
    expect(upgraded).toEqual([]);
    expect(await raw(port, `${upgrade}origin: http://localhost:9070\r\n\r\n`)).toMatch(/^HTTP\/1.1 101 /);
    expect(upgraded).toEqual(["/ws"]);
  });

  it("lets go of a refused connection, whatever its client still sends and however long it stays", async () => {
    const listener = await start({ onUpgrade: (_request, socket) => void socket.destroy() });
    const upgrade = "POST /ws HTTP/1.1\r\nhost: evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n";
    for (const request of [`${upgrade}content-length: 1000000\r\n\r\n`, "GARBAGE\r\n\r\n"]) {
      const socket = connect({ port: listener.port, host: "127.0.0.1", allowHalfOpen: true });
      cleanups.push(() => socket.destroy());
      socket.on("error", () => {});
      await new Promise<void>((resolve) => {
        socket.on("data", () => resolve());
        socket.on("close", () => resolve());
        socket.write(request + "x".repeat(1_000_000));
      });
    }
    await listener.close(0);
  });

  it("serves a request to upgrade to something else as a plain one, body and connection included", async () => {
    const { port } = await start({ onUpgrade: (_request, socket) => socket.destroy() });
    const offer = "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n";
    const first = `POST /x HTTP/1.1\r\nhost: localhost\r\n${offer}content-length: 5\r\n\r\nhe`;
    const second = "GET /y HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    expect(await raw(port, first, "llo", second)).toMatch(/ 200 OK.*POST \/x hello.* 200 OK.*GET \/y $/s);
  });

  it("serves a request to upgrade as a plain one where upgrades are unknown", async () => {
    const { port } = await start();
    const upgrade = "GET /x HTTP/1.1\r\nhost: localhost\r\nconnection: close, upgrade\r\nupgrade: h2c\r\n\r\n";
    expect(await raw(port, upgrade)).toMatch(/ 200 OK.*GET \/x $/s);
  });
});

function preflight(port: number, origin: string) {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const headers = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,idempotency-key",
      "access-control-request-private-network": "true",
    };
    const request = httpRequest({ port, host: "localhost", family: 4, method: "OPTIONS", path: "/S/h", headers });
    request.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    request.on("error", reject);
    request.end();
  });
}

describe("closing", () => {
  it("says that a port is taken", async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("lets requests in flight finish, on both protocols, and takes no new connections", async () => {
    const arrived: HttpResponse[] = [];
    let onArrival = () => {};
    const listener = await start({
      onRequest: (_request, response) => {
        arrived.push(response);
        onArrival();
      },
    });
    const bothArrived = new Promise<void>((resolve) => {
      onArrival = () => {
        if (arrived.length === 2) resolve();
      };
    });
    const one = raw(listener.port, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const two = exchange(openHttp2(listener.port), { ":method": "POST", ":path": "/slow" });
    await bothArrived;
    const silent = connect({ port: listener.port, host: "127.0.0.1" });
    const idle = collect(silent);
    await new Promise((resolve) => silent.on("connect", resolve));
    const closed = listener.close(60_000);
    await expect(raw(listener.port, POST)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    for (const response of arrived) {
      response.writeHead(200, { "content-length": 4 });
      response.end("done");
    }
    expect(await one).toMatch(/ 200 OK.*done$/s);
    expect((await two).body).toBe("done");
    expect(await idle).toBe("");
    await closed;
  });

  it("cuts what does not finish within the grace", async () => {
    let onArrival = () => {};
    const arrival = new Promise<void>((resolve) => {
      onArrival = resolve;
    });
    const listener = await start({ onRequest: () => onArrival() });
    const cut = raw(listener.port, POST);
    await arrival;
    await listener.close(10);
    expect(await cut).toBe("");
  });
});

/** No connection of this process is open, at neither end. */
async function untilNoSockets(): Promise<void> {
  while (process.getActiveResourcesInfo().includes("TCPSocketWrap")) await new Promise((wake) => setTimeout(wake, 5));
}

describe("clients that go away", () => {
  const GREETING = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0";
  const BAD_PING = "\0\0\u0001\u0006\0\0\0\0\0x";
  const DATA_OF_NOTHING = "\0\0\u0001\0\0\0\0\0\u0007x";
  const UPGRADE = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
  const sent: Record<string, string> = {
    nothing: "",
    "a part of what begins HTTP/2": "PRI * HT",
    "a part of a request's headers": POST.slice(0, 20),
    "a part of a request's body": POST.slice(0, -1),
    "a request": POST,
    "a request to upgrade": UPGRADE,
    "what begins HTTP/2": GREETING,
    "a part of a frame": `${GREETING}\0\0\u0004`,
    "a frame of a bad size": GREETING + BAD_PING,
    "data of a stream that is not open": GREETING + DATA_OF_NOTHING,
  };
  const limits = { headersTimeoutMs: 40, requestTimeoutMs: 40, keepAliveTimeoutMs: 40 };
  // As a feed that its client never leaves.
  const onUpgrade: ListenOptions["onUpgrade"] = (_request, socket) =>
    void socket.on("end", () => socket.end()).resume();

  it.each(Object.entries(sent))("are let go of after they sent %s, however they go", async (_what, bytes) => {
    const { port } = await start({ limits, onUpgrade });
    for (const leave of [
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.destroy(),
      (socket: Socket) => socket.resetAndDestroy(),
    ]) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => {});
      await new Promise<void>((resolve) => socket.write(bytes, "latin1", () => resolve()));
      socket.resume();
      leave(socket);
    }
    await untilNoSockets();
  });

  it.each(Object.entries(sent).filter(([what]) => what !== "a request to upgrade"))(
    "and those that stay but send no more than %s, in time",
    async (_what, bytes) => {
      const { port } = await start({ limits });
      const socket = connect({ port, host: "127.0.0.1" });
      cleanups.push(() => socket.destroy());
      socket.on("error", () => {});
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.resume().write(bytes, "latin1");
      await closed;
    },
  );

  it("closes a session that its client has left with half a body, and one that only listens", async () => {
    const { port } = await start({ limits });
    const session = openHttp2(port);
    const stream = session.request({ ":method": "POST", ":path": "/" });
    const answered = new Promise<IncomingHttpHeaders>((resolve) => stream.on("response", resolve));
    stream.resume();
    stream.write("half");
    expect((await answered)[":status"]).toBe(408);
    await new Promise((resolve) => session.on("close", resolve));
  });

  it("keeps a session whose request waits for its answer", async () => {
    let answer = () => {};
    const onRequest = (request: HttpRequest, response: HttpResponse) => {
      if (request.url !== "/slow") return echo(request, response);
      answer = () => void response.end("done");
    };
    const { port } = await start({ limits, onRequest });
    const session = openHttp2(port);
    const slow = exchange(session, { ":method": "POST", ":path": "/slow" });
    // Another that comes and goes takes longer than the limits.
    const idle = connect({ port, host: "127.0.0.1" });
    await collect(idle);
    const second = connect({ port, host: "127.0.0.1" });
    await collect(second);
    answer();
    expect((await slow).body).toBe("done");
  });
});
