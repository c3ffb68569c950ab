import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { InvocationChange, Observer } from "../../seams.ts";
import { createFeed, type Feed, type FeedLimits } from "./feed.ts";
import type { Change, FeedMessage } from "./messages.ts";
import { Recent } from "./recent.ts";

let server: Server;
let feed: Feed;
let observers: Set<Observer>;
const sockets: WebSocket[] = [];

async function start(limits: Partial<FeedLimits> = {}): Promise<void> {
  observers = new Set();
  let epochs = 0;
  feed = createFeed({
    observe: (observer) => {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    newEpoch: () => `epoch${++epochs}`,
    log: () => {},
    limits: { batchMs: 1, ...limits },
  });
  server = createServer();
  server.on("upgrade", feed.onUpgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function happens(id: string, change: InvocationChange): void {
  for (const observer of observers) {
    observer({ ...change, id, service: "S", handler: "h", key: undefined, scope: undefined, createdAtMs: 1, atMs: 2 });
  }
}

/** A reader with what it has been told. */
async function read(query = "", headers: Record<string, string> = {}) {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ui/feed${query}`, { headers });
  sockets.push(socket);
  const messages: FeedMessage[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as FeedMessage);
    for (const wake of waiting.splice(0)) wake();
  });
  const seen = async (count: number): Promise<FeedMessage[]> => {
    while (messages.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return messages;
  };
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  await seen(1);
  return { socket, messages, seen };
}

async function gone(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
}

beforeEach(() => start());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  feed.close();
  await new Promise((resolve) => server.close(resolve));
});

describe("the live feed", () => {
  it("tells what has happened, each invocation once a batch", async () => {
    const { seen } = await read();
    happens("a", { kind: "ready" });
    happens("a", { kind: "running", deployment: "dp", failedAttempts: 0 });
    happens("a", { kind: "journal" });
    happens("b", { kind: "inboxed" });
    const [hello, changes] = await seen(2);
    expect(hello).toEqual({ type: "hello", epoch: "epoch1", seq: 0, resumed: false });
    const common = { service: "S", handler: "h", createdAtMs: 1, atMs: 2 };
    expect(changes).toEqual({
      type: "changes",
      seq: 1,
      registry: false,
      changes: [
        { ...common, id: "a", status: "running", journal: true },
        { ...common, id: "b", status: "pending" },
      ],
    });
  });

  it("tells changes of state, also to a reader that comes back", async () => {
    const { seen, socket } = await read();
    const state = { service: "S", key: "k", scope: undefined, position: undefined };
    const set = (outcome: "applied" | "dropped") => {
      for (const observer of observers) observer({ ...state, kind: "state", outcome, atMs: 2 });
    };
    set("applied");
    expect((await seen(2))[1]).toEqual({
      ...{ type: "changes", seq: 1, registry: false, changes: [] },
      states: [{ service: "S", key: "k", outcome: "applied" }],
    });
    await gone(socket);
    set("dropped");
    happens("a", { kind: "ready" });
    const [, missed] = await (await read("?epoch=epoch1&seq=0")).seen(2);
    expect(missed).toMatchObject({
      seq: 2,
      changes: [{ id: "a" }],
      states: [{ outcome: "applied" }, { outcome: "dropped" }],
    });
  });

  it("goes on for a reader that comes back where it was", async () => {
    const first = await read();
    happens("a", { kind: "ready" });
    await first.seen(2);
    await gone(first.socket);
    happens("b", { kind: "ready" });
    const again = await read("?epoch=epoch1&seq=1");
    const [hello, changes] = await again.seen(2);
    expect(hello).toEqual({ type: "hello", epoch: "epoch1", seq: 1, resumed: true });
    expect(changes).toMatchObject({ seq: 2, changes: [{ id: "b" }] });
  });

  it("says that it cannot go on: another run of the server, a number it has forgotten or never had", async () => {
    const { seen } = await read();
    happens("a", { kind: "ready" });
    await seen(2);
    for (const query of ["?epoch=epoch0&seq=1", "?epoch=epoch1&seq=7", "?epoch=epoch1&seq=x", "?epoch=epoch1"]) {
      const { messages } = await read(query);
      expect(messages[0]).toEqual({ type: "hello", epoch: "epoch1", seq: 1, resumed: false });
    }
  });

  it("says to fetch anew instead of telling too much", async () => {
    feed.close();
    await new Promise((resolve) => server.close(resolve));
    await start({ batchSize: 10 });
    const { seen } = await read();
    for (let n = 0; n < 11; n++) happens(`a${n}`, { kind: "ready" });
    expect((await seen(2))[1]).toEqual({ type: "refetch", seq: 1 });
  });

  it("watches the engine only while somebody listens or may come back", async () => {
    feed.close();
    await new Promise((resolve) => server.close(resolve));
    await start({ lingerMs: 0 });
    expect(observers.size).toBe(0);
    const { socket } = await read();
    expect(observers.size).toBe(1);
    await gone(socket);
    while (feed.isWatching) await new Promise((resolve) => setImmediate(resolve));
    expect(observers.size).toBe(0);
  });

  it("refuses what is no address", async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write("GET // HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    socket.destroy();
  });

  it.each([
    ["localhost:99999", "http://localhost"],
    ["localhost:x", "http://localhost:1"],
    ["localhost: 1", "http://localhost"],
    ["", "http://localhost"],
    ["[::1]:-1", "http://[::1]"],
  ])("refuses a page when the host %j is none", async (host, origin) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write(
      `GET /ui/feed HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 40[03] /);
    socket.destroy();
  });

  it("lets go of a refused connection, whatever its client still sends and however long it stays", async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n");
    socket.write(`content-length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`);
    await once(socket, "data");
    await new Promise((resolve) => server.close(resolve));
    socket.destroy();
    await start();
  });

  it("refuses pages of other origins, those of other ports of this machine included", async () => {
    const { port } = server.address() as AddressInfo;
    for (const origin of ["http://evil.example", "http://127.0.0.1:1", "null"]) {
      await expect(read("", { origin })).rejects.toThrow("403");
    }
    await read("", { origin: `http://127.0.0.1:${port}` });
  });

  describe("for a slow reader", () => {
    const batches = 300;

    /** What a reader is told that reads nothing until 300 batches of 100 changes of 1,500 invocations have come. */
    async function readLate(recentSize: number): Promise<FeedMessage[]> {
      feed.close();
      await new Promise((resolve) => server.close(resolve));
      await start({ recentSize });
      const { socket, seen } = await read();
      socket.pause();
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const message = "x".repeat(1000);
      for (let batch = 0; batch < batches; batch++) {
        for (let n = 0; n < 100; n++) {
          happens(`a${(batch * 100 + n) % 1500}`, { kind: "completed", failure: { code: 500 + batch, message } });
        }
        vi.advanceTimersByTime(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      vi.useRealTimers();
      socket.resume();
      for (let count = 1; ; count++) {
        const messages = await seen(count);
        if (messages[count - 1]?.seq === batches) return messages;
      }
    }

    it("joins what has come since into fewer messages, without losing the last word on any invocation", async () => {
      const messages = await readLate(100_000);
      expect(messages.length).toBeLessThan(batches);
      const told = new Map<string, Change>();
      for (const message of messages) {
        if (message.type === "changes") for (const change of message.changes) told.set(change.id, change);
      }
      expect(told.size).toBe(1500);
      expect([...told.values()].every(({ failure }) => (failure?.code ?? 0) >= 500 + batches - 15)).toBe(true);
    });

    it("forgets what it has missed when it is too much, and says so", async () => {
      expect((await readLate(500)).some(({ type }) => type === "refetch")).toBe(true);
    });
  });
});

describe("recent changes", () => {
  const change = (id: string, more: Partial<Change> = {}): Change => ({
    ...{ id, service: "S", handler: "h", createdAtMs: 0, atMs: 0 },
    ...more,
  });

  it("are told from any number that is remembered, each invocation once", () => {
    const recent = new Recent(100);
    recent.add([change("a", { status: "ready" })], false);
    recent.add([change("b", { status: "ready" })], true);
    recent.add([change("a", { journal: true, atMs: 5 })], false);
    expect(recent.since(0)).toEqual({
      seq: 3,
      registry: true,
      changes: [change("b", { status: "ready" }), change("a", { status: "ready", journal: true, atMs: 5 })],
    });
    expect(recent.since(2)?.changes).toHaveLength(1);
    expect(recent.since(3)).toEqual({ seq: 3, registry: false, changes: [] });
  });

  it("are forgotten beyond the limit, and not told when a part was too much", () => {
    const recent = new Recent(4);
    for (const id of ["a", "b", "c"]) recent.add([change(id)], false);
    expect(recent.since(0)).toBeUndefined();
    expect(recent.since(1)?.changes?.map(({ id }) => id)).toEqual(["b", "c"]);
    recent.add(undefined, false);
    expect(recent.since(2)).toBeUndefined();
    expect(recent.since(4)?.changes).toEqual([]);
  });
});
