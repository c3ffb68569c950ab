import { describe, expect, it } from "vitest";
import { CombinatorType, encodeSignalAwakeableId } from "../../sdk/protocol/index.ts";
import {
  attach,
  call,
  completePromise,
  end,
  error,
  getPromise,
  oneWayCall,
  output,
  propose,
  run,
  sleep,
  suspendOn,
  suspendOnTree,
} from "./sdk-messages.fixture.ts";
import { Transcript, textOf } from "./transcript.fixture.ts";
import type { AttemptFailure } from "./types.ts";

const NOT_SERVED: AttemptFailure = {
  code: 500,
  message: "nobody is here",
  stacktrace: undefined,
  restateCode: "RT0011",
  relatedCommandIndex: undefined,
  relatedCommandName: undefined,
  relatedCommandType: undefined,
  nextRetryDelayMs: undefined,
  behavior: "wait",
};

const value = (text: string) => ({ kind: "value", value: Buffer.from(text) }) as const;

describe("suspension", () => {
  it("ends when what it waits for arrives", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 5000), suspendOn(1));
    t.advance(4999);
    expect(t.status(id)).toBe("suspended");
    t.advance(1);
    expect(t.status(id)).toBe("running");
  });

  it("is skipped when the notification came while the attempt was ending", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 10));
    t.advance(10);
    t.says(id, suspendOn(1));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 2]);
  });

  it("on all of several results ends with the last of them, not before", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const nowMs = t.clock.nowMs();
    const all = { waitingCompletions: [1, 2], combinatorType: CombinatorType.AllSucceededOrFirstFailed };
    t.says(id, sleep(1, nowMs + 10), sleep(2, nowMs + 20), suspendOnTree(all));
    t.advance(10);
    expect(t.status(id)).toBe("suspended");
    t.advance(10);
    expect(t.status(id)).toBe("running");
  });

  it("on all of several results ends at once with a failure among them", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const awaitable = encodeSignalAwakeableId(t.attemptOf(id).start.idBytes, 17);
    t.says(
      id,
      sleep(1, t.clock.nowMs() + 1000),
      suspendOnTree({
        combinatorType: CombinatorType.FirstCompleted,
        waitingSignals: [1],
        nestedFutures: [
          {
            waitingCompletions: [1],
            waitingSignals: [17],
            waitingNamedSignals: [],
            nestedFutures: [],
            combinatorType: CombinatorType.AllSucceededOrFirstFailed,
          },
        ],
      }),
    );
    t.apply(() => t.engine.completeAwakeable(awaitable, { kind: "failure", failure: { code: 500, message: "no" } }));
    expect(t.status(id)).toBe("running");
  });

  it("while the handler owes the result of its own run ends at once (restatedev/restate#5196)", () => {
    const t = new Transcript();
    const id = t.send("Counter/k/add");
    t.says(id, run(1), suspendOn(1));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 2]);
    t.says(id, propose(1, "r"), output("r"), end);
    expect(t.status(id)).toBe("completed");
  });

  it("on nothing fails the attempt, because nothing could end it", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, suspendOnTree({ combinatorType: CombinatorType.AllCompleted }));
    expect(t.engine.describe(id)).toMatchObject({ status: "backing-off", lastFailure: { restateCode: "RT0012" } });
  });

  it("says what it waits for", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 5000), suspendOn(1));
    expect(t.engine.describe(id)?.waitsFor).toMatchObject({
      kind: "notifications",
      await: { waitingCompletions: [1] },
    });
  });

  it("on all of n results reads n rows, and not n times as many", () => {
    /** @returns rows read while `count` calls complete */
    function rowsFor(count: number): number {
      const t = new Transcript({ concurrentInvocations: 10_000 });
      const id = t.send("Greeter/greet");
      const ids = Array.from({ length: count }, (_, i) => 2 * i + 2);
      t.says(id, ...ids.map((result) => call("Greeter/greet", { idCompletion: result - 1, result })));
      t.says(id, suspendOnTree({ waitingCompletions: ids, combinatorType: CombinatorType.AllSucceededOrFirstFailed }));
      const children = t.attempts.filter(({ start }) => start.id !== id);
      const before = t.rows;
      for (const { start } of children.slice(1)) t.says(start.id, output("r"), end);
      expect(t.status(id)).toBe("suspended");
      for (const { start } of children.slice(0, 1)) t.says(start.id, output("r"), end);
      expect(t.status(id)).toBe("running");
      return t.rows - before;
    }
    expect(rowsFor(200)).toBeLessThan(2.5 * rowsFor(100));
  });

  it("on all of many results counts none that was rolled back, and none of another suspension", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const all = Array.from({ length: 40 }, (_, i) => i + 1);
    const nowMs = t.clock.nowMs();
    t.says(id, ...all.map((completion) => sleep(completion, nowMs + 1e6)));
    const tree = { waitingCompletions: all, combinatorType: CombinatorType.AllCompleted };
    t.says(id, suspendOnTree({ ...tree, waitingNamedSignals: all.map(String) }));
    const name = (n: number) => t.engine.signal(id, String(n), value(""));
    for (const n of all.slice(0, 39)) t.apply(() => name(n));
    const rolledBack = () =>
      t.apply(() => {
        name(40);
        throw new Error("no");
      });
    expect(rolledBack).toThrow("no");
    t.apply(() => t.engine.pause(id));
    t.apply(() => t.engine.resume(id));
    // The same place, but now it waits for the signals alone.
    t.says(id, suspendOnTree({ ...tree, waitingCompletions: [], waitingNamedSignals: all.map(String) }));
    expect(t.status(id)).toBe("suspended");
    // Those from before the resumption the handler has dealt with.
    for (const n of all.slice(0, 39)) t.apply(() => name(n));
    expect(t.status(id)).toBe("suspended");
    expect(rolledBack).toThrow("no");
    t.apply(() => name(1));
    expect(t.status(id)).toBe("suspended");
    t.apply(() => name(40));
    expect(t.status(id)).toBe("running");
  });
});

describe("signals", () => {
  it("resolve an awakeable once", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const awakeable = encodeSignalAwakeableId(t.attemptOf(id).start.idBytes, 17);
    t.apply(() => t.engine.completeAwakeable(awakeable, value("1")));
    t.apply(() => t.engine.completeAwakeable(awakeable, value("2")));
    expect(t.heard(id)).toEqual(["SignalNotification"]);
  });

  it("by name wake who waits for that name", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, suspendOnTree({ waitingNamedSignals: ["go"], combinatorType: CombinatorType.FirstCompleted }));
    t.apply(() => t.engine.signal(id, "stay", value("1")));
    expect(t.status(id)).toBe("suspended");
    t.apply(() => t.engine.signal(id, "go", value("1")));
    expect(t.status(id)).toBe("running");
  });

  it("that an attempt replayed do not resume it when it waits for another one of that name", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const onGo = suspendOnTree({ waitingNamedSignals: ["go"], combinatorType: CombinatorType.FirstCompleted });
    t.says(id, onGo);
    t.apply(() => t.engine.signal(id, "go", value("1")));
    t.says(id, onGo);
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["suspended", 2]);
    t.apply(() => t.engine.signal(id, "go", value("2")));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 3]);
  });

  it("that come while an attempt suspends resume it", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.apply(() => t.engine.signal(id, "go", value("1")));
    t.says(id, suspendOnTree({ waitingNamedSignals: ["go"], combinatorType: CombinatorType.FirstCompleted }));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 2]);
  });

  it("CANCEL, once replayed, resumes no later wait that still lists it", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 5000), suspendOn(1));
    t.apply(() => t.engine.cancel(id));
    t.says(id, suspendOn(1));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["suspended", 2]);
    t.advance(5000);
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 3]);
  });

  it("that come with the invocation's own first turn are in what its attempt starts from", () => {
    const t = new Transcript();
    const id = t.apply(() => {
      const sent = t.engine.send(t.request("Greeter/greet"));
      t.engine.signal(sent.id, "go", value("1"));
      return sent.id;
    });
    expect(t.attemptOf(id).start).toMatchObject({ knownEntries: 2, replay: undefined });
  });
});

describe("a workflow", () => {
  it("runs once for each key; a second call fails, a second send attaches", () => {
    const t = new Transcript();
    const first = t.call("Flow/w/run");
    const second = t.call("Flow/w/run");
    expect(textOf(second.completion?.outcome)).toBe("409 the workflow method was already invoked");
    const sent = t.apply(() => t.engine.send(t.request("Flow/w/run")));
    expect(sent).toMatchObject({ id: first.id, status: "attached" });
    expect(t.attempts.length).toBe(1);
  });

  it("wakes who waits for a promise, whoever completes it", () => {
    const t = new Transcript();
    const flow = t.send("Flow/w/run");
    t.says(flow, getPromise("p", 1), suspendOn(1));
    const other = t.send("Flow/w/shared");
    t.says(other, completePromise("p", "v", 1), completePromise("p", "again", 2));
    expect(t.status(flow)).toBe("running");
    expect(t.heard(other)).toEqual(["CompletePromiseCompletion", "CompletePromiseCompletion"]);
    expect(t.attemptOf(other).delivered.at(-1)?.body.toString()).toContain("promise was already completed");
  });

  it("can be attached to by its key, from outside and from a handler", () => {
    const t = new Transcript();
    const flow = t.send("Flow/w/run");
    const observer = t.send("Greeter/greet");
    t.says(observer, attach(flow, 1));
    let seen: string | undefined;
    t.apply(() =>
      t.engine.attach({ kind: "workflow", service: "Flow", key: "w", scope: undefined }, (completion) => {
        seen = textOf(completion.outcome);
      }),
    );
    t.says(flow, output("done"), end);
    expect(seen).toBe("done");
    expect(t.heard(observer)).toEqual(["AttachInvocationCompletion"]);
  });

  it("loses its state and its promises when its retention is over, and can run again", () => {
    const t = new Transcript();
    const flow = t.send("Flow/w/run");
    t.says(flow, completePromise("p", "v", 1), output("done"), end);
    t.advance(86_400_000 + 2000);
    expect(t.engine.describe(flow)).toBeUndefined();
    const again = t.call("Flow/w/run");
    expect(again.id).toBe(flow);
    t.says(flow, getPromise("p", 1));
    expect(t.heard(flow)).toEqual([]);
  });
});

describe("time", () => {
  it("starts a delayed invocation when it is due, in the order of the key's inbox", () => {
    const t = new Transcript();
    const later = t.send("Counter/k/add", "1", { executeAtMs: t.clock.nowMs() + 1000 });
    const now = t.send("Counter/k/add");
    expect([t.status(later), t.status(now)]).toEqual(["scheduled", "running"]);
    t.advance(1000);
    expect(t.status(later)).toBe("inboxed");
  });

  it("fires timers that were due while the server was down", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 5000), suspendOn(1));
    const sent = t.send("Greeter/greet", "1", { executeAtMs: t.clock.nowMs() + 5000 });
    t.clock.advance(10_000_000, () => {});
    t.restart();
    t.advance(0);
    expect([t.status(id), t.status(sent)]).toEqual(["running", "running"]);
  });

  it("starts everything again that ran before a restart", () => {
    const t = new Transcript();
    const [running, queued, gone] = [t.send("Counter/k/add"), t.send("Counter/k/add"), t.send("Greeter/greet")];
    t.says(gone, output("r"), end);
    t.restart();
    expect([running, queued, gone].map((id) => t.status(id))).toEqual(["running", "inboxed", "completed"]);
    t.says(running, output("r"), end);
    expect(t.status(queued)).toBe("running");
  });
});

describe("a failed attempt", () => {
  it("is followed by another after an exponential delay, then by a pause with the reason", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    for (const delayMs of [500, 1000]) {
      t.says(id, error("boom"));
      expect(t.engine.describe(id)?.waitsFor).toEqual({ kind: "retry", dueAtMs: t.clock.nowMs() + delayMs });
      t.advance(delayMs);
    }
    t.says(id, error("boom"));
    expect(t.engine.describe(id)).toMatchObject({ status: "paused", lastFailure: { message: "boom" }, retryCount: 3 });
    t.apply(() => t.engine.resume(id));
    expect(t.status(id)).toBe("running");
  });

  it("counts anew after progress", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, error("boom"));
    t.advance(500);
    t.says(id, run(1), propose(1, "r"), error("boom"));
    expect(t.engine.describe(id)?.retryCount).toBe(1);
  });

  it("honours the delay that the SDK asks for", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, error("boom", { nextRetryDelay: 42 }));
    t.advance(42);
    expect(t.attemptsOf(id)).toBe(2);
  });

  it("ends or pauses the invocation when the SDK asks for that", () => {
    const t = new Transcript();
    const [failing, pausing] = [t.call("Greeter/greet"), t.send("Greeter/greet")];
    t.says(failing.id, error("enough", { behavior: 2 }));
    t.says(pausing, error("wait", { behavior: 1 }));
    expect(textOf(failing.completion?.outcome)).toBe("500 enough");
    expect(t.status(pausing)).toBe("paused");
  });

  it("as the last one kills when the policy says so", () => {
    const t = new Transcript();
    const retryPolicy = {
      initialIntervalMs: 1,
      factor: 1,
      maxIntervalMs: 1,
      maxAttempts: 2,
      onMaxAttempts: "Kill",
    } as const;
    t.registry.add("Brittle", "Service", { go: undefined }, { retryPolicy });
    const brittle = t.call("Brittle/go");
    t.says(brittle.id, error("boom"));
    t.advance(1);
    t.says(brittle.id, error("boom"));
    expect(textOf(brittle.completion?.outcome)).toBe("500 boom");
    // Nothing was stored, so it was never bound to where it failed.
    expect(t.engine.describe(brittle.id)?.deployment).toBeUndefined();
  });
});

describe("an invocation that nothing serves", () => {
  it("waits for a deployment, visibly, and runs when there is one", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet", "1", { executeAtMs: t.clock.nowMs() + 1000 });
    const greeter = t.registry.services.get("Greeter");
    t.registry.services.delete("Greeter");
    t.advance(1000);
    expect(t.engine.describe(id)).toMatchObject({ status: "backing-off", lastFailure: { restateCode: "RT0011" } });
    if (greeter !== undefined) t.registry.services.set("Greeter", greeter);
    t.advance(1000);
    expect(t.status(id)).toBe("running");
  });

  it("looks again as soon as something is registered", () => {
    const t = new Transcript();
    const [unserved, failing] = [t.send("Greeter/greet"), t.send("Greeter/greet")];
    t.apply(() => t.engine.events.failed(t.attemptOf(unserved).start.attempt, NOT_SERVED));
    t.says(failing, error("boom"));
    t.apply(() => t.engine.lookAgain());
    expect([t.status(unserved), t.status(failing)]).toEqual(["running", "backing-off"]);
  });

  it("has made no attempt as far as its retry policy is concerned", () => {
    const t = new Transcript();
    const retryPolicy = {
      initialIntervalMs: 1,
      factor: 1,
      maxIntervalMs: 1,
      maxAttempts: 2,
      onMaxAttempts: "Kill",
    } as const;
    t.registry.add("Brittle", "Service", { go: undefined }, { retryPolicy });
    const { id } = t.call("Brittle/go");
    for (let look = 0; look < 5; look++) {
      t.apply(() => t.engine.events.failed(t.attemptOf(id).start.attempt, NOT_SERVED));
      t.apply(() => t.engine.lookAgain());
    }
    t.says(id, error("boom"));
    expect(t.engine.describe(id)).toMatchObject({ status: "backing-off", retryCount: 1 });
  });
});

describe("state changed from outside", () => {
  it("is replaced at once, or after the invocation that holds the key", () => {
    const t = new Transcript();
    const change = (text: string) =>
      t.apply(() =>
        t.engine.mutateState("Counter", undefined, "k", {
          entries: [[Buffer.from("n").toString("base64"), Buffer.from(text).toString("base64")]],
        }),
      );
    const seen = () => {
      const { start } = t.attemptOf(t.send("Counter/k/get"));
      return t.engine.reads.eagerState(start, 1 << 20).entries.map(({ value }) => value.toString());
    };
    change("1");
    expect(seen()).toEqual(["1"]);
    const holder = t.send("Counter/k/add");
    change("2");
    expect(seen()).toEqual(["1"]);
    t.says(holder, output("r"), end);
    expect(seen()).toEqual(["2"]);
  });
});

describe("from outside", () => {
  it("cancel ends what has not begun and signals what has", () => {
    const t = new Transcript();
    const running = t.send("Counter/k/add");
    const inboxed = t.call("Counter/k/add");
    const scheduled = t.send("Greeter/greet", "1", { executeAtMs: t.clock.nowMs() + 1000 });
    expect(t.apply(() => t.engine.cancel(inboxed.id))).toBe("done");
    expect(t.apply(() => t.engine.cancel(scheduled))).toBe("done");
    expect(t.apply(() => t.engine.cancel(running))).toBe("appended");
    expect(textOf(inboxed.completion?.outcome)).toBe("409 canceled");
    expect(t.engine.describe(scheduled)).toBeUndefined();
    expect(t.heard(running)).toEqual(["SignalNotification"]);
  });

  it("cancel wakes a suspended invocation", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, sleep(1, t.clock.nowMs() + 5000), suspendOn(1));
    t.apply(() => t.engine.cancel(id));
    expect(t.status(id)).toBe("running");
  });

  it("kill takes the called invocations along and releases the key", () => {
    const t = new Transcript();
    const top = t.call("Greeter/greet");
    t.says(top.id, call("Counter/k/add", { idCompletion: 1, result: 2 }), oneWayCall("Greeter/greet", 3));
    const [callee, sent] = t.attempts.slice(-2).map((attempt) => attempt.start.id);
    const waiting = t.send("Counter/k/add");
    t.apply(() => t.engine.kill(top.id));
    expect(textOf(top.completion?.outcome)).toBe("409 killed");
    expect([callee, sent, waiting].map((id) => t.status(id ?? ""))).toEqual(["completed", "running", "running"]);
    expect(t.attemptOf(callee ?? "").end).toBe("cut off");
  });

  it("purge forgets a completed invocation and no other", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    expect(t.apply(() => t.engine.purge(id))).toBe("not-completed");
    t.says(id, output("r"), end);
    expect(t.apply(() => t.engine.purge(id))).toBe("done");
    expect(t.engine.output({ kind: "id", id }).kind).toBe("unknown");
  });

  it("pause cuts an attempt off and resume starts the next", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.apply(() => t.engine.pause(id));
    expect([t.status(id), t.attemptOf(id).end]).toEqual(["paused", "let go"]);
    t.apply(() => t.engine.resume(id));
    expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 2]);
  });
});

describe("what is kept", () => {
  it("is deleted after its retention, and its number is not used again after a restart", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, output("r"), end);
    t.advance(86_400_000 + 2000);
    expect(t.engine.describe(id)).toBeUndefined();
    t.restart();
    expect(t.send("Greeter/greet").slice(0, 16)).not.toBe(id.slice(0, 16));
  });

  it("is the result alone when only the journal's retention is over", () => {
    const t = new Transcript();
    t.registry.add("Brief", "Service", { go: undefined }, { journalRetentionMs: 1000 });
    const id = t.send("Brief/go");
    t.says(id, run(1), propose(1, "a"), output("r"), end);
    t.advance(3000);
    const state = t.engine.output({ kind: "id", id });
    expect(state.kind === "done" ? textOf(state.completion.outcome) : state.kind).toBe("r");
    expect(t.storage.db.prepare("SELECT count(*) AS n FROM journal").get()).toEqual({ n: 1 });
  });
});

describe("with few slots", () => {
  it("ready invocations wait as rows and start in order", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const ids = Array.from({ length: 4 }, () => t.send("Greeter/greet"));
    expect(ids.map((id) => t.status(id))).toEqual(["running", "running", "ready", "ready"]);
    t.says(ids[0] ?? "", output("r"), end);
    expect(ids.map((id) => t.status(id))).toEqual(["completed", "running", "running", "ready"]);
    t.restart();
    expect(ids.map((id) => t.status(id))).toEqual(["completed", "running", "running", "ready"]);
  });
});
