import { describe, expect, it } from "vitest";
import type { ServerEvent } from "../seams.ts";
import { end, error, output, run, sleep, suspendOn } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

function observed(t: Transcript): { events: ServerEvent[]; kinds(): string[]; stop(): void } {
  const events: ServerEvent[] = [];
  const stop = t.engine.observe((event) => void events.push(event));
  return { events, kinds: () => events.map(({ kind }) => kind), stop };
}

describe("an observer", () => {
  it("is told the life of an invocation in order", () => {
    const t = new Transcript();
    const { kinds, events } = observed(t);
    const { id } = t.call("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 1000), suspendOn(1));
    t.advance(1000);
    t.says(id, error("boom"));
    t.advance(500);
    t.says(id, output("x"), end);
    expect(kinds()).toEqual([
      ...["ready", "running", "journal", "suspended"],
      ...["journal", "ready", "running"],
      ...["backing-off", "ready", "running"],
      ...["journal", "completed"],
    ]);
    expect(events[0]).toMatchObject({ id, service: "Greeter", handler: "greet", key: undefined });
    expect(events[7]).toMatchObject({
      failedAttempts: 1,
      failure: { message: "boom" },
      nextAttemptMs: t.clock.nowMs(),
    });
    expect(events.at(-1)).toMatchObject({ failure: undefined });
  });

  it("is told of delays, keys, pauses and what disappears", () => {
    const t = new Transcript();
    const { kinds, events } = observed(t);
    const first = t.send("Counter/a/add");
    const second = t.send("Counter/a/add");
    t.apply(() => t.engine.pause(first));
    t.apply(() => t.engine.cancel(second));
    const later = t.send("Greeter/greet", "", { executeAtMs: t.clock.nowMs() + 5000 });
    expect(kinds()).toEqual(["ready", "running", "inboxed", "paused", "removed", "scheduled"]);
    expect(events.at(-1)).toMatchObject({ id: later, dueMs: t.clock.nowMs() + 5000 });
    t.apply(() => t.engine.kill(first));
    t.apply(() => t.engine.purgeJournal(first));
    expect(kinds().at(-1)).toBe("journal");
  });

  it("is told when limit rules change and queues are paused", async () => {
    const t = new Transcript();
    const { kinds } = observed(t);
    const rule = { pattern: "a", concurrency: 1, description: undefined, isDisabled: false };
    const put = () => t.apply(() => t.limitRules.upsert([{ ...rule, precondition: { kind: "none" } }]));
    put();
    await Promise.resolve();
    expect(kinds()).toEqual(["registry"]);
    put();
    t.apply(() => t.pausedQueues.pause("vq_1"));
    await Promise.resolve();
    expect(kinds()).toEqual(["registry", "registry"]);
  });

  it("is told what has become of changes of state", () => {
    const t = new Transcript();
    const { events } = observed(t);
    const change = (version?: string) =>
      t.apply(() =>
        t.engine.mutateState("Counter", undefined, "a", {
          entries: [["", "YQ=="]],
          ...(version === undefined ? {} : { version }),
        }),
      );
    const { version } = t.engine.describeInstance("Counter", undefined, "a");
    change();
    change(version);
    const holder = t.send("Counter/a/add");
    change(version);
    t.says(holder, output("x"), end);
    expect(events.flatMap((event) => (event.kind === "state" ? [[event.outcome, event.position]] : []))).toEqual([
      ["applied", undefined],
      ["dropped", undefined],
      ["dropped", 1],
    ]);
    expect(events[0]).toMatchObject({ service: "Counter", key: "a", scope: undefined });
  });

  it("hears nothing of a command that is taken back, and nothing after its end", () => {
    const t = new Transcript();
    const { events, stop } = observed(t);
    expect(() =>
      t.apply(() => {
        t.engine.send(t.request("Greeter/greet"));
        throw new Error("taken back");
      }),
    ).toThrow("taken back");
    expect(events).toEqual([]);
    stop();
    t.send("Greeter/greet");
    expect(events).toEqual([]);
  });

  it("that fails harms nobody", () => {
    const t = new Transcript();
    t.engine.observe(() => {
      throw new Error("broken");
    });
    const { kinds } = observed(t);
    const { id, completion } = t.call("Greeter/greet");
    expect(completion).toBeUndefined();
    t.says(id, run(1), output("x"), end);
    expect(t.status(id)).toBe("completed");
    expect(kinds().at(-1)).toBe("completed");
  });
});
