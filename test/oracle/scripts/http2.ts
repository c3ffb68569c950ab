import { dataFrame, Flag, FrameClient, GREETING, headersFrame, resetFrame } from "../../support/http2-frames.ts";
import type { Probe, Script } from "../probe.ts";

const JSON_TYPE = "application/json";

function head(method: string, path: string): Record<string, string> {
  return { ":method": method, ":scheme": "http", ":authority": "localhost", ":path": path, "content-type": JSON_TYPE };
}

/** How a body ends; 123 has been sent. */
const endings: Record<string, { length?: number; end: (client: FrameClient) => void }> = {
  "the end": { end: (client) => client.send(dataFrame(1, "", Flag.EndStream)) },
  "the end at its length": { length: 3, end: (client) => client.send(dataFrame(1, "", Flag.EndStream)) },
  trailers: { end: (client) => client.send(headersFrame(1, { "x-trailer": "1" }, Flag.EndStream)) },
  "the end before its length": { length: 9, end: (client) => client.send(dataFrame(1, "", Flag.EndStream)) },
  "more than its length": { length: 5, end: (client) => client.send(dataFrame(1, "4567", Flag.EndStream)) },
  // What the real server does after NO_ERROR differs from time to time: it is not compared.
  "a reset (CANCEL)": { end: (client) => client.send(resetFrame(1, 8)) },
  "a reset (INTERNAL_ERROR)": { end: (client) => client.send(resetFrame(1, 2)) },
  "a reset (REFUSED_STREAM)": { length: 9, end: (client) => client.send(resetFrame(1, 7)) },
  "a reset connection": { end: (client) => void client.socket.resetAndDestroy() },
  "an ended connection": { length: 9, end: (client) => void client.socket.end() },
};

async function brokenCall(probe: Probe, what: string): Promise<void> {
  const { length, end } = endings[what] as (typeof endings)[string];
  const key = `http2-${what.replaceAll(/\W+/g, "-")}`;
  const client = await FrameClient.open(probe.server.ingressUrl);
  const headers = head("POST", `/restate/send/OracleCounter/${key}/add`);
  const announced: Record<string, string> = length === undefined ? {} : { "content-length": String(length) };
  client.send(GREETING, headersFrame(1, { ...headers, ...announced }), dataFrame(1, "123"));
  await client.ping();
  end(client);
  if (client.socket.writable) await client.ping();
  const { status, resetCode } = what.startsWith("a reset") ? client.answer(1) : await client.over(1);
  probe.note(`${what}: the answer`, { status, resetCode });
  client.socket.destroy();
  // In the key's order it comes after whatever was invoked.
  await probe.ingress(`${what}: what was invoked`, `/restate/call/OracleCounter/${key}/add`, { json: 1000 });
}

export const http2Requests: Script[] = [
  {
    name: "bodies over HTTP/2",
    async run(probe) {
      for (const what of Object.keys(endings)) await brokenCall(probe, what);
    },
  },
  {
    name: "the admin port over HTTP/2",
    async run(probe) {
      const client = await FrameClient.open(probe.server.adminUrl);
      client.send(GREETING);
      const requests: [method: string, path: string, body?: string][] = [
        ["GET", "/health"],
        ["HEAD", "/health"],
        ["POST", "/"],
        ["GET", "/services/OracleNobody"],
        ["GET", "/deployments/other"],
        ["POST", "/query", '{"query":"nonsense"}'],
        ["PATCH", "/services/OracleGreeter", "{"],
        ["POST", "/services/OracleCounter/state", '{"object_key":"http2","new_state":{}}'],
      ];
      for (const [index, [method, path, body]] of requests.entries()) {
        const id = 2 * index + 1;
        client.send(headersFrame(id, head(method, path), body === undefined ? Flag.EndStream : 0));
        if (body !== undefined) client.send(dataFrame(id, body, Flag.EndStream));
        const { status } = await client.over(id);
        probe.note(`${method} ${path}`, { status });
      }
      client.socket.destroy();
    },
  },
];
