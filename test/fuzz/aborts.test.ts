import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataFrame, Flag, FrameType, frame, GREETING, headersFrame, resetFrame } from "../support/http2-frames.ts";
import { TestServer } from "../support/servers.ts";

/** Frames that once ended the whole process, as a process of its own: an abort takes everything with it. */
let server: TestServer;
beforeAll(async () => {
  // Memory that was freed and is used again shows at once.
  server = await TestServer.start("ours", { env: { MALLOC_PERTURB_: "165" } });
});
afterAll(() => server?.dispose());

const goaway = frame(FrameType.Goaway, 0, 0, Buffer.alloc(8));
/** A PING has eight bytes. */
const badSize = frame(FrameType.Ping, 0, 0, Buffer.alloc(7));
const head = (id: number, flags = 0) =>
  headersFrame(
    id,
    { ":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": "/Nobody/nothing" },
    flags,
  );

/** What a client sends in one go, on each of a number of connections. */
const programs: Record<string, Buffer[]> = {
  "a request and a frame of a bad size after GOAWAY": [goaway, head(1), badSize],
  "a whole request and a frame of a bad size after GOAWAY": [goaway, head(1, Flag.EndStream), badSize],
  "requests and data after GOAWAY": [goaway, head(1), head(3), dataFrame(3, "123", Flag.EndStream), head(5), head(7)],
  "GOAWAY behind the last stream's reset, then another request": [head(1), goaway, resetFrame(1, 8), head(3), badSize],
};

function send(url: string, frames: readonly Buffer[]): Promise<void> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", noDelay: true });
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    // Whatever the server says to it: it has read what was sent.
    socket.on("data", () => setImmediate(() => socket.destroy()));
    socket.write(Buffer.concat([GREETING, ...frames]));
  });
}

it.each(Object.entries(programs))("lives on after %s", async (_, frames) => {
  for (const url of [server.ingressUrl, server.adminUrl]) {
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 10 }, () => send(url, frames)));
    }
    const health = await fetch(`${url}/health`).catch(() => undefined);
    expect(health, server.output).toBeDefined();
  }
});
