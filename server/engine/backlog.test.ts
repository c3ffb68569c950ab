import { describe, expect, it } from "vitest";
import { type InvocationRow, keep, prepareStatements } from "../storage/index.ts";
import {
  attach,
  call,
  cancel,
  completePromise,
  end,
  error,
  getPromise,
  output,
  sleep,
  suspendOn,
} from "./sdk-messages.fixture.ts";
import { Transcript, textOf } from "./transcript.fixture.ts";
import { STEPS_PER_TURN } from "./work.ts";

/** More than any of the turns below needs, and far less than all of them together. */
const STATEMENTS_PER_TURN = STEPS_PER_TURN * 16;

function unfinished(t: Transcript): number {
  const count = "SELECT count(*) FROM invocation WHERE status < 6";
  return keep(t.storage.db.prepare<[], number>(count).pluck()).get() ?? -1;
}

function callees(t: Transcript, caller: string): string[] {
  const ids = t.attempts.map(({ start }) => start.id).filter((id) => id !== caller);
  return [...new Set(ids)];
}

/** A handler that has called `count` others, which run. */
function family(t: Transcript, count: number): { parent: string; children: string[] } {
  const parent = t.send("Greeter/greet");
  t.says(
    parent,
    ...Array.from({ length: count }, (_, i) => call("Greeter/greet", { idCompletion: 2 * i + 1, result: 2 * i + 2 })),
  );
  return { parent, children: callees(t, parent) };
}

/** One in each status that a called invocation can have, `count` times, and one more that the first has called. */
function mixedFamily(t: Transcript, count: number): { parent: string; all: number } {
  t.registry.add("Held", "VirtualObject", { add: "Exclusive" });
  const holder = t.send("Held/k/add");
  t.says(holder, sleep(1, t.clock.nowMs() + 1e9), suspendOn(1));
  const parent = t.send("Greeter/greet");
  const calls = Array.from({ length: 5 * count }, (_, i) =>
    call(i % 5 === 0 ? "Held/k/add" : "Greeter/greet", { idCompletion: 2 * i + 1, result: 2 * i + 2 }),
  );
  t.says(parent, ...calls);
  callees(t, parent)
    .filter((id) => id !== holder)
    .forEach((child, i) => {
      if (i % 4 === 0) t.says(child, sleep(1, t.clock.nowMs() + 1e9), suspendOn(1));
      if (i % 4 === 1) t.says(child, error("no"));
      if (i % 4 === 2) t.apply(() => t.engine.pause(child));
      if (i % 4 === 3) t.says(child, call("Greeter/greet", { idCompletion: 1, result: 2 }));
    });
  return { parent, all: 2 + 6 * count };
}

describe("killing a tree", () => {
  it("ends what was called, whatever its status, in turns of which none is long", () => {
    const t = new Transcript();
    const { parent, all } = mixedFamily(t, 40);
    expect(unfinished(t)).toBe(all);
    const before = t.statements;
    expect(t.storage.turns.apply(() => t.engine.kill(parent))).toBe("done");
    const counts = [t.statements - before, ...t.turns()];
    expect(unfinished(t)).toBe(1);
    expect(counts.length).toBeGreaterThan(all / STEPS_PER_TURN - 1);
    expect(Math.max(...counts)).toBeLessThan(STATEMENTS_PER_TURN);
  });

  it("has ended the one that was named when it is answered, and a second kill says so", () => {
    const t = new Transcript();
    const called = t.call("Greeter/greet");
    const calls = Array.from({ length: 200 }, (_, i) =>
      call("Greeter/greet", { idCompletion: 2 * i + 1, result: 2 * i + 2 }),
    );
    t.says(called.id, ...calls);
    t.storage.turns.apply(() => t.engine.kill(called.id));
    t.storage.turns.end();
    expect(textOf(called.completion?.outcome)).toBe("409 killed");
    expect(unfinished(t)).toBeGreaterThan(0);
    expect(t.storage.turns.apply(() => t.engine.kill(called.id))).toBe("completed");
    t.turns();
    expect(unfinished(t)).toBe(0);
  });

  it("serves other calls in between", () => {
    const t = new Transcript();
    const { parent } = family(t, 200);
    t.storage.turns.apply(() => t.engine.kill(parent));
    t.storage.turns.end();
    const other = t.storage.turns.apply(() => t.engine.send(t.request("Greeter/greet"))).id;
    t.storage.turns.end();
    expect(t.status(other)).toBe("running");
    expect(unfinished(t)).toBeGreaterThan(100);
    t.turns();
    expect(unfinished(t)).toBe(1);
  });

  it.each([0, 1, 3, 6])("goes on after a crash %i turns later", (turns) => {
    const t = new Transcript();
    const { parent, all } = mixedFamily(t, 50);
    t.storage.turns.apply(() => t.engine.kill(parent));
    for (let i = 0; i <= turns; i++) t.storage.turns.end();
    expect(unfinished(t)).toBeGreaterThan(all / 5);
    t.restart();
    t.turns();
    expect(unfinished(t)).toBe(1);
  });

  it("finds the rest though the one that was named is purged, or not kept at all", () => {
    for (const isKept of [true, false]) {
      const t = new Transcript();
      if (!isKept) t.registry.add("Greeter", "Service", { greet: undefined }, { idempotencyRetentionMs: 0 });
      const { parent } = family(t, 200);
      t.storage.turns.apply(() => t.engine.kill(parent));
      t.storage.turns.end();
      if (isKept) expect(t.storage.turns.apply(() => t.engine.purge(parent))).toBe("done");
      else t.clock.advance(1, () => t.storage.turns.end());
      t.turns();
      t.advance(5000);
      t.turns();
      expect([unfinished(t), t.status(parent)]).toEqual([0, undefined]);
      const entries = keep(
        t.storage.db.prepare<[], number>("SELECT count(*) FROM journal WHERE entry < 2097152").pluck(),
      );
      expect(entries.get()).toBe(0);
    }
  });
});

describe("a handler that cancels thousands", () => {
  it("cancels some at once and the others in turns, each once", () => {
    const t = new Transcript();
    const { parent, children } = family(t, 150);
    for (const child of children) t.says(child, sleep(1, t.clock.nowMs() + 1e9), suspendOn(1));
    const before = t.statements;
    const { attempt } = t.attemptOf(parent).start;
    t.storage.turns.apply(() =>
      t.engine.events.messages(
        attempt,
        children.map(cancel).map(([type, body]) => ({ type, body, flags: 0 })),
      ),
    );
    // The rest is stored with the command that asked for it: three statements each.
    expect(t.statements - before).toBeLessThan(STATEMENTS_PER_TURN + 3 * children.length);
    expect(Math.max(...t.turns())).toBeLessThan(STATEMENTS_PER_TURN);
    expect(children.map((child) => [t.status(child), t.attemptsOf(child)])).toEqual(children.map(() => ["running", 2]));
    expect(children.map((child) => t.engine.describe(child)?.journalLength)).toEqual(children.map(() => 3));
  });
});

describe("telling thousands who wait", () => {
  it.each([false, true])("for a result goes in turns (crash in the middle: %s)", (crashes) => {
    const t = new Transcript();
    const callee = t.send("Greeter/greet");
    const waiting = Array.from({ length: 150 }, () => t.send("Greeter/greet"));
    for (const id of waiting) t.says(id, attach(callee, 1), suspendOn(1));
    const { attempt } = t.attemptOf(callee).start;
    const before = t.statements;
    t.storage.turns.apply(() =>
      t.engine.events.messages(
        attempt,
        [output("r"), end].map(([type, body]) => ({ type, body, flags: 0 })),
      ),
    );
    expect(t.statements - before).toBeLessThan(STATEMENTS_PER_TURN);
    t.storage.turns.end();
    if (crashes) t.restart();
    expect(Math.max(...t.turns())).toBeLessThan(STATEMENTS_PER_TURN);
    expect(waiting.map((id) => t.status(id))).toEqual(waiting.map(() => "running"));
    expect(waiting.map((id) => t.engine.describe(id)?.journalLength)).toEqual(waiting.map(() => 3));
  });

  it("of an end before the start goes in turns, though nothing of it stays", () => {
    const t = new Transcript();
    const callee = t.send("Greeter/greet", "1", { executeAtMs: t.clock.nowMs() + 1e6 });
    const waiting = Array.from({ length: 100 }, () => t.send("Greeter/greet"));
    for (const id of waiting) t.says(id, attach(callee, 1), suspendOn(1));
    t.storage.turns.apply(() => t.engine.cancel(callee));
    t.turns();
    expect([t.status(callee), ...waiting.map((id) => t.status(id))]).toEqual([
      undefined,
      ...waiting.map(() => "running"),
    ]);
  });

  it.each(["nothing", "a crash", "a purge of the workflow"])(
    "for a promise goes in turns, with %s in between",
    (what) => {
      const t = new Transcript();
      const run = t.send("Flow/k/run");
      const waiting = Array.from({ length: 150 }, () => t.send("Flow/k/shared"));
      for (const id of waiting) t.says(id, getPromise("p", 1), suspendOn(1));
      const { attempt } = t.attemptOf(run).start;
      const before = t.statements;
      t.storage.turns.apply(() =>
        t.engine.events.messages(
          attempt,
          [completePromise("p", "v", 1), output("r"), end].map(([type, body]) => ({ type, body, flags: 0 })),
        ),
      );
      expect(t.statements - before).toBeLessThan(STATEMENTS_PER_TURN);
      t.storage.turns.end();
      if (what === "a crash") t.restart();
      if (what === "a purge of the workflow") expect(t.storage.turns.apply(() => t.engine.purge(run))).toBe("done");
      t.turns();
      expect(waiting.map((id) => t.status(id))).toEqual(waiting.map(() => "running"));
      expect(waiting.map((id) => t.engine.describe(id)?.journalLength)).toEqual(waiting.map(() => 3));
    },
  );

  it("over HTTP goes in turns, and nobody is left out", () => {
    const t = new Transcript();
    const callee = t.send("Greeter/greet");
    let answered = 0;
    for (let i = 0; i < 1000; i++) {
      t.storage.turns.apply(() => t.engine.attach({ kind: "id", id: callee }, () => void answered++));
    }
    t.settle();
    const { attempt } = t.attemptOf(callee).start;
    t.storage.turns.apply(() => t.engine.events.messages(attempt, [{ type: end[0], body: end[1], flags: 0 }]));
    t.storage.turns.end();
    expect(answered).toBeLessThan(300);
    t.settle();
    expect(answered).toBe(1000);
  });
});

describe("deleting a long journal", () => {
  it.each(["purge", "purgeJournal"] as const)("by %s goes in turns, also over a crash", (verb) => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, ...Array.from({ length: 2000 }, (_, i) => sleep(i + 1, t.clock.nowMs() + 1e9)), output("r"), end);
    const count = keep(t.storage.db.prepare<[], number>("SELECT count(*) FROM journal").pluck());
    expect(t.storage.turns.apply(() => t.engine[verb](id))).toBe("done");
    expect(count.get()).toBeGreaterThan(1000);
    t.storage.turns.end();
    t.restart();
    t.turns();
    expect(count.get()).toBe(verb === "purge" ? 0 : 1);
    if (verb === "purgeJournal") expect(t.engine.output({ kind: "id", id })).toMatchObject({ kind: "done" });
  });

  it("by retention goes in turns, and its output stays", () => {
    const t = new Transcript();
    t.registry.add("Short", "Service", { go: undefined }, { journalRetentionMs: 1000 });
    const id = t.send("Short/go");
    t.says(id, ...Array.from({ length: 2000 }, (_, i) => sleep(i + 1, t.clock.nowMs() + 1e9)), output("r"), end);
    const count = keep(t.storage.db.prepare<[], number>("SELECT count(*) FROM journal").pluck());
    const seen: number[] = [];
    t.clock.advance(1000, () => {
      t.settle();
      seen.push(count.get() ?? 0);
    });
    expect(seen[0]).toBeGreaterThan(1000);
    expect(seen.at(-1)).toBe(1);
    expect(t.engine.output({ kind: "id", id })).toMatchObject({ kind: "done" });
  });
});

it("a signal is looked for among signals of that index alone", () => {
  const t = new Transcript();
  const { source } = prepareStatements(t.storage.db).journal.signal;
  const explain = keep(t.storage.db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`));
  expect(explain.all(0, 1, -17).map(({ detail }) => detail)).toEqual([
    "SEARCH journal USING INDEX journal_signal (notification=? AND rowid>? AND rowid<?)",
  ]);
});

describe("cancelling those who wait for one key", () => {
  /** @returns statements that it takes to cancel `count` of them, the last first */
  function cost(count: number): number {
    const t = new Transcript();
    t.send("Counter/k/add");
    const ids = Array.from({ length: count }, () => t.send("Counter/k/add"));
    const before = t.statements;
    for (const id of ids.toReversed()) expect(t.apply(() => t.engine.cancel(id))).toBe("done");
    const taken = t.statements - before;
    const rows = keep(t.storage.db.prepare<[], InvocationRow>("SELECT * FROM invocation"));
    expect([rows.all().length, t.engine.describeInstance("Counter", undefined, "k").waiting]).toEqual([1, 0]);
    return taken;
  }

  it("takes the same for each, however many they are", () => {
    expect(cost(200)).toBe(2 * cost(100));
  });

  it("looks at no other row of the inbox", () => {
    const t = new Transcript();
    const { source } = prepareStatements(t.storage.db).keys.removeFromInbox;
    const explain = keep(t.storage.db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`));
    const plans = explain.all("s", "", "k", 1, 1).map(({ detail }) => detail);
    expect(plans).toEqual(["SEARCH inbox USING PRIMARY KEY (service=? AND scope=? AND key=? AND position=?)"]);
  });

  it("takes one out of the inbox that came there from a queue or a schedule", () => {
    const t = new Transcript();
    const holder = t.send("Counter/k/add");
    const later = t.send("Counter/k/add", "1", { executeAtMs: t.clock.nowMs() + 10 });
    const before = t.send("Counter/k/add");
    t.advance(10);
    const after = t.send("Counter/k/add");
    t.apply(() => t.engine.cancel(later));
    t.says(holder, output("r"), end);
    expect(t.status(before)).toBe("running");
    t.says(before, output("r"), end);
    expect(t.status(after)).toBe("running");
  });
});
