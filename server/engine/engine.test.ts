import { describe, expect, it } from "vitest";
import { encodeSignalAwakeableId, MessageType } from "../../sdk/protocol/index.ts";
import {
  call,
  completeAwakeable,
  end,
  error,
  oneWayCall,
  output,
  outputFailure,
  propose,
  run,
  setState,
  sleep,
  suspendOn,
} from "./sdk-messages.fixture.ts";
import { Transcript, textOf } from "./transcript.fixture.ts";

describe("a call", () => {
  it("starts an attempt with its input and answers with its output", () => {
    const t = new Transcript();
    const greet = t.call("Greeter/greet", '"bob"');
    const { start } = t.attemptOf(greet.id);
    expect(start.knownEntries).toBe(1);
    expect(start.replay?.length).toBe(1);
    expect(greet.completion).toBeUndefined();
    t.says(greet.id, output('"Hello bob"'), end);
    expect(textOf(greet.completion?.outcome)).toBe('"Hello bob"');
    expect(t.status(greet.id)).toBe("completed");
  });

  it("gives a terminal failure to the client", () => {
    const t = new Transcript();
    const greet = t.call("Greeter/greet");
    t.says(greet.id, outputFailure(418, "nope"), end);
    expect(textOf(greet.completion?.outcome)).toBe("418 nope");
  });

  it("with a known idempotency key gets the first result and runs nothing", () => {
    const t = new Transcript();
    const first = t.call("Greeter/greet", "1", { idempotencyKey: "k" });
    const meanwhile = t.call("Greeter/greet", "2", { idempotencyKey: "k" });
    t.says(first.id, output("r"), end);
    const later = t.call("Greeter/greet", "3", { idempotencyKey: "k" });
    expect([meanwhile.id, later.id]).toEqual([first.id, first.id]);
    expect([meanwhile, later].map((cell) => textOf(cell.completion?.outcome))).toEqual(["r", "r"]);
    expect(later.completion?.expiresAtMs).toBe(t.clock.nowMs() + 86_400_000);
    expect(t.attempts.length).toBe(1);
  });

  it("goes on when its client goes away", () => {
    const t = new Transcript();
    let completions = 0;
    const onCompletion = () => void completions++;
    const { id } = t.apply(() => t.engine.call(t.request("Greeter/greet"), onCompletion));
    t.engine.detach(onCompletion);
    t.says(id, output("r"), end);
    expect(completions).toBe(0);
    expect(t.engine.output({ kind: "id", id }).kind).toBe("done");
  });
});

describe("the journal", () => {
  it("acknowledges the result of a run in the form that the SDK asked for", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, run(1), propose(1, "a"), run(2), propose(2, "b", { ack: true }));
    expect(t.heard(id)).toEqual(["RunCompletion", "ProposeRunCompletionAck"]);
  });

  it("is replayed in full by the next attempt", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, run(1), propose(1, "a"), error("boom"));
    t.advance(500);
    const { start } = t.attemptOf(id);
    expect(t.attemptsOf(id)).toBe(2);
    expect(start.knownEntries).toBe(3);
    expect(t.engine.reads.replay(start.seq, 0, 3, 1 << 20).length).toBe(3);
  });

  it("pins the deployment with the first stored entry, not with the first attempt", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, error("boom"));
    expect(t.engine.describe(id)?.deployment).toBeUndefined();
    t.advance(500);
    t.says(id, run(1), error("boom"));
    expect(t.engine.describe(id)?.deployment).toBe("dp_1");
  });
});

describe("a message that cannot be read", () => {
  it("fails the attempt (RT0012); what came before it in the same chunk stays", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, run(1), [MessageType.CallCommand, Buffer.from([0x0a, 0xff])]);
    expect(t.engine.describe(id)).toMatchObject({
      status: "backing-off",
      journalLength: 2,
      lastFailure: { restateCode: "RT0012" },
    });
  });

  it("or carried out leaves every journal without a gap", () => {
    const t = new Transcript();
    const [victim, sender] = [t.send("Greeter/greet"), t.send("Greeter/greet")];
    const awakeable = encodeSignalAwakeableId(t.attemptOf(victim).start.idBytes, 17);
    t.storage.db.exec("CREATE TEMP TRIGGER broken BEFORE INSERT ON timer BEGIN SELECT raise(ABORT, 'broken'); END");
    expect(() => t.says(sender, completeAwakeable(awakeable, "1"), sleep(1, 1))).toThrow("broken");
    t.says(victim, run(1));
    expect(t.engine.describe(victim)?.journalLength).toBe(2);
    expect(t.engine.reads.replay(t.attemptOf(victim).start.seq, 0, 2, 1 << 20).length).toBe(2);
  });
});

describe("a virtual object", () => {
  it("runs one exclusive handler at a time for each key, in order of arrival", () => {
    const t = new Transcript();
    const [a, b, c] = [t.send("Counter/k/add"), t.send("Counter/k/add"), t.send("Counter/k/add")];
    const other = t.send("Counter/other/add");
    expect([a, b, c, other].map((id) => t.status(id ?? ""))).toEqual(["running", "inboxed", "inboxed", "running"]);
    t.says(a ?? "", setState("n", "1"), output("1"), end);
    expect([b, c].map((id) => t.status(id ?? ""))).toEqual(["running", "inboxed"]);
  });

  it("runs shared handlers beside the exclusive one", () => {
    const t = new Transcript();
    t.send("Counter/k/add");
    expect(t.status(t.send("Counter/k/get"))).toBe("running");
  });

  it("keeps the lock through suspension and retries", () => {
    const t = new Transcript();
    const holder = t.send("Counter/k/add");
    const next = t.send("Counter/k/add");
    t.says(holder, sleep(1, t.clock.nowMs() + 1000), suspendOn(1));
    expect([t.status(holder), t.status(next)]).toEqual(["suspended", "inboxed"]);
    t.advance(1000);
    t.says(holder, error("boom"));
    expect([t.status(holder), t.status(next)]).toEqual(["backing-off", "inboxed"]);
    t.advance(500);
    t.says(holder, output("r"), end);
    expect(t.status(next)).toBe("running");
  });

  it("shows its state to the next invocation", () => {
    const t = new Transcript();
    const first = t.send("Counter/k/add");
    t.says(first, setState("n", "41"), output("1"), end);
    const { start } = t.attemptOf(t.send("Counter/k/get"));
    const { entries, isPartial } = t.engine.reads.eagerState(start, 1 << 20);
    expect(entries.map(({ key, value }) => `${key}=${value}`)).toEqual(["n=41"]);
    expect(isPartial).toBe(false);
    expect(t.engine.reads.eagerState(start, 1)).toEqual({ entries: [], isPartial: true });
  });

  it("refuses a write by a shared handler", () => {
    const t = new Transcript();
    const id = t.send("Counter/k/get");
    t.says(id, setState("n", "1"));
    expect(t.attemptOf(id).end).toBe("let go");
    expect(t.engine.describe(id)?.lastFailure?.restateCode).toBe("RT0017");
  });

  it("separates instances by scope", () => {
    const t = new Transcript();
    const make = (scope: string | undefined) => {
      const request = t.request("Counter/k/add");
      return t.apply(() => t.engine.send({ ...request, target: { ...request.target, scope } })).id;
    };
    expect([make("a"), make("b"), make(undefined), make("a")].map((id) => t.status(id))).toEqual([
      "running",
      "running",
      "running",
      "inboxed",
    ]);
  });
});

describe("a call between handlers", () => {
  it("tells the caller the id, and the result when the callee has one", () => {
    const t = new Transcript();
    const caller = t.send("Greeter/greet");
    t.says(caller, call("Counter/k/add", { idCompletion: 1, result: 2 }));
    expect(t.heard(caller)).toEqual(["CallInvocationIdCompletion"]);
    const callee = t.attempts.at(-1)?.start.id ?? "";
    t.says(callee, output("7"), end);
    expect(t.heard(caller)).toEqual(["CallInvocationIdCompletion", "CallCompletion"]);
  });

  it("wakes a suspended caller", () => {
    const t = new Transcript();
    const caller = t.send("Greeter/greet");
    t.says(caller, call("Counter/k/add", { idCompletion: 1, result: 2 }), suspendOn(2));
    expect(t.status(caller)).toBe("suspended");
    t.says(t.attempts.at(-1)?.start.id ?? "", output("7"), end);
    expect([t.status(caller), t.attemptOf(caller).start.knownEntries]).toEqual(["running", 4]);
  });

  it("to something unregistered is retried, and leaves no entry behind", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    t.says(id, call("Nobody/home", { idCompletion: 1, result: 2 }));
    expect(t.engine.describe(id)).toMatchObject({
      status: "backing-off",
      journalLength: 1,
      lastFailure: { restateCode: "RT0018", relatedCommandIndex: 1 },
    });
  });

  it("with the idempotency key of another caller's call gets the same result", () => {
    const t = new Transcript();
    const [a, b] = [t.send("Greeter/greet"), t.send("Greeter/greet")];
    for (const id of [a, b]) t.says(id, call("Counter/k/add", { idCompletion: 1, result: 2 }, { idempotencyKey: "x" }));
    const callee = t.attempts.find((attempt) => attempt.start.service === "Counter")?.start.id ?? "";
    t.says(callee, output("7"), end);
    expect([t.heard(a).at(-1), t.heard(b).at(-1)]).toEqual(["CallCompletion", "CallCompletion"]);
  });

  it("one-way is not tied to its sender", () => {
    const t = new Transcript();
    const sender = t.send("Greeter/greet");
    t.says(sender, oneWayCall("Counter/k/add", 1));
    const sent = t.attempts.at(-1)?.start.id ?? "";
    t.apply(() => t.engine.kill(sender));
    expect([t.status(sender), t.status(sent)]).toEqual(["completed", "running"]);
  });
});
