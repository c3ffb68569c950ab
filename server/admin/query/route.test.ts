import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterEach, expect, it, vi } from "vitest";
import { Transcript } from "../../engine/transcript.fixture.ts";
import { type QueryLimits, QueryService, querySource } from "./process/service.ts";
import { queryRoute } from "./route.ts";

const ENDLESS = "select count(*) as c from generate_series(1, 100000000000) t(x), sys_invocation";
/** More than sockets buffer. */
const LONG = "select repeat('x', 1000) as text from generate_series(1, 20000) t(x)";
const PATIENCE_MS = 60_000;
/** Enough for a process and a query, and reached soon. */
const SMALL = { memoryBytes: 300 * 1024 * 1024 };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function serve(limits: Partial<QueryLimits>) {
  const dir = mkdtempSync(join(tmpdir(), "restate-lite-query-"));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  const t = new Transcript({ dataDir: dir });
  t.send("Greeter/greet");
  const service = new QueryService(querySource(t.storage, t.engine, t.clock), () => {}, limits);
  closers.push(() => service.close());
  const app = express();
  app.use(express.json());
  app.post("/query", queryRoute(service, t.storage.turns));
  const server = app.listen(0, "127.0.0.1");
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = { "content-type": "application/json", accept: "application/json" };
  /** A request whose answer nobody reads yet. */
  const ask = (query: string) => {
    const request = http.request({ host: "127.0.0.1", port, path: "/query", method: "POST", headers, agent: false });
    request.end(JSON.stringify({ query }));
    return request;
  };
  const answer = async (query: string, accept = "application/json") => {
    const response = await fetch(`http://127.0.0.1:${port}/query`, {
      method: "POST",
      headers: { ...headers, accept },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { rows: unknown; columns?: unknown };
  };
  const rows = async (query: string) => (await answer(query)).rows;
  return { service, ask, rows, answer };
}

it.each([
  ["an Arrow answer", "*/*", "select repeat('x', 1000000) from generate_series(1, 5000) t(x)", "ANSWER_TOO_LONG", {}],
  [
    "a JSON answer",
    "application/json",
    "select repeat('x', 1000000) from generate_series(1, 5000) t(x)",
    "ANSWER_TOO_LONG",
    {},
  ],
  ["ORDER BY", "*/*", "select x from generate_series(1, 100000000) t(x) order by x % 1000003 desc", "MEMORY", SMALL],
  [
    "DISTINCT",
    "*/*",
    "select count(*) from (select distinct x from generate_series(1, 100000000) t(x)) d",
    "MEMORY",
    SMALL,
  ],
] as const)(
  "bounds %s and answers the next query",
  { timeout: 11 * PATIENCE_MS },
  async (_what, accept, query, code, limits) => {
    const { answer, rows } = await serve({ processes: 1, timeMs: 10 * PATIENCE_MS, ...limits });
    expect(await answer(query, accept)).toEqual({
      code: `RL_QUERY_${code}`,
      message: expect.stringMatching(/^Resources exhausted: /),
    });
    expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
  },
);

it("names the columns for those who ask for it, because rows leave out what is null", async () => {
  const { answer } = await serve({});
  const query = "select 1 as b, null as a, 'x' as c";
  const rows = [{ b: 1, c: "x" }];
  expect(await answer(query, "application/vnd.restate-lite.answer+json")).toEqual({ columns: ["b", "a", "c"], rows });
  expect(await answer(query)).toEqual({ rows });
});

it("ends a query whose client has gone", { timeout: PATIENCE_MS }, async () => {
  const { service, ask, rows } = await serve({ processes: 1, timeMs: 10 * PATIENCE_MS });
  await rows("select 1 as one");
  const asked = vi.spyOn(service, "ask");
  const request = ask(ENDLESS);
  request.on("error", () => {});
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1), PATIENCE_MS);
  request.destroy();
  expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
});

it("gives the process of an answer back when its client leaves amid it", { timeout: PATIENCE_MS }, async () => {
  const { service, ask, rows } = await serve({ processes: 1 });
  const request = ask(LONG);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const [pid] = service.pids;
  response.once("error", () => {});
  response.destroy();
  expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
  expect(service.pids).toEqual([pid]);
});

it("lets go of a client that does not read its answer", { timeout: PATIENCE_MS }, async () => {
  const { ask, rows } = await serve({ processes: 1, timeMs: 10_000 });
  const [response] = (await once(ask(LONG), "response")) as [http.IncomingMessage];
  expect(response.statusCode).toBe(200);
  const closed = new Promise((resolve) => response.once("error", () => {}).once("close", resolve));
  expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
  response.resume();
  await closed;
  expect(response.complete).toBe(false);
});
