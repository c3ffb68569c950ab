import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { Transcript } from "../../engine/transcript.ts";
import { type QueryLimits, QueryService, querySource } from "./service.ts";

/** A query without end that touches the database, so that it holds a read transaction. */
const ENDLESS = "select count(*) as c from generate_series(1, 100000000000) t(x), sys_invocation";
/** Starting a process from TypeScript sources takes a while on a busy machine. */
const PATIENCE_MS = 60_000;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function serviceOf(limits: Partial<QueryLimits> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "restate-lite-query-"));
  const t = new Transcript({ dataDir: dir });
  t.send("Greeter/greet");
  const service = new QueryService(querySource(t.storage, t.engine, t.clock), () => {}, limits);
  closers.push(() => {
    service.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const rows = async (query: string): Promise<unknown> => {
    const answer = await service.ask(query, "json");
    const chunks: Buffer[] = [];
    for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) chunks.push(chunk);
    answer.release();
    return (JSON.parse(Buffer.concat(chunks).toString()) as { rows: unknown }).rows;
  };
  return { t, service, rows };
}

it("one process answers one query after the other, and is ended when idle", { timeout: PATIENCE_MS }, async () => {
  const { service, rows } = serviceOf({ idleMs: 1 });
  expect(service.pids).toEqual([]);
  const first = rows("select count(*) as c from sys_invocation");
  expect(await first).toEqual([{ c: 1 }]);
  await vi.waitFor(() => expect(service.pids).toEqual([]), PATIENCE_MS);
  expect(await rows("select status from sys_invocation")).toEqual([{ status: "running" }]);
});

it("a query is ended at the time limit, and the next one works", { timeout: PATIENCE_MS }, async () => {
  // Long enough for a simple query, whose time starts when its process is there.
  const { service, rows } = serviceOf({ timeMs: 2000 });
  await expect(rows(ENDLESS)).rejects.toThrow("ran for longer than 2000 ms");
  await vi.waitFor(() => expect(service.pids).toEqual([]), PATIENCE_MS);
  expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
});

it(
  "while a query runs, the engine commits as ever, in as many turns and flushes",
  { timeout: PATIENCE_MS },
  async () => {
    const { t, service, rows } = serviceOf();
    await rows("select 1 as one");
    const running = rows(ENDLESS).catch((error: Error) => error.message);
    const before = { ...t.storage.counters, commits: t.storage.counters.commits };
    for (let call = 0; call < 100; call++) t.send("Greeter/greet");
    expect(t.storage.counters.commits - before.commits).toBe(100);
    expect(service.pids).toHaveLength(1);
    service.close();
    expect(await running).toBe("the server is shutting down");
  },
);

it("a query sees what was committed before it, and nothing of an open turn", { timeout: PATIENCE_MS }, async () => {
  const { t, rows } = serviceOf();
  await rows("select 1 as one");
  t.send("Greeter/greet");
  expect(await rows("select count(*) as c from sys_invocation")).toEqual([{ c: 2 }]);
});

it("a database in memory is copied for the query", { timeout: PATIENCE_MS }, async () => {
  const t = new Transcript();
  t.send("Greeter/greet");
  const service = new QueryService(querySource(t.storage, t.engine, t.clock), () => {});
  closers.push(() => service.close());
  const answer = await service.ask("select count(*) as c from sys_invocation", "json");
  expect((await answer.next())?.toString()).toBe('{"rows":[{"c":1}]}');
  answer.release();
});
