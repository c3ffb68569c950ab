import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { loadConfig } from "../../server/config/index.ts";
import { createGuard, type HttpRequest, type HttpResponse, type Listener, listen } from "../../server/http/index.ts";
import { type RunningServer, startServer } from "../../server/start.ts";
import { GREETING } from "../support/http2-frames.ts";
import { until } from "../support/until.ts";
import { bytesOf, type Program, program, wholeBodies } from "./programs.ts";
import { type Run, runsOf } from "./scale.ts";

/** Bodies that somebody was given as whole, by program and stream. */
const seen = new Map<string, Uint8Array>();

const recorder = restate.object({
  name: "Recorder",
  handlers: {
    record: restate.handlers.object.exclusive(
      { input: restate.serde.binary, output: restate.serde.binary },
      async (ctx: restate.ObjectContext, body: Uint8Array) => {
        seen.set(ctx.key, body);
        return body;
      },
    ),
  },
});

/** For ports whose requests are not calls of handlers. */
function echo(request: HttpRequest, response: HttpResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    seen.set(request.url?.split("/")[2] ?? "", body);
    response.writeHead(200, { "content-length": body.length });
    response.end(body);
  });
}

const limits = { headersTimeoutMs: 500, requestTimeoutMs: 1000, keepAliveTimeoutMs: 500 };
let server: RunningServer;
let listener: Listener;
let ports: Record<"ingress" | "admin", number>;

beforeAll(async () => {
  const defaults = { ingressPort: 0, adminPort: 0, dataDir: "" };
  const { config } = await loadConfig({ options: {}, environment: {}, configFile: undefined, defaults });
  server = await startServer({
    config: { ...config, isEphemeral: true },
    log: () => {},
    onFatal: (error) => expect.fail(error.message),
    services: [recorder],
    limits,
  });
  listener = await listen({
    host: "127.0.0.1",
    port: 0,
    guard: createGuard({ allowedHosts: [], allowedOrigins: [] }),
    onRequest: echo,
    needsHttp1: true,
    bodyLimitBytes: 1024 * 1024,
    log: () => {},
    limits,
  });
  ports = { ingress: Number(new URL(server.ingressUrl).port), admin: listener.port };
});
afterAll(async () => {
  await server?.close();
  await listener?.close(0);
});

/** Runs a program on a connection of its own; resolves when everything is sent. Whether the server ends it is seen later. */
async function run(port: number, { steps, cut, pieces, end }: Program, name: string): Promise<void> {
  const frames = steps.map((step) => bytesOf(step, (stream) => `/Recorder/${name}-${stream}/record`));
  const bytes = Buffer.concat([GREETING, ...frames]);
  const sent = bytes.subarray(0, Math.round(bytes.length * cut));
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
    const size = Math.ceil(sent.length / pieces) || 1;
    for (let start = 0; start < sent.length; start += size) socket.write(sent.subarray(start, start + size));
    socket.write("", () => {
      if (end === "end") socket.end(resolve);
      else if (end === "destroy") socket.destroy();
      else socket.resetAndDestroy();
    });
  });
}

let programs = 0;
/** The last programs: a request may come to its handler after its connection has ended. */
const expected = new Map<string, ReadonlyMap<number, number>>();
const REMEMBERED = 5000;

/** A request on a connection of its own. */
async function healthy(port: number): Promise<void> {
  const body = `healthy ${programs}`;
  const headers = { "content-type": "application/octet-stream" };
  const answer = await fetch(`http://127.0.0.1:${port}/Recorder/healthy/record`, { method: "POST", headers, body });
  expect([answer.status, await answer.text()]).toEqual([200, body]);
}

function check(): void {
  for (const [key, body] of seen) {
    if (key === "healthy") continue;
    const [name = "", stream = ""] = key.split("-");
    const bytes = expected.get(name)?.get(Number(stream));
    expect(bytes, `stream ${stream} of ${name} was handed over with ${body.length} bytes`).toBeDefined();
    if (bytes !== -1) expect(Buffer.from(body)).toEqual(Buffer.alloc(bytes as number, Number(stream)));
  }
  seen.clear();
  for (const name of expected.keys()) {
    if (expected.size <= REMEMBERED) break;
    expected.delete(name);
  }
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length;
}

/** Programs that run side by side make one batch: the checks after it are for all of them. */
const BATCH = 50;

async function fuzz(port: number, { seed, cases }: Run): Promise<void> {
  const batches = fc.array(program, { minLength: BATCH, maxLength: BATCH });
  const property = fc.asyncProperty(batches, async (batch) => {
    const runs = batch.map((one) => {
      const name = `p${programs++}`;
      expected.set(name, wholeBodies(one.steps));
      return run(port, one, name);
    });
    await Promise.all([healthy(port), ...runs]);
    await healthy(port);
    check();
  });
  await fc.assert(property, { numRuns: Math.ceil(cases / BATCH), seed, endOnFailure: true });
}

it.each(["ingress", "admin"] as const)(
  "invokes by whole bodies only on the %s port, and keeps no connection",
  async (part) => {
    const before = sockets();
    for (const one of runsOf(part)) await fuzz(ports[part], one);
    await until("all connections are closed", () => sockets() <= before || undefined);
    await healthy(ports[part]);
    check();
  },
);
