import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import { Transcript } from "../../../engine/transcript.fixture.ts";
import { type QueryLimits, QueryService, type QuerySource, querySource } from "./service.ts";

/** A query without end that touches the database, so that it holds a read transaction. */
const ENDLESS = "select count(*) as c from generate_series(1, 100000000000) t(x), sys_invocation";
/** Starting a process from TypeScript sources takes a while on a busy machine. */
const PATIENCE_MS = 60_000;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function serviceOf(limits: Partial<QueryLimits> = {}, more: (own: Transcript) => Partial<QuerySource> = () => ({})) {
  const dir = mkdtempSync(join(tmpdir(), "restate-lite-query-"));
  const t = new Transcript({ dataDir: dir });
  t.send("Greeter/greet");
  const service = new QueryService({ ...querySource(t.storage, t.engine, t.clock), ...more(t) }, () => {}, limits);
  closers.push(() => {
    service.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const rows = async (query: string, abandoned?: AbortSignal): Promise<unknown> => {
    const answer = await service.ask(query, "json", abandoned);
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

it("a query that comes while an idle process is being ended gets another one", { timeout: PATIENCE_MS }, async () => {
  const { rows } = serviceOf({ processes: 1, idleMs: 1 });
  const { kill } = ChildProcess.prototype;
  let second: Promise<unknown> | undefined;
  const spy = vi.spyOn(ChildProcess.prototype, "kill").mockImplementation(function (this: ChildProcess, signal) {
    const result = kill.call(this, signal);
    second ??= rows("select 2 as two");
    return result;
  });
  closers.push(() => spy.mockRestore());
  await rows("select 1 as one");
  await vi.waitFor(() => expect(second).toBeDefined(), PATIENCE_MS);
  expect(await second).toEqual([{ two: 2 }]);
});

it("a client that goes in the moment of its turn lets the next one have it", { timeout: PATIENCE_MS }, async () => {
  const { service, rows } = serviceOf({ processes: 1, idleMs: 10 * PATIENCE_MS });
  const answer = await service.ask("select 1 as one", "json");
  const client = new AbortController();
  const gone = rows("select 2 as two", client.signal).catch((error: Error) => error.message);
  const next = rows("select 3 as three");
  await new Promise((resolve) => setImmediate(resolve));
  answer.release();
  client.abort();
  expect(await gone).toBe("the client has gone");
  expect(await next).toEqual([{ three: 3 }]);
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

it("a query that nobody waits for any more is ended, and the next one works", { timeout: PATIENCE_MS }, async () => {
  const { service, rows } = serviceOf({ processes: 1 });
  const client = new AbortController();
  await rows("select 1 as one");
  const running = rows(ENDLESS, client.signal);
  const [pid] = service.pids;
  const other = new AbortController();
  const waiting = rows("select 1 as one", other.signal);
  const next = rows("select 2 as two");
  other.abort();
  await expect(waiting).rejects.toThrow("the client has gone");
  expect(service.pids).toEqual([pid]);
  client.abort();
  await expect(running).rejects.toThrow("the client has gone");
  expect(await next).toEqual([{ two: 2 }]);
  expect(service.pids).not.toContain(pid);
});

it("nor is one begun whose client left while its process was starting", { timeout: PATIENCE_MS }, async () => {
  const { service, rows } = serviceOf({ processes: 1 });
  const client = new AbortController();
  const starting = rows(ENDLESS, client.signal);
  const [pid] = service.pids;
  client.abort();
  await expect(starting).rejects.toThrow("the client has gone");
  expect(await rows("select 1 as one")).toEqual([{ one: 1 }]);
  expect(service.pids).toEqual([pid]);
});

it("queries make a pause when they keep the write-ahead log from its end", { timeout: PATIENCE_MS }, async () => {
  const limitBytes = 1024 * 1024;
  const { t, rows } = serviceOf({}, ({ storage: { writeAheadLog } }) => ({
    writeAheadLog: {
      get isTooLong() {
        return writeAheadLog.lengthBytes > limitBytes && writeAheadLog.uncopiedBytes > 0;
      },
      copy: () => writeAheadLog.copy(),
    },
  }));
  const { writeAheadLog } = t.storage;
  await rows("select 1 as one");
  const client = new AbortController();
  const endless = rows(ENDLESS, client.signal);
  // It reads one state of the database when a copy of the log does not come to the end of it any more.
  await vi.waitFor(async () => {
    t.send("Greeter/greet", "x".repeat(200_000));
    await writeAheadLog.copy();
    expect(writeAheadLog.uncopiedBytes).toBeGreaterThan(0);
  }, PATIENCE_MS);
  while (writeAheadLog.lengthBytes <= limitBytes) t.send("Greeter/greet", "x".repeat(200_000));
  let isAnswered = false;
  const next = rows("select 2 as two").then((found) => {
    isAnswered = true;
    return found;
  });
  await writeAheadLog.copy();
  expect(isAnswered).toBe(false);
  client.abort();
  await expect(endless).rejects.toThrow("the client has gone");
  expect(await next).toEqual([{ two: 2 }]);
  expect(writeAheadLog.uncopiedBytes).toBe(0);
  t.send("Greeter/greet");
  expect(writeAheadLog.lengthBytes).toBeLessThan(limitBytes);
});

it("a log that somebody else holds does not keep queries waiting for ever", { timeout: PATIENCE_MS }, async () => {
  const copies: number[] = [];
  const { rows } = serviceOf({}, () => ({
    writeAheadLog: { isTooLong: true, copy: async () => void copies.push(1) },
  }));
  expect(await Promise.all([rows("select 1 as one"), rows("select 1 as one")])).toHaveLength(2);
  expect(copies.length).toBeGreaterThan(0);
});

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

it("a query ends when its server was killed, so that it does not hold the log", { timeout: PATIENCE_MS }, async () => {
  const { t } = serviceOf();
  const { writeAheadLog } = t.storage;
  const file = fileURLToPath(new URL("orphan.fixture.ts", import.meta.url));
  const server = spawn(process.execPath, ["--import", "tsx", file, t.storage.db.name], { stdio: "inherit" });
  closers.push(() => server.kill("SIGKILL"));
  const isHeld = async () => {
    t.send("Greeter/greet");
    await writeAheadLog.copy();
    return writeAheadLog.uncopiedBytes > 0;
  };
  await vi.waitFor(async () => expect(await isHeld()).toBe(true), PATIENCE_MS);
  server.kill("SIGKILL");
  await once(server, "exit");
  expect(await isHeld()).toBe(true);
  await vi.waitFor(async () => expect(await isHeld()).toBe(false), PATIENCE_MS);
});
