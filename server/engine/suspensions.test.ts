import { expect, it } from "vitest";
import { encodeSignalAwakeableId } from "../../sdk/protocol/index.ts";
import { keep } from "../storage/index.ts";
import { call, end, output, propose, run, type Said, sleep, suspendOn, suspendOnTree } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

const SECOND = 1000;

/** Rows of the table, of all invocations. */
const rows = (t: Transcript) => keep(t.storage.db.prepare("SELECT count(*) FROM suspension").pluck()).get();

/** Past and present, in seconds since `startMs`, with the completions that were waited for. */
function waits(t: Transcript, id: string, startMs: number) {
  const { count, suspensions } = t.engine.suspensions(id) ?? { count: -1, suspensions: [] };
  return {
    count,
    waits: suspensions.map(({ sinceMs, untilMs, await: tree }) => [
      (sinceMs - startMs) / SECOND,
      untilMs === undefined ? undefined : (untilMs - startMs) / SECOND,
      ...(tree?.waitingCompletions ?? []),
    ]),
  };
}

/** Sleeps for so many seconds, suspended. */
const nap = (t: Transcript, completion: number, seconds: number): Said[] => [
  sleep(completion, t.clock.nowMs() + seconds * SECOND),
  suspendOn(completion),
];

it("a suspension is known while it lasts, and afterwards with its end", () => {
  const t = new Transcript();
  const startMs = t.clock.nowMs();
  const id = t.send("Greeter/greet");
  expect(waits(t, id, startMs)).toEqual({ count: 0, waits: [] });
  t.advance(SECOND);
  t.says(id, ...nap(t, 1, 5));
  expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[1, undefined, 1]] });
  t.advance(7 * SECOND);
  t.says(id, ...nap(t, 2, 3));
  t.advance(3 * SECOND);
  t.says(id, output("r"), end);
  const past = {
    count: 2,
    waits: [
      [1, 6, 1],
      [8, 11, 2],
    ],
  };
  expect(waits(t, id, startMs)).toEqual(past);
  t.restart();
  expect(waits(t, id, startMs)).toEqual(past);
});

it("one that lasts while the server restarts is whole", () => {
  const t = new Transcript();
  const startMs = t.clock.nowMs();
  const id = t.send("Greeter/greet");
  t.says(id, ...nap(t, 1, 5));
  t.advance(SECOND);
  t.restart();
  expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[0, undefined, 1]] });
  t.advance(9 * SECOND);
  expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[0, 5, 1]] });
});

it("a result that does not end the wait does not end the suspension", () => {
  const t = new Transcript();
  const startMs = t.clock.nowMs();
  const id = t.send("Greeter/greet");
  t.says(id, sleep(1, startMs + SECOND), sleep(2, startMs + 4 * SECOND), suspendOn(2));
  t.advance(2 * SECOND);
  expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[0, undefined, 2]] });
});

it("what arrived before the suspension makes it none", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  t.says(id, run(1), propose(1, "r"), suspendOn(1));
  expect(t.attemptsOf(id)).toBe(2);
  expect(rows(t)).toBe(0);
});

it("pausing and killing end it, whatever happens then", () => {
  const t = new Transcript();
  const startMs = t.clock.nowMs();
  const [paused, killed] = [t.send("Greeter/greet"), t.send("Greeter/greet")];
  for (const id of [paused, killed]) t.says(id, ...nap(t, 1, 5));
  t.advance(SECOND);
  t.apply(() => t.engine.pause(paused));
  t.apply(() => t.engine.kill(killed));
  t.advance(9 * SECOND);
  for (const id of [paused, killed]) expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[0, 1, 1]] });
  t.apply(() => t.engine.resume(paused));
  t.says(paused, output("r"), end);
  expect(waits(t, paused, startMs)).toEqual({ count: 1, waits: [[0, 1, 1]] });
});

it("an awakeable, the result of a call and a signal to cancel end it", () => {
  const t = new Transcript();
  const ends: ((id: string) => void)[] = [
    (id) => {
      t.says(id, suspendOnTree({ waitingSignals: [1, 17] }));
      t.advance(SECOND);
      const awakeable = encodeSignalAwakeableId(t.attemptOf(id).start.idBytes, 17);
      t.apply(() => t.engine.completeAwakeable(awakeable, { kind: "value", value: Buffer.from("1") }));
    },
    (id) => {
      t.says(id, call("Counter/k/add", { idCompletion: 1, result: 2 }), suspendOn(2));
      t.advance(SECOND);
      t.says(t.attempts.at(-1)?.start.id ?? "", output("r"), end);
    },
    (id) => {
      t.says(id, ...nap(t, 1, 5));
      t.advance(SECOND);
      t.apply(() => t.engine.cancel(id));
    },
  ];
  for (const untilResumed of ends) {
    const startMs = t.clock.nowMs();
    const id = t.send("Greeter/greet");
    untilResumed(id);
    expect(waits(t, id, startMs)).toMatchObject({ count: 1, waits: [expect.arrayContaining([0, 1])] });
  }
});

it("the newest thousand are kept, and all are counted", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  const startMs = t.clock.nowMs();
  for (let i = 1; i <= 1203; i++) {
    t.says(id, ...nap(t, i, 1));
    t.advance(SECOND);
  }
  const { count, waits: kept } = waits(t, id, startMs);
  expect(count).toBe(1203);
  expect(rows(t)).toBe(1000);
  expect(kept.map(([since]) => since)).toEqual(Array.from({ length: 1000 }, (_, i) => 203 + i));
});

it("what it waited for is not kept when it is long", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  const many = Array.from({ length: 2000 }, (_, i) => 1000 + i);
  t.says(id, sleep(1, t.clock.nowMs() + SECOND), suspendOn(1, ...many));
  expect(t.engine.suspensions(id)?.suspensions[0]?.await?.waitingCompletions).toHaveLength(2001);
  t.advance(SECOND);
  expect(t.engine.suspensions(id)?.suspensions).toMatchObject([{ await: undefined }]);
});

it("suspensions go when the journal goes", () => {
  const t = new Transcript();
  t.registry.add("Short", "Service", { greet: undefined }, { journalRetentionMs: 60_000 });
  const suspended = (path: string, idempotencyKey?: string) => {
    const id = t.call(path, "1", { idempotencyKey }).id;
    t.says(id, ...nap(t, 1, 1));
    t.advance(SECOND);
    t.says(id, output("r"), end);
    return id;
  };
  const purged = suspended("Greeter/greet");
  t.apply(() => t.engine.purge(purged));
  expect(rows(t)).toBe(0);
  const emptied = suspended("Greeter/greet");
  t.apply(() => t.engine.purgeJournal(emptied));
  expect(t.engine.suspensions(emptied)).toEqual({ count: 0, suspensions: [] });
  const expired = suspended("Short/greet", "key");
  suspended("Greeter/greet");
  expect(rows(t)).toBe(2);
  t.advance(70_000);
  expect(rows(t)).toBe(1);
  expect(t.engine.suspensions(expired)).toEqual({ count: 0, suspensions: [] });
  t.advance(2 * 86_400_000);
  expect(rows(t)).toBe(0);
});

it("those behind the end that is dropped from a journal go with it, and later ones follow those before", () => {
  const t = new Transcript();
  const startMs = t.clock.nowMs();
  const id = t.send("Counter/k/add");
  t.says(id, ...nap(t, 1, 1));
  t.advance(2 * SECOND);
  t.says(id, ...nap(t, 2, 1));
  t.advance(2 * SECOND);
  t.says(id, ...nap(t, 3, 60));
  t.advance(SECOND);
  t.apply(() => t.engine.pause(id));
  const drop = (isDryRun: boolean) => t.apply(() => t.engine.dropAfter(id, { after: 1, keepsSignals: true, isDryRun }));
  drop(true);
  expect(waits(t, id, startMs).count).toBe(3);
  drop(false);
  expect(waits(t, id, startMs)).toEqual({ count: 1, waits: [[0, 1, 1]] });
  t.apply(() => t.engine.resume(id));
  t.says(id, ...nap(t, 2, 1));
  t.advance(SECOND);
  expect(waits(t, id, startMs)).toEqual({
    count: 2,
    waits: [
      [0, 1, 1],
      [5, 6, 2],
    ],
  });
});

it("an invocation that is restarted as new has suspensions of its own", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  t.says(id, ...nap(t, 1, 1));
  t.advance(SECOND);
  t.says(id, output("r"), end);
  const restarted = t.apply(() => t.engine.restart(id, { from: 1, deployment: undefined }));
  expect(restarted.kind).toBe("restarted");
  expect(t.engine.suspensions(restarted.kind === "restarted" ? restarted.id : "")?.count).toBe(0);
  expect(t.engine.suspensions(id)?.count).toBe(1);
});

it("a suspension from before they were noted ends without a trace", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  t.says(id, ...nap(t, 1, 1));
  // As an older server has stored it.
  t.storage.db.exec("UPDATE invocation SET awaiting = substr(awaiting, 1, length(awaiting) - 16)");
  expect(t.engine.suspensions(id)).toEqual({ count: 0, suspensions: [] });
  t.advance(SECOND);
  expect(t.status(id)).toBe("running");
  expect(rows(t)).toBe(0);
});

it("a suspension from before it was stored what the attempt had replayed is whole", () => {
  const t = new Transcript();
  const id = t.send("Greeter/greet");
  t.says(id, ...nap(t, 1, 1));
  t.storage.db.exec("UPDATE invocation SET awaiting = substr(awaiting, 1, length(awaiting) - 6)");
  expect(t.engine.suspensions(id)?.count).toBe(1);
  t.advance(SECOND);
  expect([t.status(id), rows(t)]).toEqual(["running", 1]);
});

it("nothing is known of an invocation that is unknown", () => {
  expect(new Transcript().engine.suspensions("inv_1")).toBeUndefined();
});
