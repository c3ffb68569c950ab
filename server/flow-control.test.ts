import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

/** The example of docs/flow-control.md, with a hand on the workers. */
const gates = new Map<string, () => void>();
const started: string[] = [];

const worker = restate.service({
  name: "Worker",
  handlers: {
    work: async (_ctx: restate.Context, name: string) => {
      started.push(name);
      await new Promise<void>((open) => gates.set(name, open));
      return `${name} is done`;
    },
  },
});

const customer = restate.service({
  name: "Customer",
  handlers: {
    order: async (ctx: restate.Context, name: string) =>
      ctx
        .scope("acme")
        .serviceClient<typeof worker>({ name: "Worker" })
        .work(name, restate.rpc.opts({ limitKey: "growth/alice" })),
  },
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  gates.clear();
  started.length = 0;
});

async function start(dataDir: string): Promise<RunningServer> {
  const server = await RestateLite.start({ log: () => {}, dataDir, services: [worker, customer] });
  closers.push(() => server.close());
  return server;
}

async function ask(url: string, body: unknown, method = "POST"): Promise<unknown> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return await response.json();
}

const sql = async ({ adminUrl }: RunningServer, query: string) =>
  ((await ask(`${adminUrl}/query`, { query })) as { rows: unknown[] }).rows;

it("limits what handlers call, tells SQL about it, and survives a restart", { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "restate-lite-flow-"));
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }));
  let server = await start(dataDir);
  await ask(`${server.adminUrl}/limits/rules`, [{ pattern: "*/*/*", limits: { concurrency: 1 } }], "PUT");
  for (const name of ["a", "b", "c"]) await ask(`${server.ingressUrl}/restate/send/Customer/order`, name);
  const workers = "SELECT status FROM sys_invocation WHERE target_service_name = 'Worker' ORDER BY created_at, id";
  const threeAre = (...statuses: string[]) =>
    vi.waitFor(async () => expect(await sql(server, workers)).toEqual(statuses.map((status) => ({ status }))), 20_000);
  await threeAre("running", "pending", "pending");
  expect(started).toHaveLength(1);
  expect(await sql(server, "SELECT * FROM sys_user_limits ORDER BY l1 NULLS FIRST, l2 NULLS FIRST")).toMatchObject([
    { scope: "acme", level: "Scope", usage: 1, num_waiters: 0 },
    { scope: "acme", l1: "growth", level: "Level1", usage: 1, num_waiters: 0 },
    {
      l2: "alice",
      level: "Level2",
      usage: 1,
      concurrency_limit: 1,
      available: 0,
      rule_pattern: "*/*/*",
      num_waiters: 1,
    },
  ]);
  expect(await sql(server, "SELECT num_inbox, blocked_on, blocked_on_json FROM sys_scheduler")).toEqual([
    {
      num_inbox: 2,
      blocked_on: "limit-key-concurrency",
      blocked_on_json: JSON.stringify({
        resource: "limit-key-concurrency",
        scope: "acme",
        limit_key: "growth/alice",
        blocked_level: "level2",
        blocked_rule: "*/*/*",
      }),
    },
  ]);

  await closers.pop()?.();
  const before = started.splice(0);
  gates.clear();
  server = await start(dataDir);
  await vi.waitFor(() => expect(started).toEqual(before), 20_000);
  for (let ended = 0; ended < 3; ended++) {
    await vi.waitFor(() => expect(started).toHaveLength(ended + 1), 20_000);
    gates.get(started[ended] ?? "")?.();
  }
  await threeAre("completed", "completed", "completed");
  expect([...started].sort()).toEqual(["a", "b", "c"]);
});
