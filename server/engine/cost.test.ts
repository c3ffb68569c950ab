import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { end, output, propose, run, setState, sleep, suspendOn } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

/**
 * The counts behind the benchmark's figures. They may fall; whoever raises one says in the commit what it buys.
 * A page of the write-ahead log is 4120 bytes.
 */
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function onDisk(): Transcript {
  const dir = mkdtempSync(join(tmpdir(), "restate-lite-cost-"));
  dirs.push(dir);
  return new Transcript({ dataDir: dir });
}

interface Cost {
  statements: number;
  commits: number;
  walPages: number;
}

/** The cost of one `scenario`, averaged over many after a warm-up, rounded up. */
function costOf(t: Transcript, scenario: () => void, times = 200): Cost {
  for (let i = 0; i < 50; i++) scenario();
  const before = { statements: t.statements, commits: t.storage.counters.commits, wal: t.storage.counters.walBytes };
  for (let i = 0; i < times; i++) scenario();
  return {
    statements: Math.ceil((t.statements - before.statements) / times),
    commits: Math.ceil((t.storage.counters.commits - before.commits) / times),
    walPages: Math.ceil((t.storage.counters.walBytes - before.wal) / times / 4120),
  };
}

it("a call that returns at once costs 4 statements in 2 turns", () => {
  const t = onDisk();
  const cost = costOf(t, () => {
    const { id } = t.call("Greeter/greet", '"bob"');
    t.says(id, output('"Hello bob"'), end);
  });
  expect(cost).toEqual({ statements: 4, commits: 2, walPages: 8 });
});

it("64 such calls that arrive together share their turns and their pages", () => {
  const t = onDisk();
  const cost = costOf(
    t,
    () => {
      const ids = t.apply(() =>
        Array.from({ length: 64 }, () => t.engine.call(t.request("Greeter/greet"), () => {}).id),
      );
      t.storage.turns.apply(() => {
        for (const id of ids) {
          t.engine.events.messages(
            t.attemptOf(id).start.attempt,
            [output("r"), end].map(([type, body]) => ({ type, body, flags: 0 })),
          );
        }
      });
      t.settle();
      t.attempts.length = 0;
    },
    20,
  );
  expect(cost).toEqual({ statements: 64 * 4, commits: 2, walPages: 22 });
});

it("three steps cost 7 statements more", () => {
  const t = onDisk();
  const cost = costOf(t, () => {
    const id = t.send("Greeter/greet");
    for (const step of [1, 2, 3]) {
      t.says(id, run(step));
      t.says(id, propose(step, "r"));
    }
    t.says(id, output("r"), end);
  });
  expect(cost).toEqual({ statements: 11, commits: 8, walPages: 15 });
});

it("an exclusive call with one write of state costs 10 statements", () => {
  const t = onDisk();
  const cost = costOf(t, () => {
    const id = t.send("Counter/k/add");
    t.says(id, setState("n", "1"), output("r"), end);
  });
  expect(cost).toEqual({ statements: 10, commits: 2, walPages: 10 });
});

it("a sleep with suspension and resumption costs 22 statements", () => {
  const t = onDisk();
  const cost = costOf(t, () => {
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 10), suspendOn(1));
    t.advance(10);
    t.says(id, output("r"), end);
  });
  expect(cost.statements).toBe(22);
});
