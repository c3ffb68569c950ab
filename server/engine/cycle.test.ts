import { describe, expect, it } from "vitest";
import { AwaitingOn, CombinatorType, encodeInvocationId, MessageType } from "../../sdk/protocol/index.ts";
import { keep } from "../storage/index.ts";
import type { Cycle } from "./cycle.ts";
import {
  attach,
  call,
  end,
  error,
  output,
  run,
  type Said,
  sleep,
  suspendOn,
  suspendOnTree,
} from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

const calls = (path: string): Said => call(path, { idCompletion: 1, result: 2 });

/** What `caller` has called last. */
function calledBy(t: Transcript, caller: string): string {
  const { seq } = t.attemptOf(caller).start;
  const sql = "SELECT id FROM invocation WHERE caller = ? ORDER BY seq DESC LIMIT 1";
  const id = keep(t.storage.db.prepare<[number], Buffer>(sql).pluck()).get(seq);
  if (id === undefined) throw new Error(`${caller} has called nobody`);
  return encodeInvocationId(id);
}

function cycleOf(t: Transcript, id: string): Cycle | undefined {
  const waitsFor = t.engine.describe(id)?.waitsFor;
  return waitsFor !== undefined && "cycle" in waitsFor ? waitsFor.cycle : undefined;
}

const ring = (t: Transcript, id: string) =>
  cycleOf(t, id)?.members.map(({ id: member, waitsFor }) => `${member} ${waitsFor}`);

/** `Counter/a/add` has called `Counter/b/add`, which has called `Counter/a/add`. */
function throughAnother(t: Transcript): [outer: string, middle: string, inner: string] {
  const outer = t.send("Counter/a/add");
  t.says(outer, calls("Counter/b/add"), suspendOn(2));
  const middle = calledBy(t, outer);
  t.says(middle, calls("Counter/a/add"), suspendOn(2));
  return [outer, middle, calledBy(t, middle)];
}

describe("a cycle", () => {
  it("of an object that calls itself is said of both calls, with the one to kill", () => {
    const t = new Transcript();
    const outer = t.send("Counter/k/add");
    t.says(outer, calls("Counter/k/add"), suspendOn(2));
    const inner = calledBy(t, outer);
    expect(cycleOf(t, outer)).toEqual({
      members: [
        { id: outer, service: "Counter", handler: "add", key: "k", waitsFor: "result" },
        { id: inner, service: "Counter", handler: "add", key: "k", waitsFor: "key" },
      ],
      kill: inner,
    });
    expect(ring(t, inner)).toEqual([`${inner} key`, `${outer} result`]);
  });

  it("is broken by killing that one: its caller gets the error", () => {
    const t = new Transcript();
    const outer = t.send("Counter/k/add");
    t.says(outer, calls("Counter/k/add"), suspendOn(2));
    t.apply(() => t.engine.kill(cycleOf(t, outer)?.kill ?? ""));
    expect([t.status(outer), cycleOf(t, outer)]).toEqual(["running", undefined]);
  });

  it("through another object is said of each, and of those who wait for one of them", () => {
    const t = new Transcript();
    const [outer, middle, inner] = throughAnother(t);
    expect(ring(t, outer)).toEqual([`${outer} result`, `${middle} result`, `${inner} key`]);
    expect(ring(t, middle)).toEqual([`${middle} result`, `${inner} key`, `${outer} result`]);
    const other = t.send("Counter/b/add");
    expect(ring(t, other)).toEqual(ring(t, middle));
    expect(cycleOf(t, other)?.kill).toBe(inner);
  });

  it("is seen while the attempts still run and say what they wait for", () => {
    const t = new Transcript();
    const outer = t.send("Counter/k/add");
    const awaitingOn = (id: number) => ({
      waitingSignals: [1],
      waitingCompletions: [],
      waitingNamedSignals: [],
      combinatorType: CombinatorType.FirstCompleted,
      nestedFutures: [
        {
          waitingCompletions: [id],
          waitingSignals: [],
          waitingNamedSignals: [],
          nestedFutures: [],
          combinatorType: CombinatorType.AllSucceededOrFirstFailed,
        },
      ],
    });
    t.says(outer, calls("Counter/k/add"), [MessageType.AwaitingOn, AwaitingOn.encode({ awaitingOn: awaitingOn(2) })]);
    expect(ring(t, outer)?.length).toBe(2);
    t.apply(() => t.engine.kill(calledBy(t, outer)));
    // What it said that it waits for has come.
    expect([t.status(outer), cycleOf(t, outer)]).toEqual(["running", undefined]);
  });

  it("of one that attaches to itself, and of two that attach to each other", () => {
    const t = new Transcript();
    const self = t.send("Greeter/greet");
    t.says(self, attach(self, 1), suspendOn(1));
    expect([ring(t, self), cycleOf(t, self)?.kill]).toEqual([[`${self} result`], self]);
    const first = t.send("Greeter/greet");
    const second = t.send("Greeter/greet");
    t.says(first, attach(second, 1), suspendOn(1));
    expect(cycleOf(t, first)).toBeUndefined();
    t.says(second, attach(first, 1), suspendOn(1));
    expect(ring(t, first)).toEqual([`${first} result`, `${second} result`]);
  });

  it("of a workflow that waits for a call that attaches to it", () => {
    const t = new Transcript();
    const flow = t.send("Flow/k/run");
    t.says(flow, calls("Greeter/greet"), suspendOn(2));
    const greeter = calledBy(t, flow);
    t.says(greeter, attach(flow, 1), suspendOn(1));
    expect(ring(t, flow)).toEqual([`${flow} result`, `${greeter} result`]);
  });

  it("of one that waits for all of its calls, of which another one still runs", () => {
    const t = new Transcript();
    const outer = t.send("Counter/k/add");
    const all = { waitingCompletions: [2, 4], combinatorType: CombinatorType.AllSucceededOrFirstFailed };
    t.says(
      outer,
      calls("Counter/k/add"),
      call("Greeter/greet", { idCompletion: 3, result: 4 }),
      suspendOnTree({ ...all, waitingCompletions: [2, 4] }),
    );
    expect(ring(t, outer)?.length).toBe(2);
  });

  it("survives a restart, which forgets what runs and not who waits", () => {
    const t = new Transcript();
    const [outer] = throughAnother(t);
    t.restart();
    expect(ring(t, outer)?.length).toBe(3);
  });
});

describe("no cycle", () => {
  it("is where time, an awakeable, a step or a signal may come first", () => {
    const leaves: [Said[], Partial<Parameters<typeof suspendOnTree>[0]>][] = [
      [[sleep(3, 1e15)], { waitingCompletions: [2, 3] }],
      [[], { waitingCompletions: [2], waitingSignals: [1, 17] }],
      [[], { waitingCompletions: [2], waitingNamedSignals: ["go"] }],
    ];
    for (const [commands, tree] of leaves) {
      const t = new Transcript();
      const outer = t.send("Counter/k/add");
      const first = { combinatorType: CombinatorType.FirstCompleted, ...tree };
      t.says(outer, calls("Counter/k/add"), ...commands, suspendOnTree(first));
      expect([t.status(outer), cycleOf(t, outer)]).toEqual(["suspended", undefined]);
    }
  });

  it("is where the holder of the key still runs, is paused, or is about to be tried again", () => {
    const t = new Transcript();
    const outer = t.send("Counter/k/add");
    const waiting = t.send("Counter/k/add");
    expect(cycleOf(t, waiting)).toBeUndefined();
    t.says(outer, calls("Counter/k/add"), run(3), error("no"));
    expect([t.status(outer), cycleOf(t, waiting)]).toEqual(["backing-off", undefined]);
    t.apply(() => t.engine.pause(outer));
    expect([t.status(outer), cycleOf(t, waiting)]).toEqual(["paused", undefined]);
  });

  it("is where the one that holds the key waits for one that can end", () => {
    const t = new Transcript();
    const outer = t.send("Counter/a/add");
    t.says(outer, calls("Counter/b/add"), suspendOn(2));
    const middle = calledBy(t, outer);
    const waiting = t.send("Counter/a/add");
    expect(cycleOf(t, waiting)).toBeUndefined();
    t.says(middle, output("r"), end);
    t.says(outer, output("r"), end);
    expect(t.status(waiting)).toBe("running");
  });

  it("is looked for no further than a bound", () => {
    const t = new Transcript({ concurrentInvocations: 10_000 });
    const first = t.send("Counter/0/add");
    let last = first;
    for (let i = 1; i <= 300; i++) {
      t.says(last, calls(`Counter/${i}/add`), suspendOn(2));
      last = calledBy(t, last);
    }
    t.says(last, calls("Counter/0/add"), suspendOn(2));
    const before = t.statements;
    expect(cycleOf(t, first)).toBeUndefined();
    expect(t.statements - before).toBeLessThan(3000);
  });
});

describe("a cancellation that was asked for", () => {
  const asked = (t: Transcript, id: string) => t.engine.describe(id)?.cancelRequestedAtMs;

  it("is said until the handler does something", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, run(1));
    expect(asked(t, id)).toBeUndefined();
    const atMs = t.clock.nowMs();
    t.apply(() => t.engine.cancel(id));
    t.advance(5000);
    expect([t.status(id), asked(t, id)]).toEqual(["running", atMs]);
    // It compensates.
    t.says(id, run(2));
    expect(asked(t, id)).toBeUndefined();
  });

  it("is said of a failed attempt, whose next one is to hear of it", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, run(1), error("no"));
    t.apply(() => t.engine.cancel(id));
    expect([t.status(id), asked(t, id)]).toEqual(["backing-off", t.clock.nowMs()]);
  });

  it("is said of one that waits and does not want to hear of it, not of one that has heard", () => {
    const t = new Transcript();
    const deaf = t.send("Greeter/greet");
    t.says(deaf, sleep(1, t.clock.nowMs() + 1e6), suspendOnTree({ waitingCompletions: [1], combinatorType: 1 }));
    t.apply(() => t.engine.cancel(deaf));
    expect([t.status(deaf), asked(t, deaf)]).toEqual(["suspended", t.clock.nowMs()]);
    const hears = t.send("Greeter/greet");
    t.says(hears, sleep(1, t.clock.nowMs() + 1e6), suspendOn(1));
    t.apply(() => t.engine.cancel(hears));
    t.says(hears, suspendOn(1));
    expect([t.status(hears), asked(t, hears)]).toEqual(["suspended", undefined]);
  });
});
