import { until } from "../support/until.ts";
import type { Row, Stand } from "./servers.ts";

/** Each invocation of the history with the status that it comes to rest in. */
const SETTLED: Readonly<Record<string, readonly string[]>> = {
  "Plain/greet": ["completed", "completed", "scheduled"],
  "Plain/fail": ["completed", "completed", "completed"],
  "Plain/steps": ["completed"],
  "Plain/callsFailing": ["completed"],
  "Counter/a/add": ["completed", "completed"],
  "Counter/b/hold": ["running"],
  "Counter/b/add": ["pending", "pending"],
  "Counter/w/waits": ["running"],
  "Counter/q/slow": ["completed"],
  "Counter/q/add": ["completed"],
  "Waiter/w/awakeable": ["suspended"],
  "Waiter/s/sleep": ["suspended"],
  "Waiter/p/parent": ["suspended"],
  "Waiter/sent/awakeable": ["suspended"],
  "Waiter/child/awakeable": ["suspended"],
  "Waiter/later/awakeable": ["scheduled"],
  "Failing/backsOff": ["backing-off"],
  "Pausing/pauses": ["paused"],
  "Killing/kills": ["completed"],
  "Flow/waiting/run": ["suspended"],
  "Flow/done/run": ["completed"],
  "Flow/done/approve": ["completed"],
};

/** What is scoped, which the real server has behind flags. */
const SCOPED: Readonly<Record<string, readonly string[]>> = {
  "Counter/z/hold": ["pending", "pending", "running", "running"],
  "Counter/z/add": ["pending"],
  "Plain/greet": ["completed", "completed", "pending", "scheduled"],
  "Plain/steps": ["completed", "pending"],
};

const poster =
  ({ server }: Stand) =>
  async (path: string, body: unknown = undefined, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.ingressUrl}/${path}`, {
      method: "POST",
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
  };

/** Calls everything, one after the other, and waits until all of it has come to rest. */
export async function makeHistory(stand: Stand): Promise<void> {
  const { server, rows } = stand;
  const post = poster(stand);
  await post("Plain/greet", "Ada", { "idempotency-key": "one" });
  await post("Plain/greet", "Bob", { "idempotency-key": "two" });
  await post("Plain/greet/send?delay=1h", "Cid", { "idempotency-key": "three" });
  await post("Plain/fail");
  await post("Plain/steps");
  await post("Plain/callsFailing");
  await post("Counter/a/add", 3);
  await post("Counter/a/add", 4);
  await post("Counter/b/hold/send");
  await post("Counter/b/add/send", 5);
  await post("Counter/b/add/send", 6);
  await post("Counter/w/waits/send");
  await post("Counter/q/slow/send");
  await post("Counter/q/add/send", 7);
  await post("Waiter/w/awakeable/send");
  await post("Waiter/s/sleep/send");
  await post("Waiter/p/parent/send");
  await post("Failing/backsOff/send");
  await post("Pausing/pauses/send");
  await post("Killing/kills/send");
  await post("Flow/waiting/run/send");
  await post("Flow/done/run/send");
  await post("Flow/done/approve", "yes");
  const [failed] = await rows("select id from sys_invocation where target = 'Plain/fail' and invoked_by = 'ingress'");
  await fetch(`${server.adminUrl}/invocations/${failed?.id}/restart-as-new`, { method: "PATCH" });
  await untilSettled(stand, SETTLED);
}

/** Adds scopes, limit keys and a rule to a history that has been made. */
export async function addScopes(stand: Stand): Promise<void> {
  const post = poster(stand);
  const response = await fetch(`${stand.server.adminUrl}/limits/rules`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ pattern: "full", limits: { concurrency: 1 } }]),
  });
  if (!response.ok) throw new Error(`${stand.kind} makes no rule: ${await response.text()}`);
  await post("restate/scope/full/send/Counter/z/hold");
  await post("restate/scope/free/send/Counter/z/hold?limit-key=a/b");
  await untilSettled(stand, { ...SETTLED, "Counter/z/hold": ["running", "running"] });
  await post("restate/scope/full/send/Counter/z/hold");
  await post("restate/scope/full/send/Plain/greet");
  await post("restate/scope/full/send/Plain/steps?limit-key=x");
  await post("restate/scope/free/send/Counter/z/hold?limit-key=a/b");
  await post("restate/scope/free/send/Counter/z/add?limit-key=a/b", 1);
  await untilSettled(stand, { ...SETTLED, ...SCOPED });
}

async function untilSettled({ kind, rows }: Stand, expected: typeof SETTLED): Promise<void> {
  // With its flags on, the real server shows what waits for a retry as what waits for its turn.
  const backsOff = kind === "real-experimental" ? { "Failing/backsOff": ["ready"] } : {};
  const settled = byTarget(
    Object.entries({ ...expected, ...backsOff }).flatMap(([target, statuses]) =>
      statuses.map((status) => ({ target, status })),
    ),
  );
  await until("every invocation of the history to settle", async () => {
    const now = byTarget(await rows("select target, status from sys_invocation"));
    const others = now.filter((line) => !settled.includes(line));
    if (now.length !== settled.length || others.length > 0)
      throw new Error(`${now.length} invocations, not yet: ${others}`);
    return now.join() === settled.join();
  });
}

function byTarget(rows: readonly Row[]): string[] {
  return rows.map(({ target, status }) => `${target} ${status}`).sort();
}
