import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { randomFrom } from "../../server/random.fixture.ts";
import { TestEndpoint } from "../support/endpoints.ts";
import { TestServer } from "../support/servers.ts";

/**
 * kill -9 at any instant loses nothing that was acknowledged and runs nothing twice that was journaled.
 * `RESTATE_LITE_SEED` repeats a run's choices.
 */
const INVOCATIONS = 300;
const KILLS = 20;
const STEPS = 6;
const KEYS = ["a", "b", "c", "d", "e"];
const seed = Number(process.env.RESTATE_LITE_SEED ?? Date.now() % 1_000_000);
const random = randomFrom(seed);
const dir = mkdtempSync(join(tmpdir(), "restate-lite-torture-"));
const effectsFile = join(dir, "effects.log");

let endpoint: TestEndpoint;
let server: TestServer;

beforeAll(async () => {
  writeFileSync(effectsFile, "");
  const program = fileURLToPath(new URL("./endpoint/torture.mjs", import.meta.url));
  endpoint = await TestEndpoint.start(program, { env: { EFFECTS: effectsFile } });
  server = await TestServer.start("ours", { args: ["--log-level", "warn"] });
  const registration = await fetch(`${server.adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: endpoint.url }),
  });
  expect(registration.status).toBe(201);
});

afterAll(async () => {
  await server?.dispose();
  await endpoint?.kill();
  rmSync(dir, { recursive: true, force: true });
});

/** Sends until the server acknowledges: it may be dead, or die before it answers. */
async function sendUntilAcknowledged(id: number): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`${server.ingressUrl}/Torture/run/send`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": `torture-${id}` },
        body: JSON.stringify({ id, steps: STEPS, keys: keysOf(id) }),
      });
      if (response.status === 202) return;
      throw new Error(`unexpected answer ${response.status}: ${await response.text()}`);
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      await delay(10);
    }
  }
}

/** The keys to which an invocation adds, one a step: every counter is wanted by many at a time. */
function keysOf(id: number): string[] {
  return [KEYS[id % KEYS.length] ?? "a", KEYS[(id * 7 + 3) % KEYS.length] ?? "a"];
}

async function resultOf(id: number): Promise<unknown> {
  const response = await fetch(`${server.ingressUrl}/restate/invocation/Torture/run/torture-${id}/attach`);
  return response.status === 200 ? response.json() : `${response.status} ${await response.text()}`;
}

function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError && (error.message === "fetch failed" || error.message === "terminated");
}

/** Kills the server at random moments and starts it again on the same data, until told that it is enough. */
async function killAgainAndAgain(isDone: () => boolean): Promise<number> {
  let kills = 0;
  while (kills < KILLS || !isDone()) {
    await delay(100 + random() * 400);
    await server.kill();
    kills++;
    await server.start();
    if (kills > 10 * KILLS) throw new Error(`not done after ${kills} kills (seed ${seed})`);
  }
  return kills;
}

interface Suspensions {
  readonly count: number;
  readonly suspensions: readonly { readonly sinceMs: number; readonly untilMs?: number }[];
}

/** Suspensions of all invocations, which have ended. */
async function pastSuspensions(): Promise<Suspensions[]> {
  const response = await fetch(`${server.adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: "SELECT id FROM sys_invocation WHERE target_service_name = 'Torture'" }),
  });
  const { rows } = (await response.json()) as { rows: { id: string }[] };
  expect(rows).toHaveLength(INVOCATIONS);
  const url = (id: string) => `${server.adminUrl}/restate-lite/invocations/${id}/suspensions`;
  return await Promise.all(rows.map(async ({ id }) => (await (await fetch(url(id))).json()) as Suspensions));
}

/** Those without an end, that overlap the one before, or that are counted and not there. */
function impossible({ count, suspensions }: Suspensions): boolean {
  let lastMs = 0;
  return (
    count !== suspensions.length ||
    !suspensions.every(({ sinceMs, untilMs = 0 }) => {
      const isPossible = lastMs <= sinceMs && sinceMs <= untilMs;
      lastMs = untilMs;
      return isPossible;
    })
  );
}

it(`${KILLS} kills lose no acknowledged invocation and repeat no journaled step (seed ${seed})`, async () => {
  let acknowledged = 0;
  const sending = (async () => {
    for (let id = 0; id < INVOCATIONS; id++) {
      await sendUntilAcknowledged(id);
      acknowledged++;
      // Spread over the kills, so that each interrupts work in every phase.
      await delay(random() * 30);
    }
  })();
  const kills = await killAgainAndAgain(() => acknowledged === INVOCATIONS);
  await sending;
  expect(kills).toBeGreaterThanOrEqual(KILLS);

  const results = await Promise.all(Array.from({ length: INVOCATIONS }, (_, id) => resultOf(id)));
  expect(results).toEqual(Array.from({ length: INVOCATIONS }, (_, id) => id));

  const furthest = new Map<number, number>();
  const backwards: string[] = [];
  for (const line of readFileSync(effectsFile, "utf8").trim().split("\n")) {
    const [id = -1, step = -1] = line.split(" ").map(Number);
    const before = furthest.get(id) ?? -1;
    if (step < before || step > before + 1) backwards.push(`${line} after ${before}`);
    furthest.set(id, step);
  }
  expect(backwards).toEqual([]);
  expect([...furthest.values()].filter((step) => step !== STEPS - 1)).toEqual([]);

  const added = new Map(KEYS.map((key) => [key, 0]));
  for (let id = 0; id < INVOCATIONS; id++) {
    const keys = keysOf(id);
    for (let step = 0; step < STEPS; step++) {
      const key = keys[step % keys.length] ?? "a";
      added.set(key, (added.get(key) ?? 0) + 1);
    }
  }
  for (const [key, expected] of added) {
    const response = await fetch(`${server.ingressUrl}/TortureCounter/${key}/get`, { method: "POST" });
    expect([key, await response.json()]).toEqual([key, expected]);
  }

  const past = await pastSuspensions();
  expect(past.filter(impossible)).toEqual([]);
  expect(past.filter(({ count }) => count > 0).length).toBeGreaterThan(0);
});
