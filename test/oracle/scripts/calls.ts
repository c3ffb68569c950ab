import type { Script } from "../probe.ts";

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
];
