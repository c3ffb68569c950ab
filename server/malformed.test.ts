import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { randomFrom } from "./random.fixture.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

const counter = restate.object({ name: "Counter", handlers: { add: async () => 1 } });

let server: RunningServer;
/** What the server has said of itself: a request that is nonsense is no error of its own. */
const errors: string[] = [];

beforeAll(async () => {
  server = await RestateLite.start({
    log: (level, message, fields) => void (level === "error" && errors.push(`${message} ${JSON.stringify(fields)}`)),
    services: [counter],
  });
});
afterAll(() => server.close());

/** The status of the answer to a raw request; 0 when the connection ended without one. */
async function statusOf(url: string, request: Buffer): Promise<number> {
  return await new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let text = "";
    const done = () => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0));
    };
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (text.includes("\r\n\r\n") && !text.startsWith("HTTP/1.1 100")) done();
    });
    socket.on("error", done);
    socket.on("close", done);
    socket.write(request);
  });
}

const ID = `inv_1${"0".repeat(37)}`;
const PATHS = [
  "/restate-lite/state",
  "/restate-lite/state?service=Counter&key=k",
  "/restate-lite/state?service=Counter&key=k&scope=..%2f..",
  "/restate-lite/state?service=Counter&key=k&key=j",
  "/restate-lite/state?service[]=Counter&key[a]=k",
  "/restate-lite/state?service=Counter&key=%00%ff%E0%A4%A",
  "/restate-lite/state?service=__proto__&key=constructor",
  `/restate-lite/invocations/${ID}`,
  `/restate-lite/invocations/${ID}/journal`,
  `/restate-lite/invocations/${ID}/journal?after=0`,
  `/restate-lite/invocations/${ID}/journal?after=4294967295&signals=drop&dry_run=true`,
  `/restate-lite/invocations/${ID}/journal?after=1e3`,
  `/restate-lite/invocations/${ID}/journal?after=${"9".repeat(400)}`,
  `/restate-lite/invocations/${ID}/journal?after=1&after=2`,
  `/restate-lite/invocations/${ID}/journal?after[__proto__]=2`,
  `/restate-lite/invocations/${ID}/journal/0/result`,
  `/restate-lite/invocations/${ID}/journal/-1/result`,
  `/restate-lite/invocations/${ID}/journal/${"9".repeat(400)}/result`,
  "/restate-lite/invocations/inv_1/journal/0/result",
  "/restate-lite/invocations/%E0%A4%A/journal/0/result",
  "/restate-lite/invocations/..%2f..%2f/journal",
  "/restate-lite/invocations//journal",
  "/limits/rules",
  "/limits/rules/bulk-delete",
  "/vqueues/vq_1/pause",
  "/vqueues/%00/resume",
  "/query",
  "/v2/query",
  "/services/Counter/state",
  "/services/%E0%A4%A",
  "/deployments/dp_%2e%2e",
  "/ui/",
  "/ui/assets/../../../../package.json",
  "/ui/assets/..%2f..%2f..%2fpackage.json",
  "/ui/assets/%2e%2e/%2e%2e/package.json",
  "/ui/..\\..\\package.json",
  "/ui/assets/x.js\0",
  "/ui/feed",
  "/ui/feed?epoch=%E0%A4%A&seq=-1",
  "//",
  "/\\",
  "*",
  "http://localhost/ui/",
  "http://[",
];
const METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"];
const TYPES = ["application/json", "application/json; charset=utf-7", "text/plain", ""];
const BODIES = [
  "",
  "{",
  "null",
  "[]",
  "0",
  '"x"',
  "{}",
  '{"__proto__":{"value":"1"}}',
  '{"value":1e999}',
  '{"value":"\\ud800"}',
  '{"value_base64":"===="}',
  '{"failure":{"code":1e300,"message":null}}',
  '{"void":false}',
  '{"entries":[{"name":"","value":"%"}],"version":"rl1_"}',
  '{"entries":[[[[[[[]]]]]]]}',
  '{"query":"select * from sys_invocation order by"}',
  '{"query":"select 1; drop table invocation"}',
  '{"query":{"$ne":1}}',
  '[{"pattern":"a/b/c/d","limits":{"concurrency":-1}}]',
  '[{"pattern":"*","limits":{"concurrency":99999999999999999999}}]',
  "[".repeat(100_000),
  "\u0000\u0001\u0002",
];
const HOSTS = ["localhost", "localhost:99999", "127.0.0.1:x", "[::1]:-1", "", "evil.example"];
const UPGRADES = ["", "websocket", "WebSocket, h2c", "h2c", "TLS/1.0", "\u00ff", ","];
const ORIGINS = ["", "http://localhost", "http://localhost:99999", "null", "http://", "http://evil.example", "\u00ff"];

type Pick = (from: readonly string[]) => string;

function upgradeOf(pick: Pick): Buffer {
  const lines = [
    `${pick(["GET", "GET", "POST"])} /ui/feed HTTP/1.1`,
    `host: ${pick(HOSTS)}`,
    `origin: ${pick(ORIGINS)}`,
    "connection: upgrade",
    `upgrade: ${pick(["websocket", "websocket", ...UPGRADES])}`,
    `sec-websocket-version: ${pick(["13", "13", "-1", ""])}`,
    `sec-websocket-key: ${pick(["x", "", "AAAAAAAAAAAAAAAAAAAAAA=="])}`,
    `sec-websocket-protocol: ${pick(["", "a, a", "\u00ff"])}`,
    `sec-websocket-extensions: ${pick(["", "permessage-deflate; x=", ";;"])}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${pick(["", "\u0081\u00ff", "x".repeat(100_000)])}`, "latin1");
}

function requestOf(pick: Pick, random: () => number): Buffer {
  const body = pick(BODIES);
  const upgrade = random() < 0.3 ? pick(UPGRADES) : "";
  const origin = random() < 0.3 ? pick(ORIGINS) : "";
  const host = random() < 0.2 ? pick(HOSTS) : "localhost";
  const lines = [
    `${pick(METHODS)} ${pick(PATHS)} HTTP/1.1`,
    `host: ${host}`,
    `content-type: ${pick(TYPES)}`,
    "accept: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(upgrade === ""
      ? ["connection: close"]
      : [`connection: ${random() < 0.5 ? "" : "keep-alive, "}Upgrade`, `upgrade: ${upgrade}`]),
    ...(random() < 0.5
      ? []
      : ["sec-websocket-version: 13", `sec-websocket-key: ${pick(["x", "", "AAAAAAAAAAAAAAAAAAAAAA=="])}`]),
    ...(origin === "" ? [] : [`origin: ${origin}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
}

it("answers nonsense with a refusal, whatever it is, and goes on", { timeout: 60_000 }, async () => {
  const bad: string[] = [];
  const random = randomFrom(1);
  const pick: Pick = (from) => from[Math.floor(random() * from.length)] ?? "";
  for (let count = 0; count < 1000; count++) {
    const request = random() < 0.3 ? upgradeOf(pick) : requestOf(pick, random);
    const status = await statusOf(server.adminUrl, request);
    if (status === 0 || status >= 500) bad.push(`${status} ${request.toString("latin1").slice(0, 600)}`);
  }
  expect({ bad, errors }).toEqual({ bad: [], errors: [] });
  expect((await fetch(`${server.adminUrl}/health`)).status).toBe(200);
});
