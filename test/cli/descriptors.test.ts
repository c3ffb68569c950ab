import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { createEndpointHandler } from "../../sdk/node.ts";
import { withFreshPorts } from "../support/ports.ts";
import { nodePath, serverCliPath } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

const DESCRIPTORS = 256;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts the server with few descriptors. */
async function startServer() {
  const dataDir = mkdtempSync(path.join(tmpdir(), "restate-lite-descriptors-"));
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return await withFreshPorts(2, async ([ingress, admin]) => {
    const command = `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`;
    const args = ["start", "--ingress-port", `${ingress}`, "--admin-port", `${admin}`, "--data-dir", dataDir];
    const child = spawn("bash", ["-c", command, nodePath, serverCliPath(), ...args]);
    closers.push(async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await exited;
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        output += text;
      });
    }
    await until("the server", async () => (await fetch(`http://127.0.0.1:${admin}/health`)).ok);
    return { ingress: ingress as number, admin: admin as number, pid: child.pid as number, output: () => output };
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  closers.push(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** Of a connection of its own, so that nothing is kept alive. */
async function healthOf(port: number, path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })).status;
}

it("serves on with fewer descriptors than clients: the idle ones go, and the log says so once", async () => {
  const server = await startServer();
  const sockets: Socket[] = [];
  for (let n = 0; n < 2 * DESCRIPTORS; n++) sockets.push(await open(n % 2 === 0 ? server.ingress : server.admin));
  const sessions = Array.from({ length: 40 }, () => connectHttp2(`http://127.0.0.1:${server.ingress}`));
  for (const session of sessions) {
    session.on("error", () => {});
    closers.push(() => session.destroy());
  }
  expect(await healthOf(server.ingress, "/restate/health")).toBe(200);
  expect(await healthOf(server.admin, "/health")).toBe(200);
  expect((await fetch(`http://127.0.0.1:${server.admin}/services`)).status).toBe(200);
  // The first ones were idle for longest.
  await until("the end of the first", () => sockets[0]?.destroyed);
  await until("the line in the log", () => server.output().includes("RL_DESCRIPTORS"));
  expect(server.output().match(/RL_DESCRIPTORS/g)).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  for (const session of sessions) session.destroy();
  await until("all descriptors to be free again", () => readdirSync(`/proc/${server.pid}/fd`).length < 50);
});

it("calls more handlers of an HTTP/1.1 endpoint at a time than it has descriptors, and no attempt fails for want of one", async () => {
  const server = await startServer();
  const slow = restate.service({
    name: "Slow",
    handlers: {
      answer: async (_ctx: restate.Context, n: number) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return n;
      },
    },
  });
  const endpoint = createServer(createEndpointHandler({ services: [slow] })).listen(0, "127.0.0.1");
  closers.push(() => endpoint.close());
  await once(endpoint, "listening");
  const { port } = endpoint.address() as { port: number };
  const admin = `http://127.0.0.1:${server.admin}`;
  const json = (url: string, body: unknown) =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const deployment = { uri: `http://127.0.0.1:${port}`, use_http_11: true };
  expect((await json(`${admin}/deployments`, deployment)).status).toBe(201);
  // Over one connection, so that the endpoint's are the many.
  const session = connectHttp2(`http://127.0.0.1:${server.ingress}`);
  closers.push(() => session.destroy());
  const calls = Array.from({ length: 2 * DESCRIPTORS }, async (_, n) => {
    const stream = session.request({ ":method": "POST", ":path": "/Slow/answer", "content-type": "application/json" });
    stream.end(String(n));
    return Number(await text(stream));
  });
  expect(await Promise.all(calls)).toEqual(calls.map((_, n) => n));
  const failed = await fetch(`${admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: "select count(*) as n from sys_journal_events" }),
  });
  expect(await failed.json()).toEqual({ rows: [{ n: 0 }] });
});

it("is left with the descriptors that it had after clients of HTTP/2 that close without GOAWAY", async () => {
  const server = await startServer();
  for (let n = 0; n < 3 * DESCRIPTORS; n++) {
    const socket = await open(n % 2 === 0 ? server.ingress : server.admin);
    socket.end("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", "latin1");
    await new Promise((resolve) => socket.resume().on("close", resolve));
  }
  expect(await healthOf(server.ingress, "/restate/health")).toBe(200);
  expect(server.output()).not.toContain("RL_DESCRIPTORS");
  await until("all descriptors to be free again", () => readdirSync(`/proc/${server.pid}/fd`).length < 50);
});
