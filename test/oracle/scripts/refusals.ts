import type { Script } from "../probe.ts";

const OVER_THE_LIMIT = 33 * 1024 * 1024;

/** What the ingress answers itself. */
export const refusals: Script[] = [
  {
    name: "unknown names and wrong paths",
    async run(probe) {
      const paths = {
        "unknown service": "/restate/call/OracleNobody/greet",
        "unknown service, older": "/OracleNobody/greet",
        "unknown service, send": "/restate/send/OracleNobody/greet",
        "unknown handler": "/restate/call/OracleGreeter/none",
        "unknown handler, older": "/OracleGreeter/none",
        "unknown handler of an object": "/restate/call/OracleCounter/key/none",
        "missing key": "/restate/call/OracleCounter/add",
        "missing key, older": "/OracleCounter/add",
        "missing key, workflow": "/restate/call/OracleWorkflow/run",
        "extra key": "/restate/call/OracleGreeter/key/greet",
        "extra key, older": "/OracleGreeter/key/greet",
        "too many segments": "/restate/call/OracleCounter/a/b/add",
        "send behind send": "/restate/send/OracleGreeter/greet/send",
        "only a service": "/restate/call/OracleGreeter",
        "only a service, older": "/OracleGreeter",
        "nothing behind call": "/restate/call",
        "nothing behind restate": "/restate",
        root: "/",
        "unknown verb": "/restate/other",
        "unknown verb, long": "/restate/other/OracleGreeter/greet",
        "call in other case": "/restate/Call/OracleGreeter/greet",
        "service in other case": "/restate/call/oraclegreeter/greet",
        "private service": "/restate/call/OraclePrivate/secret",
        "private service, older": "/OraclePrivate/secret",
        "private handler": "/restate/call/OracleHalfPrivate/closed",
        "public handler beside a private one": "/restate/call/OracleHalfPrivate/open",
      };
      for (const [step, path] of Object.entries(paths)) await probe.ingress(step, path, { method: "POST" });
    },
  },
  {
    name: "methods",
    async run(probe) {
      for (const method of ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        await probe.ingress(`${method} call`, "/restate/call/OracleCounter/methods/get", { method });
        await probe.ingress(`${method} older call`, "/OracleCounter/methods/get", { method });
        await probe.ingress(`${method} send`, "/restate/send/OracleCounter/methods/get", { method });
      }
      await probe.ingress("GET older send", "/OracleCounter/methods/get/send");
      await probe.ingress("GET handler that wants no input", "/restate/call/OracleGreeter/nothing");
      await probe.ingress("POST health", "/restate/health", { method: "POST" });
      await probe.ingress("GET health", "/restate/health");
      await probe.ingress("GET health with more", "/restate/health/more");
    },
  },
  {
    name: "input rule",
    async run(probe) {
      const greet = "/restate/call/OracleGreeter/greet";
      const send = async (step: string, contentType: string | undefined, body: string | undefined, path = greet) =>
        probe.ingress(step, path, {
          method: "POST",
          headers: contentType === undefined ? {} : { "content-type": contentType },
          body,
        });
      await send("json", "application/json", '"x"');
      await send("json with charset", "application/json; charset=utf-8", '"x"');
      await send("json with charset, no space", "application/json;charset=utf-8", '"x"');
      await send("text", "text/plain", '"x"');
      await send("other case", "Application/JSON", '"x"');
      await send("body without type", undefined, '"x"');
      await send("nothing at all", undefined, undefined);
      await send("empty body with type", "application/json", "");
      await send("empty body with wrong type", "text/plain", "");
      await send("empty type", "", '"x"');
      await send("body that is not JSON", "application/json", "{", "/restate/send/OracleGreeter/greet");
      await send("any type: text", "text/plain", "abc", "/restate/call/OracleGreeter/echo");
      await send("any type: none", undefined, "abc", "/restate/call/OracleGreeter/echo");
      await send("any type: empty", undefined, undefined, "/restate/call/OracleGreeter/echo");
      await send("older path", "text/plain", "abc", "/OracleGreeter/greet");
      await send("on a send", "text/plain", "abc", "/restate/send/OracleGreeter/greet");
      await probe.ingressUntilAnswered("body over the limit", greet, OVER_THE_LIMIT);
      await probe.ingressUntilAnswered("body over the limit on the older path", "/OracleGreeter/greet", OVER_THE_LIMIT);
    },
  },
  {
    name: "delay",
    async run(probe) {
      const later = { json: "x" };
      for (const delay of ["1h", "PT1H", "1h%2030m", "1h+30m", "1d", "1000000ms", "P1D", "1month"]) {
        await probe.ingress(`send ${delay}`, `/restate/send/OracleGreeter/greet?delay=${delay}`, later);
      }
      for (const delay of ["", "10", "abc", "-1s", "1", "1x", "PT", "P1Y", "-PT1H", "9999999d", "1.5s", "%FF"]) {
        await probe.ingress(`send '${delay}'`, `/restate/send/OracleGreeter/greet?delay=${delay}`, later);
      }
      await probe.ingress("older send", "/OracleGreeter/greet/send?delay=1h", later);
      await probe.ingress("older send, bad", "/OracleGreeter/greet/send?delay=soon", later);
      await probe.ingress("call", "/restate/call/OracleGreeter/greet?delay=1s", later);
      await probe.ingress("older call", "/OracleGreeter/greet?delay=1s", later);
      await probe.ingress("call, bad delay", "/OracleGreeter/greet?delay=soon", later);
      await probe.ingress("DELAY", "/restate/send/OracleGreeter/greet?DELAY=1h", later);
      await probe.ingress("twice", "/restate/send/OracleGreeter/greet?delay=1h&delay=soon", later);
    },
  },
  {
    name: "percent-encoding",
    async run(probe) {
      const keys = [
        "a%20b",
        "a+b",
        "%ZZ",
        "%",
        "%4",
        "%2F",
        "%C3%A9",
        "%FF",
        "%E2%82",
        "",
        "a%00b",
        "a%25b",
        "a;b",
        "a:b@c",
        ".",
        "%2E%2E",
      ];
      for (const key of keys) {
        await probe.ingress(`key '${key}'`, `/restate/call/OracleCounter/${key}/key`);
        await probe.ingress(`key '${key}', older`, `/OracleCounter/${key}/key`);
        await probe.ingress(`key '${key}' of a workflow`, `/restate/call/OracleQuickWorkflow/${key}/key`);
      }
      await probe.ingress("service", "/restate/call/Oracle%47reeter/greet", { json: "x" });
      await probe.ingress("handler", "/restate/call/OracleGreeter/gree%74", { json: "x" });
      await probe.ingress("verb", "/restate/cal%6C/OracleGreeter/greet", { json: "x" });
      await probe.ingress("absolute form", "http://localhost:8080/restate/call/OracleGreeter/greet", { json: "x" });
      await probe.ingress("fragment", "/restate/call/OracleGreeter/greet#part", { json: "x" });
      await probe.ingress("empty segment", "/restate//call/OracleGreeter/greet", { json: "x" });
    },
  },
  {
    name: "an empty handler name is a bad path",
    async run(probe) {
      await probe.ingress("empty handler", "/restate/call/OracleGreeter//", { json: "x" });
    },
  },
  {
    name: "a delay of zero is a delay",
    async run(probe) {
      for (const delay of ["0", "0s", "0ms"]) {
        await probe.ingress(`send '${delay}'`, `/restate/send/OracleGreeter/greet?delay=${delay}`, { json: "x" });
      }
    },
  },
  {
    name: "headers",
    async run(probe) {
      const path = "/restate/call/OracleGreeter/headers";
      await probe.ingress("a value with bytes above ASCII", path, { headers: { "x-mine": "\u00e9" }, method: "POST" });
      await probe.ingress("an empty value", path, { headers: { "x-mine": "" }, method: "POST" });
      await probe.ingress("the path header of the server", path, {
        headers: { "x-restate-ingress-path": "/forged" },
        method: "POST",
      });
      await probe.ingress("a limit key without scope", path, {
        headers: { "x-restate-limit-key": "a" },
        method: "POST",
      });
      await probe.ingress("a limit key in the query without scope", `${path}?limit-key=a`, { method: "POST" });
      await probe.ingress("accept", path, { json: 1, headers: { accept: "text/html" } });
    },
  },
];
