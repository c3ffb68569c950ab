import { describe, expect, it } from "vitest";
import { messageTypeName } from "../../sdk/protocol/index.ts";
import { keep } from "../storage/index.ts";
import { call, end, oneWayCall, output, propose, run, setState } from "./sdk-messages.fixture.ts";
import { type SeenAttempt, Transcript, textOf } from "./transcript.fixture.ts";

const NEWEST = { from: 0, deployment: undefined } as const;

function restart(t: Transcript, id: string, options: { from?: number; deployment?: string } = {}) {
  return t.apply(() => t.engine.restart(id, { ...NEWEST, ...options }));
}

function restarted(t: Transcript, id: string, options: { from?: number; deployment?: string } = {}): string {
  const result = restart(t, id, options);
  if (result.kind !== "restarted") throw new Error(`not restarted: ${result.kind}`);
  return result.id;
}

/** What the attempt replays, as the names of the messages. */
function replayed(t: Transcript, { start }: SeenAttempt): string[] {
  const frames = start.replay ?? t.engine.reads.replay(start.seq, 0, start.knownEntries, 1 << 20);
  return frames.map((frame) => messageTypeName(frame.readUInt16BE(0)));
}

/** A completed invocation: input, a step, its result, a second step, its result, output. */
function twoSteps(t: Transcript): string {
  const { id } = t.call("Greeter/greet", '"in"', { headers: [["x-mine", "a"]], idempotencyKey: "k" });
  t.says(id, run(1), propose(1, "one"));
  t.says(id, run(2), propose(2, "two"));
  t.says(id, output("done"), end);
  return id;
}

describe("restart as new", () => {
  it("runs the same input again as an invocation of its own", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const again = restarted(t, id);
    expect(again).not.toBe(id);
    expect(replayed(t, t.attemptOf(again))).toEqual(["InputCommand"]);
    t.says(again, output("again"), end);
    const state = t.engine.output({ kind: "id", id: again });
    expect(state.kind === "done" && textOf(state.completion.outcome)).toBe("again");
    const original = t.engine.output({ kind: "id", id });
    expect(original.kind === "done" && textOf(original.completion.outcome)).toBe("done");
  });

  it("has no idempotency key: the key still names the original", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const again = restarted(t, id);
    expect(t.attemptOf(again).start.idempotencyKey).toBeUndefined();
    expect(t.send("Greeter/greet", '"in"', { idempotencyKey: "k" })).toBe(id);
  });

  it("keeps the journal up to `from` and the results of the commands in it", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const step = ["RunCommand", "RunCompletion"];
    // The result comes behind the command, so to keep the command is to keep its result.
    expect(replayed(t, t.attemptOf(restarted(t, id, { from: 1 })))).toEqual(["InputCommand", ...step]);
    expect(replayed(t, t.attemptOf(restarted(t, id, { from: 2 })))).toEqual(["InputCommand", ...step]);
    expect(replayed(t, t.attemptOf(restarted(t, id, { from: 3 })))).toEqual(["InputCommand", ...step, ...step]);
  });

  it("refuses a prefix beyond the journal, or with a command whose result never came", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    expect(restart(t, id, { from: 6 })).toEqual({ kind: "incomplete-prefix" });
    const other = t.call("Greeter/greet").id;
    t.says(other, run(1), output("left the step behind"), end);
    expect(restart(t, other, { from: 1 })).toEqual({ kind: "incomplete-prefix" });
    expect(restart(t, other).kind).toBe("restarted");
  });

  it("does not repeat the calls and sends of the kept prefix", () => {
    const t = new Transcript();
    const { id } = t.call("Greeter/greet");
    t.says(id, call("Greeter/greet", { idCompletion: 1, result: 2 }), oneWayCall("Greeter/greet", 3));
    const callee = t.attempts[1]?.start.id ?? "";
    t.says(callee, output("called"), end);
    t.says(id, output("done"), end);
    const before = t.attempts.length;
    const again = restarted(t, id, { from: 3 });
    expect(t.attempts.length).toBe(before + 1);
    expect(replayed(t, t.attemptOf(again)).sort()).toEqual([
      "CallCommand",
      "CallCompletion",
      "CallInvocationIdCompletion",
      "CallInvocationIdCompletion",
      "InputCommand",
      "OneWayCallCommand",
    ]);
  });

  it("draws the random numbers of the original behind a kept prefix, which may depend on them, and new ones otherwise", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const seed = t.attemptOf(id).start.randomSeed;
    const kept = restarted(t, id, { from: 1 });
    expect(t.attemptOf(kept).start.randomSeed).toBe(seed);
    t.says(kept, output("r"), end);
    expect(t.attemptOf(restarted(t, kept, { from: 1 })).start.randomSeed).toBe(seed);
    expect(t.attemptOf(restarted(t, id)).start.randomSeed).not.toBe(seed);
  });

  it("waits for the key of its object", () => {
    const t = new Transcript();
    const first = t.call("Counter/a/add").id;
    t.says(first, setState("n", "1"), output("r"), end);
    const holder = t.call("Counter/a/add").id;
    const again = restarted(t, first, { from: 1 });
    expect(t.status(again)).toBe("inboxed");
    t.says(holder, output("r"), end);
    expect(replayed(t, t.attemptOf(again))).toEqual(["InputCommand", "SetStateCommand"]);
  });

  it("goes on where it was after a crash", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const again = restarted(t, id, { from: 1 });
    t.restart();
    expect(replayed(t, t.attemptOf(again))).toEqual(["InputCommand", "RunCommand", "RunCompletion"]);
  });

  it("pins a kept prefix to the deployment that was asked for, if that speaks its protocol", () => {
    const t = new Transcript();
    const id = twoSteps(t);
    const deployment = t.registry.deployment("dp_1");
    if (deployment === undefined) throw new Error("no deployment");
    t.registry.deployments.set("dp_2", { ...deployment, id: "dp_2" });
    t.registry.deployments.set("dp_old", { ...deployment, id: "dp_old", maxProtocolVersion: 5 });
    expect(t.attemptOf(restarted(t, id, { from: 1, deployment: "dp_2" })).start.deployment.id).toBe("dp_2");
    expect(restart(t, id, { from: 1, deployment: "dp_old" })).toEqual({ kind: "other-protocol" });
    expect(() => restart(t, id, { from: 1, deployment: "dp_none" })).toThrow(/dp_none/);
  });

  it("refuses what has not ended, has no input any more, is unknown, or belongs to a workflow", () => {
    const t = new Transcript();
    expect(restart(t, "inv_1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").kind).toBe("unknown");
    const running = t.call("Greeter/greet").id;
    expect(restart(t, running).kind).toBe("running");
    t.says(running, output("r"), end);
    t.apply(() => t.engine.purgeJournal(running));
    expect(restart(t, running).kind).toBe("no-input");
    const later = t.send("Greeter/greet", "1", { executeAtMs: t.clock.nowMs() + 1000 });
    expect(restart(t, later).kind).toBe("not-started");
    const flow = t.call("Flow/w/run").id;
    t.says(flow, output("r"), end);
    expect(restart(t, flow).kind).toBe("workflow");
  });

  it("leaves nothing behind when it is purged", () => {
    const t = new Transcript();
    const again = restarted(t, twoSteps(t));
    t.says(again, output("r"), end);
    t.apply(() => t.engine.purge(again));
    expect(keep(t.storage.db.prepare("SELECT count(*) FROM restart").pluck()).get()).toBe(0);
  });
});
