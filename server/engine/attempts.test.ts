import { describe, expect, it } from "vitest";
import { encodeSignalAwakeableId } from "../../sdk/protocol/index.ts";
import type { ServerEvent } from "../seams.ts";
import { keep, prepareStatements } from "../storage/index.ts";
import { end, output, run, suspendOnTree } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

describe("an invocation that is ready twice", () => {
  it("starts once when it is paused and resumed while it waits for a free slot", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const running = [t.send("Greeter/greet"), t.send("Greeter/greet")];
    const waiting = t.send("Greeter/greet");
    const attempts = running.map((id) => t.attemptOf(id).start.attempt);
    t.apply(() => {
      for (const attempt of attempts) {
        t.engine.events.messages(
          attempt,
          [output("r"), end].map(([type, body, flags = 0]) => ({ type, body, flags })),
        );
      }
      t.engine.pause(waiting);
      t.engine.resume(waiting);
    });
    expect(t.attemptsOf(waiting)).toBe(1);
    t.says(waiting, output("r"), end);
    expect([t.status(waiting), t.engine.running()]).toEqual(["completed", []]);
  });

  it("starts once when it wakes up while an old place in the line is its own still", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const others = [t.send("Greeter/greet"), t.send("Greeter/greet")] as const;
    const id = t.send("Greeter/greet");
    t.apply(() => t.engine.pause(id));
    t.apply(() => t.engine.resume(id));
    t.says(others[0], output("r"), end);
    expect(t.attemptsOf(id)).toBe(1);
    const { start } = t.attemptOf(id);
    const of = (attempt: number, ...said: readonly (readonly [number, Buffer, number?])[]) =>
      t.engine.events.messages(
        attempt,
        said.map(([type, body, flags = 0]) => ({ type, body, flags })),
      );
    const last = t.attemptOf(others[1]).start.attempt;
    t.apply(() => {
      of(last, output("r"), end);
      of(start.attempt, suspendOnTree({ waitingSignals: [17] }));
      t.engine.completeAwakeable(encodeSignalAwakeableId(start.idBytes, 17), {
        kind: "value",
        value: Buffer.from("x"),
      });
    });
    expect(t.attemptsOf(id)).toBe(2);
    t.says(id, output("r"), end);
    expect(t.engine.running()).toEqual([]);
  });
});

describe("what nothing served for a while", () => {
  const failures = (t: Transcript) => prepareStatements(t.storage.db).waits.failedWith.all("RT0011", 0, 10).length;

  function unserved(t: Transcript): string {
    const greeter = t.registry.services.get("Greeter");
    if (greeter === undefined) throw new Error("no Greeter");
    const pausing = { target: t.request("Greeter/greet").target, executeAtMs: t.clock.nowMs() + 10 };
    const id = t.send("Greeter/greet", "1", pausing);
    t.registry.services.delete("Greeter");
    t.advance(10);
    expect([t.status(id), failures(t)]).toEqual(["backing-off", 1]);
    t.registry.services.set("Greeter", greeter);
    t.apply(() => t.engine.lookAgain());
    expect(t.status(id)).toBe("running");
    return id;
  }

  it("leaves no failure behind when it has ended", () => {
    const t = new Transcript();
    t.says(unserved(t), output("r"), end);
    expect(failures(t)).toBe(0);
  });

  it("has no failure any more when it has made progress", () => {
    const t = new Transcript();
    t.says(unserved(t), run(1));
    expect(failures(t)).toBe(0);
  });
});

it("observers hear that an invocation is held back which was ready a moment ago", () => {
  const t = new Transcript();
  t.apply(() =>
    t.limitRules.upsert([
      { pattern: "*", concurrency: 1, description: undefined, isDisabled: false, precondition: { kind: "none" } },
    ]),
  );
  const events: ServerEvent[] = [];
  t.engine.observe((event) => void events.push(event));
  const request = t.request("Greeter/greet");
  const scoped = { ...request, target: { ...request.target, scope: "a" } };
  const [, second] = t.apply(() => [t.engine.send(scoped), t.engine.send(scoped)]);
  const last = events.findLast((event) => "id" in event && event.id === second?.id);
  expect([t.status(second?.id ?? ""), last?.kind]).toEqual(["inboxed", "inboxed"]);
});

it("a backlog that a new limit holds back moves into its queue piece by piece, not in one turn", () => {
  const t = new Transcript({ concurrentInvocations: 2 });
  const request = t.request("Greeter/greet");
  const scoped = { ...request, target: { ...request.target, scope: "a" } };
  const ids = t.apply(() => Array.from({ length: 2000 }, () => t.engine.send(scoped).id));
  t.apply(() =>
    t.limitRules.upsert([
      { pattern: "*", concurrency: 1, description: undefined, isDisabled: false, precondition: { kind: "none" } },
    ]),
  );
  const held = keep(t.storage.db.prepare<[], number>("SELECT count(*) FROM queue_waiter").pluck());
  const { attempt } = t.attemptOf(ids[0] ?? "").start;
  const steps: number[] = [];
  t.storage.turns.apply(() =>
    t.engine.events.messages(
      attempt,
      [output("r"), end].map(([type, body, flags = 0]) => ({ type, body, flags })),
    ),
  );
  for (let before = 0, turn = 0; turn < 50; turn++) {
    t.storage.turns.end();
    steps.push((held.get() ?? 0) - before);
    before = held.get() ?? 0;
  }
  expect(Math.max(...steps)).toBeLessThanOrEqual(256);
  expect([held.get(), t.engine.running().length]).toEqual([1998, 1]);
  t.says(ids[1] ?? "", output("r"), end);
  expect([t.status(ids[2] ?? ""), t.engine.running().length]).toEqual(["running", 1]);
});
