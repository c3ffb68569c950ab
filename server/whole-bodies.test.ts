import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import {
  dataFrame,
  Flag,
  FrameClient,
  FrameType,
  frame,
  GREETING,
  headersFrame,
  resetFrame,
} from "../test/support/http2-frames.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

/** What the handler was called with. */
const inputs: unknown[] = [];
const recorder = restate.service({
  name: "Recorder",
  handlers: {
    record: async (_ctx: restate.Context, input: unknown) => {
      inputs.push(input);
      return input;
    },
    wait: async (ctx: restate.Context) => {
      const { id, promise } = ctx.awakeable<unknown>();
      tellId(id);
      return await promise;
    },
  },
});
let tellId: (id: string) => void = () => {};
const counter = restate.object({
  name: "Counter",
  handlers: { read: async (ctx: restate.ObjectContext) => ctx.get("n") },
});

let server: RunningServer;
beforeAll(async () => {
  server = await RestateLite.start({ log: () => {}, services: [recorder, counter] });
});
afterAll(() => server.close());

type Ending = (client: FrameClient) => void | Promise<void>;

const reset = (code: number) => (client: FrameClient) => client.send(resetFrame(1, code));

/** How a request ends whose body is not whole; the first part of the body has been sent and read. */
const endings: Record<string, Ending> = {
  "RST_STREAM(CANCEL)": reset(8),
  "RST_STREAM(NO_ERROR)": reset(0),
  "RST_STREAM(PROTOCOL_ERROR)": reset(1),
  "RST_STREAM(REFUSED_STREAM)": reset(7),
  "an end before content-length bytes": (client) => client.send(dataFrame(1, "", Flag.EndStream)),
  "trailers before content-length bytes": (client) =>
    client.send(headersFrame(1, { "x-trailer": "1" }, Flag.EndStream)),
  "more than content-length bytes": (client) => client.send(dataFrame(1, "x".repeat(1000), Flag.EndStream)),
  "a reset of the connection": (client) => void client.socket.resetAndDestroy(),
  "the end of the connection": (client) => void client.socket.end(),
  "GOAWAY and the end of the connection": (client) => {
    client.send(frame(FrameType.Goaway, 0, 0, Buffer.alloc(8)));
    client.socket.end();
  },
  "a frame that HTTP/2 forbids": (client) => client.send(frame(FrameType.Ping, 0, 5, Buffer.alloc(3))),
};

/** Sends the first part of a body whose rest never comes. Returns when the server has looked at all of it. */
async function breakOff(url: string, path: string, method: string, body: string, ending: Ending): Promise<void> {
  const client = await FrameClient.open(url);
  const head = { ":method": method, ":scheme": "http", ":authority": "localhost", ":path": path };
  const headers = { ...head, "content-type": "application/json", "content-length": String(body.length + 100) };
  client.send(GREETING, headersFrame(1, headers), dataFrame(1, body));
  await client.ping();
  await ending(client);
  if (!client.socket.destroyed && client.socket.writable) await client.ping();
  client.socket.destroy();
  await client.until(() => client.isClosed);
  // Another connection's request comes after all of it.
  await whole(url, url === server.adminUrl ? "/v2/services" : "/restate/health", "GET");
}

async function whole(
  url: string,
  path: string,
  method: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  const client = await FrameClient.open(url);
  const head = { ":method": method, ":scheme": "http", ":authority": "localhost", ":path": path };
  const isBodyless = body === undefined;
  const headers = isBodyless
    ? head
    : { ...head, "content-type": "application/json", "content-length": String(body.length) };
  client.send(GREETING, headersFrame(1, headers, isBodyless ? Flag.EndStream : 0));
  if (!isBodyless) client.send(dataFrame(1, body), dataFrame(1, "", Flag.EndStream));
  const answer = await client.over(1);
  client.socket.destroy();
  return { status: answer.status ?? 0, text: answer.body };
}

describe.each(Object.entries(endings))("a body that ends with %s", (_what, ending) => {
  it("invokes nothing: neither by a call, nor by a send, nor under its idempotency key", async () => {
    inputs.length = 0;
    await breakOff(server.ingressUrl, "/restate/call/Recorder/record", "POST", "123", ending);
    await breakOff(server.ingressUrl, "/restate/send/Recorder/record", "POST", "123", ending);
    await breakOff(server.ingressUrl, "/Recorder/record", "POST", "123", ending);
    expect(await whole(server.ingressUrl, "/restate/call/Recorder/record", "POST", "123456789")).toEqual({
      status: 200,
      text: "123456789",
    });
    expect(inputs).toEqual([123456789]);
  });

  it("completes no awakeable", async () => {
    const told = new Promise<string>((resolve) => {
      tellId = resolve;
    });
    const waiting = whole(server.ingressUrl, "/restate/call/Recorder/wait", "POST", "null");
    const path = `/restate/awakeables/${await told}`;
    await breakOff(server.ingressUrl, `${path}/resolve`, "POST", "123", ending);
    await breakOff(server.ingressUrl, `${path}/reject`, "POST", "no", ending);
    expect((await whole(server.ingressUrl, `${path}/resolve`, "POST", "123456")).status).toBe(202);
    expect(await waiting).toEqual({ status: 200, text: "123456" });
  });

  it("changes nothing over the admin API", async () => {
    const state = JSON.stringify({ object_key: "k", new_state: { n: [49] } });
    const rules = JSON.stringify([{ pattern: "half", limits: { concurrency: 1 } }]);
    await breakOff(server.adminUrl, "/services/Counter/state", "POST", state, ending);
    await breakOff(server.adminUrl, "/limits/rules", "PUT", rules, ending);
    await breakOff(server.adminUrl, "/services/Counter", "PATCH", JSON.stringify({ public: false }), ending);
    expect((await whole(server.adminUrl, "/limits/rules", "GET")).text).not.toContain("half");
    expect(JSON.parse((await whole(server.adminUrl, "/services/Counter", "GET")).text)).toMatchObject({ public: true });
    expect(await whole(server.ingressUrl, "/restate/call/Counter/k/read", "POST", "null")).toMatchObject({
      text: "null",
    });
  });
});

it("takes a whole body in pieces, with trailers, with padding and without a length", async () => {
  inputs.length = 0;
  const client = await FrameClient.open(server.ingressUrl);
  const path = "/restate/call/Recorder/record";
  const head = { ":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": path };
  const headers = { ...head, "content-type": "application/json" };
  client.send(GREETING, headersFrame(1, headers), dataFrame(1, "12"), headersFrame(3, headers));
  client.send(frame(FrameType.Data, Flag.Padded, 3, Buffer.from([2, 0x37, 0, 0])), dataFrame(1, "34"));
  client.send(headersFrame(1, { "x-trailer": "1" }, Flag.EndStream), dataFrame(3, "8", Flag.EndStream));
  expect([(await client.over(1)).body, (await client.over(3)).body]).toEqual(["1234", "78"]);
  client.socket.destroy();
});
