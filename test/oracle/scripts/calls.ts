import http2 from "node:http2";
import type { RawAnswer } from "../normalise.ts";
import type { Probe, Script } from "../probe.ts";

export const calls: Script[] = [
  {
    name: "calls and sends",
    async run(probe) {
      await probe.ingress("call", "/restate/call/OracleGreeter/greet", { json: "Ada" });
      await probe.ingress("older call", "/OracleGreeter/greet", { json: "Ada" });
      await probe.ingress("send", "/restate/send/OracleGreeter/greet", { json: "Ada" });
      await probe.ingress("older send", "/OracleGreeter/greet/send", { json: "Ada" });
      await probe.ingress("object", "/restate/call/OracleCounter/a/add", { json: 2 });
      await probe.ingress("object again", "/OracleCounter/a/add", { json: 3 });
      await probe.ingress("shared handler", "/restate/call/OracleCounter/a/get");
      await probe.ingress("bytes stay as they are", "/restate/call/OracleGreeter/echo", {
        headers: { "content-type": "application/x-mine" },
        body: Buffer.from([0, 255, 10, 13, 200]),
      });
      await probe.ingress("no output", "/restate/call/OracleGreeter/nothing", { method: "POST" });
      await probe.ingress("what a handler sees of the request", "/restate/call/OracleGreeter/headers?a=b&c", {
        method: "POST",
        headers: { "x-mine": "yes", "idempotency-key": "see" },
      });
      await probe.ingress("slash at the end", "/restate/call/OracleGreeter/greet/", { json: "Ada" });
      await probe.ingress("slashes in front", "//OracleGreeter/greet", { json: "Ada" });
    },
  },
  {
    name: "HTTP/2 on the same port",
    async run(probe) {
      for (const path of [
        "/restate/call/OracleGreeter/greet",
        "/restate/send/OracleGreeter/greet",
        "/OracleGreeter/none",
        "/restate/call/OracleCounter/%FF/get",
      ]) {
        probe.answer(path, await sendByHttp2(probe, path));
      }
    },
  },
];

/** With prior knowledge, as a service mesh or a gRPC-minded client speaks it. */
async function sendByHttp2(probe: Probe, path: string): Promise<RawAnswer> {
  const session = http2.connect(probe.server.ingressUrl);
  try {
    return await new Promise((resolve, reject) => {
      session.once("error", reject);
      const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/json" });
      let text = "";
      let headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
      stream.once("response", (received) => {
        headers = received;
      });
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      stream.once("error", reject);
      stream.once("end", () => {
        const named = Object.entries(headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: headers[":status"] ?? 0, headers: Object.fromEntries(named), text });
      });
      stream.end(JSON.stringify("Ada"));
    });
  } finally {
    session.close();
  }
}
