import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeFrame, FrameDecoder, MessageType } from "../../../sdk/protocol/index.ts";
import { attemptStart, CONTENT_TYPE, createBench, END, http1Endpoint } from "../testbed.fixture.ts";

const OUTPUT = encodeFrame(MessageType.OutputCommand, Buffer.from([0x72, 0x02, 0x0a, 0x00]));
const HTTP1 = { httpVersion: "HTTP/1.1", protocolMode: "REQUEST_RESPONSE" } as const;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function framesOf(bytes: Buffer): number[] {
  const decoder = new FrameDecoder(bytes.length);
  decoder.push(bytes);
  const types: number[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) types.push(frame.type);
  return types;
}

async function endpoint(listener: Parameters<typeof http1Endpoint>[0]): Promise<string> {
  const { uri, close } = await http1Endpoint(listener);
  closers.push(close);
  return uri;
}

function bench(...args: Parameters<typeof createBench>) {
  const created = createBench(...args);
  closers.push(() => created.invoker.close());
  return created;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("an attempt over HTTP/1.1", () => {
  it("sends everything, ends the request, then reads the response; and keeps the connection", async () => {
    const seen: {
      types: number[];
      headers: IncomingMessage["headers"];
      port: number | undefined;
      url: string | undefined;
    }[] = [];
    const uri = await endpoint(async (request, response) => {
      const body = await bodyOf(request);
      seen.push({ types: framesOf(body), headers: request.headers, port: request.socket.remotePort, url: request.url });
      response.writeHead(200, { "content-type": CONTENT_TYPE, "x-restate-server": "test/1" });
      response.write(OUTPUT);
      response.end(END);
    });
    const { invoker, closed, events } = bench();
    for (let round = 0; round < 3; round++) {
      const start = attemptStart(`${uri}/p`, {}, HTTP1);
      invoker.start(start);
      await closed(start.attempt);
    }
    expect(seen[0]).toMatchObject({
      types: [MessageType.Start, MessageType.InputCommand],
      url: "/p/invoke/Greeter/greet",
      headers: { "content-type": CONTENT_TYPE, accept: CONTENT_TYPE, "x-restate-cluster-name": "localcluster" },
    });
    expect(events.filter(({ kind }) => kind === "failed")).toEqual([]);
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
  });

  it("sends a long journal in pieces", async () => {
    const entry = encodeFrame(MessageType.RunCompletion, Buffer.alloc(50_000));
    let types: number[] = [];
    const uri = await endpoint(async (request, response) => {
      types = framesOf(await bodyOf(request));
      response.writeHead(200, { "content-type": CONTENT_TYPE });
      response.end(END);
    });
    const reads: number[] = [];
    const { invoker, closed } = bench({
      config: { replayChunkBytes: 100_000 },
      reads: {
        replay: (_seq, from, to) => {
          reads.push(from);
          return Array.from({ length: Math.min(2, to - from) }, () => entry);
        },
      },
    });
    const start = attemptStart(uri, { knownEntries: 21, replay: undefined }, HTTP1);
    invoker.start(start);
    await closed(start.attempt);
    expect(types).toHaveLength(22);
    expect(reads).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  });

  it("fails as over HTTP/2", async () => {
    const uri = await endpoint((request, response) => {
      request.resume();
      if (request.url?.startsWith("/busy")) response.writeHead(503, { "retry-after": "2" }).end();
      else if (request.url?.startsWith("/gone")) request.socket.destroy();
      else if (request.url?.startsWith("/half")) {
        response.writeHead(200, { "content-type": CONTENT_TYPE });
        response.write(OUTPUT, () => request.socket.destroy());
      } else response.writeHead(200, { "content-type": CONTENT_TYPE }).end(OUTPUT);
    });
    const { invoker, failure } = bench();
    const failureAt = (path: string) => {
      const start = attemptStart(uri + path, {}, HTTP1);
      invoker.start(start);
      return failure(start.attempt);
    };
    expect(await failureAt("/busy")).toMatchObject({ restateCode: "RT0023", nextRetryDelayMs: 2000 });
    const gone = await failureAt("/gone");
    expect(gone.restateCode).toBe("RT0010");
    expect(gone.message).toContain(`error when calling '${uri}/gone'`);
    const half = await failureAt("/half");
    expect(half.restateCode).toBe("RT0010");
    expect(half.message).toContain("unexpected error while reading the response body");
    expect((await failureAt("")).restateCode).toBe("RT0007");
    expect(invoker.snapshot()).toEqual([]);
  });

  it("cuts the connection when the attempt is aborted", async () => {
    const { invoker, signals, events } = bench();
    let socketClosed = false;
    let hasArrived = false;
    const uri = await endpoint((request) => {
      hasArrived = true;
      request.resume();
      request.socket.on("close", () => {
        socketClosed = true;
        signals.changed();
      });
      signals.changed();
    });
    const start = attemptStart(uri, {}, HTTP1);
    invoker.start(start);
    await signals.until(() => hasArrived);
    invoker.abort(start.attempt);
    await signals.until(() => socketClosed);
    expect(events).toEqual([]);
  });

  it("waits for a connection in its order, is not sent when it was given up, and takes that of one that hangs", async () => {
    const seen: string[] = [];
    const answers = new Map<string, () => void>();
    const uri = await endpoint(async (request, response) => {
      await bodyOf(request);
      const id = String(request.headers["x-restate-invocation-id"]);
      seen.push(id);
      answers.set(id, () => {
        response.writeHead(200, { "content-type": CONTENT_TYPE });
        response.end(Buffer.concat([OUTPUT, END]));
      });
    });
    const { invoker, closed } = bench({ config: { connectionsPerOrigin: 1 } });
    const [first, second, third, fourth] = ["a", "b", "c", "d"].map((id) => attemptStart(uri, { id }, HTTP1));
    for (const start of [first, second, third, fourth]) invoker.start(start as NonNullable<typeof start>);
    await vi.waitFor(() => expect(answers.has("a")).toBe(true), 10_000);
    invoker.letGo(second?.attempt ?? 0);
    expect(seen).toEqual(["a"]);
    answers.get("a")?.();
    await closed(first?.attempt ?? 0);
    await vi.waitFor(() => expect(answers.has("c")).toBe(true), 10_000);
    invoker.letGo(third?.attempt ?? 0);
    await vi.waitFor(() => expect(answers.has("d")).toBe(true), 10_000);
    answers.get("d")?.();
    await closed(fourth?.attempt ?? 0);
    expect(seen).toEqual(["a", "c", "d"]);
  });
});
