import { beforeAll, expect, it } from "vitest";
import { end, error, output, propose, run, setState, sleep, suspendOn } from "../../engine/sdk-messages.fixture.ts";
import { Transcript } from "../../engine/transcript.fixture.ts";
import { runQuery } from "./process/run.ts";
import { QueryDatabase } from "./tables/index.ts";
import { loadParser } from "./translate/index.ts";

beforeAll(() => loadParser());

async function rows(t: Transcript, query: string): Promise<Record<string, unknown>[]> {
  const database = new QueryDatabase(t.storage.db.serialize());
  const chunks = await runQuery(database, {
    ...{ kind: "ask", query, format: "json", image: undefined },
    ...{ live: t.engine.running(), flow: t.engine.flow(), nowMs: t.clock.nowMs() },
    limits: { rows: 1000, bytes: 1_000_000, memoryBytes: 2 ** 30 },
  });
  return (JSON.parse(Buffer.concat(chunks).toString()) as { rows: Record<string, unknown>[] }).rows;
}

it("the size of a journal is the number of its entries: while it grows, at its end, and of what is left of it", async () => {
  const t = new Transcript();
  const running = t.send("Counter/running/add");
  t.says(running, setState("n", "1"), run(1), propose(1, "r"));
  const suspended = t.send("Greeter/greet");
  t.says(suspended, sleep(1, t.clock.nowMs() + 3_600_000), suspendOn(1));
  const failing = t.send("Greeter/greet");
  t.says(failing, run(1), error("boom"));
  const succeeded = t.send("Counter/succeeded/add");
  t.says(succeeded, setState("n", "1"), output("1"), end);
  // The result of this one is the server's, and no entry of the handler's.
  const killed = t.send("Counter/killed/add");
  t.says(killed, run(1));
  t.apply(() => t.engine.kill(killed));
  const expired = t.send("Counter/expired/add");
  t.says(expired, setState("n", "1"), output("1"), end);
  const { seq } = t.attempts.find(({ start }) => start.id === expired)?.start ?? { seq: 0 };
  // As when the retention of its journal is over, and its result is still kept.
  t.storage.db.exec(
    `DELETE FROM journal WHERE entry >= ${seq} * 1048576 AND entry < (${seq} + 1) * 1048576 AND type <> 1025`,
  );
  const sizes = await rows(t, "SELECT id, journal_size AS size FROM sys_invocation");
  const counts = await rows(t, "SELECT id, count(*) AS size FROM sys_journal GROUP BY id");
  const byId = (found: readonly Record<string, unknown>[]) =>
    Object.fromEntries(found.map(({ id, size }) => [id, size]));
  expect(byId(sizes)).toEqual(byId(counts));
  const expected = { [running]: 4, [suspended]: 2, [failing]: 2, [succeeded]: 3, [killed]: 2, [expired]: 1 };
  expect(byId(sizes)).toEqual(expected);
});
