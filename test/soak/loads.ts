import http from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

interface Target {
  readonly ingressUrl: string;
  readonly adminUrl: string;
}

/** What has been done, by the name of the load. */
export type Counts = Map<string, number>;

interface Loads {
  readonly target: Target;
  readonly counts: Counts;
  readonly isOver: () => boolean;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const KEEP_ALIVE = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** Starts all loads; each ends soon after `isOver`. Their requests are bounded in rate, not only by the answers. */
export async function runLoads(loads: Loads): Promise<void> {
  await Promise.all([
    ...Array.from({ length: 8 }, (_, i) => again(loads, "calls", 4, () => callOf(loads.target, i))),
    again(loads, "sleepers beyond the limit", 200, () => post(loads.target.ingressUrl, "/Soak/sleep/send", 20_000)),
    again(loads, "big answers", 1500, () => post(loads.target.ingressUrl, "/Soak/make", 8)),
    again(loads, "killed in a big answer", 4000, () => killed(loads.target, "/Soak/make/send", 30, 100)),
    again(loads, "killed while asleep", 500, () => killed(loads.target, "/Soak/sleep/send", 60_000, 50)),
    again(loads, "failing for good", 300, () => post(loads.target.ingressUrl, "/Soak/fail", null)),
    again(loads, "failing again and again, then killed", 2000, () =>
      killed(loads.target, "/Soak/stumble/send", null, 1500),
    ),
    again(loads, "HTTP/2 clients that vanish", 100, () => vanish(loads.target.ingressUrl)),
    again(loads, "HTTP/2 clients that vanish, admin port", 400, () => vanish(loads.target.adminUrl)),
    again(loads, "half a request", 250, () => half(loads.target.ingressUrl)),
    again(loads, "SQL", 1000, () => query(loads.target.adminUrl)),
  ]);
}

async function again({ counts, isOver }: Loads, name: string, pauseMs: number, once: () => Promise<unknown>) {
  while (!isOver()) {
    try {
      await once();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
    await delay(pauseMs);
  }
}

let calls = 0;

async function callOf({ ingressUrl }: Target, who: number): Promise<void> {
  const n = calls++;
  if (n % 3 === 0) await post(ingressUrl, "/Soak/greet", "Ada");
  else if (n % 3 === 1) await post(ingressUrl, "/Soak/steps", 3);
  else await post(ingressUrl, `/SoakCounter/${who}/add`, 1);
}

async function killed({ ingressUrl, adminUrl }: Target, path: string, body: unknown, afterMs: number): Promise<void> {
  const { invocationId } = JSON.parse(await post(ingressUrl, path, body)) as { invocationId: string };
  await delay(afterMs);
  const answer = await fetch(`${adminUrl}/invocations/${invocationId}/kill`, { method: "PATCH" });
  await answer.arrayBuffer();
  if (!answer.ok && answer.status !== 409) throw new Error(`kill answered ${answer.status}`);
}

async function query(adminUrl: string): Promise<void> {
  const answer = await fetch(`${adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: "select status, count(*) from sys_invocation group by 1" }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
}

/** @returns the body; an answer of 500 is one of a handler that fails for good */
function post(url: string, path: string, body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const headers = { "content-type": "application/json" };
    const sent = http.request({ hostname, port, path, method: "POST", headers, agent: KEEP_ALIVE }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200 || answer.statusCode === 202 || /as it should/.test(text)) resolve(text);
        else reject(new Error(`${path} answered ${answer.statusCode} ${text.slice(0, 200)}`));
      });
    });
    sent.once("error", reject);
    sent.end(body === null ? undefined : JSON.stringify(body));
  });
}

/** A connection that begins a request with 9 bytes of body, sends 3 of them, and is gone: reset, or closed. */
async function vanish(url: string): Promise<void> {
  const block = Buffer.concat([
    Buffer.from([0x83, 0x86]),
    literal(":path", "/Soak/greet"),
    literal(":authority", new URL(url).host),
    literal("content-type", "application/json"),
    literal("content-length", "9"),
  ]);
  const request = [PREFACE, frame(4, 0, 0, Buffer.alloc(0)), frame(1, 4, 1, block), frame(0, 0, 1, Buffer.from("123"))];
  await talk(url, Buffer.concat(request), Math.random() < 0.5);
}

async function half(url: string): Promise<void> {
  const head = `POST /Soak/greet HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-length: 9\r\n\r\n123`;
  await talk(url, Buffer.from(head.slice(0, Math.ceil(Math.random() * head.length))), Math.random() < 0.5);
}

function talk(url: string, bytes: Buffer, isReset: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes, () => setTimeout(() => (isReset ? socket.resetAndDestroy() : socket.end()), 20));
    });
    socket.resume();
    // The server is to close its side, too.
    socket.setTimeout(90_000, () => socket.destroy(new Error("the server never closed its side")));
    socket.once("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? resolve() : reject(error)));
    socket.once("close", () => resolve());
  });
}

function frame(type: number, flags: number, id: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** A header field as HPACK's literal without indexing. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}
