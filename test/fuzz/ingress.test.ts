import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createGuard, type HttpRequest, type HttpResponse, type Listener, listen } from "../../server/http/index.ts";
import { GREETING } from "../support/http2-frames.ts";
import { bytesOf, type Program, program, wholeBodies } from "./programs.ts";
import { runsOf, seedOf } from "./scale.ts";

/** Requests whose handler saw the end of their body, by program and stream. */
const seen = new Map<string, Buffer>();
let listeners: { readonly name: string; readonly listener: Listener }[];

function onRequest(request: HttpRequest, response: HttpResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    seen.set(request.url ?? "", body);
    response.writeHead(200, { "content-length": body.length });
    response.end(body);
  });
}

beforeAll(async () => {
  const options = {
    host: "127.0.0.1",
    port: 0,
    guard: createGuard({ allowedHosts: [], allowedOrigins: [] }),
    onRequest,
    bodyLimitBytes: 1024 * 1024,
    log: () => {},
    limits: { headersTimeoutMs: 500, requestTimeoutMs: 1000, keepAliveTimeoutMs: 500 },
  };
  listeners = [
    { name: "ingress", listener: await listen(options) },
    { name: "admin", listener: await listen({ ...options, needsHttp1: true }) },
  ];
});
afterAll(() => Promise.all(listeners.map(({ listener }) => listener.close(0))));

let programs = 0;

/** Runs a program on a connection of its own; resolves when the connection is over on this side. */
async function run(port: number, { steps, cut, pieces, end }: Program, name: string): Promise<void> {
  const bytes = Buffer.concat([GREETING, ...steps.map((step) => bytesOf(step, (stream) => `/${name}/${stream}`))]);
  const sent = bytes.subarray(0, Math.round(bytes.length * cut));
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
    const size = Math.ceil(sent.length / pieces) || 1;
    for (let start = 0; start < sent.length; start += size) socket.write(sent.subarray(start, start + size));
    socket.write("", () => {
      if (end === "end") socket.end();
      else if (end === "destroy") socket.destroy();
      else socket.resetAndDestroy();
    });
  });
}

/** A request on a connection of its own. */
async function healthy(port: number): Promise<void> {
  const body = `healthy ${programs}`;
  const answer = await fetch(`http://127.0.0.1:${port}/healthy`, { method: "POST", body });
  expect([answer.status, await answer.text()]).toEqual([200, body]);
}

function check(name: string, { steps }: Program): void {
  const whole = wholeBodies(steps);
  for (const stream of [1, 3, 5, 7, 9]) {
    const body = seen.get(`/${name}/${stream}`);
    if (body === undefined) continue;
    seen.delete(`/${name}/${stream}`);
    const bytes = whole.get(stream);
    expect(bytes, `stream ${stream} of ${name} was handed over with ${body.length} bytes`).toBeDefined();
    if (bytes !== -1) expect(body).toEqual(Buffer.alloc(bytes as number, stream));
  }
}

async function untilNoSockets(): Promise<void> {
  while (process.getActiveResourcesInfo().includes("TCPSocketWrap")) await new Promise((wake) => setTimeout(wake, 20));
}

/** Programs that ran side by side on a server make one batch: the checks after it are for all of them. */
const BATCH = 50;

it.each(["ingress", "admin"])("hands whole bodies over on the %s port, and keeps no connection", async (name) => {
  const { listener } = listeners.find((one) => one.name === name) as (typeof listeners)[number];
  const { port } = listener;
  await fc.assert(
    fc.asyncProperty(fc.array(program, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
      const names = batch.map(() => `p${programs++}`);
      await Promise.all([healthy(port), ...batch.map((one, index) => run(port, one, names[index] as string))]);
      await healthy(port);
      for (const [index, one] of batch.entries()) check(names[index] as string, one);
    }),
    { numRuns: Math.ceil(runsOf(name) / BATCH), seed: seedOf(name), endOnFailure: false },
  );
  const agent = new Promise((resolve) => setImmediate(resolve));
  await agent;
  await untilNoSockets();
});
