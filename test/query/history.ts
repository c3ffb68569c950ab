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

/** Calls everything, one after the other, and waits until all of it has come to rest. */
export async function makeHistory({ server, rows }: Stand): Promise<void> {
  const post = async (path: string, body: unknown = undefined, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.ingressUrl}/${path}`, {
      method: "POST",
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
  };
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
  const settled = byTarget(
    Object.entries(SETTLED).flatMap(([target, statuses]) => statuses.map((status) => ({ target, status }))),
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
