/** Settings that are no limits or times: what they do. */
import { afterEach, expect, it } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite, type RestateLiteOptions } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const counter = restate.object({
  name: "Counter",
  handlers: { get: async (ctx: restate.ObjectContext) => (await ctx.get<number>("count")) ?? 0 },
});

async function journalLength(options: RestateLiteOptions): Promise<number> {
  server = await RestateLite.start({ ...options, services: [counter] });
  const answer = await fetch(`${server.ingressUrl}/Counter/key/get`, { method: "POST" });
  expect(await answer.json()).toBe(0);
  const id = answer.headers.get("x-restate-id");
  const described = await fetch(`${server.adminUrl}/restate-lite/invocations/${id}`);
  return ((await described.json()) as { journalLength: number }).journalLength;
}

it("without eager state a handler has to ask for it: one entry more, the answer", async () => {
  expect(await journalLength({})).toBe(3);
  await server?.close();
  expect(await journalLength({ hasNoEagerState: true })).toBe(4);
});

it("the dashboard can be left out; the admin API stays", async () => {
  server = await RestateLite.start({ hasNoDashboard: true });
  expect((await fetch(`${server.adminUrl}/ui/`)).status).toBe(404);
  expect((await fetch(`${server.adminUrl}/deployments`)).status).toBe(200);
});
