import { describe, expect, it } from "vitest";
import {
  awaitingOn,
  call,
  end,
  output,
  propose,
  run,
  sleep,
  suspendOn,
  suspendOnTree,
} from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

const HOUR_MS = 3_600_000;
const onFirst = { waitingCompletions: [1] };

/** A handler that sleeps for an hour, and whose SDK says so. */
function sleeper(t: Transcript): string {
  const id = t.send("Greeter/greet");
  t.says(id, sleep(1, t.clock.nowMs() + HOUR_MS), awaitingOn(onFirst));
  return id;
}

const asked = (t: Transcript): string[] =>
  t.attempts.filter(({ isInputClosed }) => isInputClosed).map(({ start }) => start.id);

function useProtocol(t: Transcript, maxProtocolVersion: number, protocolMode: "BIDI_STREAM" | "REQUEST_RESPONSE") {
  const [id, deployment] = [...t.registry.deployments][0] ?? [];
  if (id === undefined || deployment === undefined) throw new Error("no deployment");
  t.registry.deployments.set(id, { ...deployment, maxProtocolVersion, protocolMode });
}

describe("an attempt that only waits", () => {
  it("is left alone while there are places", () => {
    const t = new Transcript({ concurrentInvocations: 3 });
    sleeper(t);
    sleeper(t);
    t.send("Greeter/greet");
    expect(asked(t)).toEqual([]);
  });

  it("gives its place to the next at the moment that there is none, the longest wait first", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const sleepers = [sleeper(t), sleeper(t)];
    const next = t.send("Greeter/greet");
    expect([asked(t), t.status(next)]).toEqual([[sleepers[0]], "running"]);
    const another = t.send("Greeter/greet");
    expect([asked(t), t.status(another)]).toEqual([sleepers, "running"]);
  });

  it("is replayed no more often than places were short by", () => {
    const t = new Transcript({ concurrentInvocations: 5 });
    const sleepers = Array.from({ length: 25 }, () => {
      const id = t.send("Greeter/greet");
      t.says(id, sleep(1, t.clock.nowMs() + HOUR_MS), awaitingOn(onFirst));
      for (const other of asked(t)) if (t.status(other) === "running") t.says(other, suspendOnTree(onFirst));
      return id;
    });
    expect(asked(t)).toEqual(sleepers.slice(0, 20));
    expect(t.status(t.send("Greeter/greet"))).toBe("running");
    expect(asked(t).length).toBe(21);
    t.says(sleepers[20] ?? "", suspendOnTree(onFirst));
    t.advance(HOUR_MS);
    for (const id of sleepers) {
      if (t.status(id) === "ready") continue;
      t.says(id, output("r"), end);
    }
    for (const id of sleepers) if (t.status(id) !== "completed") t.says(id, output("r"), end);
    const attempts = sleepers.reduce((sum, id) => sum + t.attemptsOf(id), 0);
    expect(attempts - sleepers.length).toBe(21);
  });

  it("is asked last when its sleep is about to end", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const soon = t.send("Greeter/greet");
    t.says(soon, sleep(1, t.clock.nowMs() + 5), awaitingOn(onFirst));
    const late = sleeper(t);
    t.send("Greeter/greet");
    expect(asked(t)).toEqual([late]);
    t.send("Greeter/greet");
    expect(asked(t)).toEqual([soon, late]);
  });

  it("is asked last when its journal is long", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const long = t.send("Greeter/greet");
    const sleeps = Array.from({ length: 1000 }, (_, index) => sleep(index + 1, t.clock.nowMs() + HOUR_MS));
    t.says(long, ...sleeps, awaitingOn(onFirst));
    const short = sleeper(t);
    t.send("Greeter/greet");
    expect(asked(t)).toEqual([short]);
    // One of those that run may make room as well.
    const next = t.send("Greeter/greet");
    expect(asked(t)).toEqual([short]);
    t.advance(400);
    expect([asked(t), t.status(next)]).toEqual([[long, short], "running"]);
  });

  it.each([
    ["executes a step", 1000, true],
    ["has a far longer journal", 100_000, false],
  ] as const)("is asked when another with a long journal %s", (_what, entries, executes) => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const withJournal = (length: number, isExecuting: boolean) => {
      const id = t.send("Greeter/greet");
      for (let first = 1; first <= length; first += 1000) {
        t.says(
          id,
          ...Array.from({ length: 1000 }, (_, index) => sleep(first + index, t.clock.nowMs() + 100 * HOUR_MS)),
        );
      }
      t.says(id, awaitingOn(onFirst, isExecuting));
      return id;
    };
    withJournal(entries, executes);
    const idle = withJournal(1000, false);
    const next = t.send("Greeter/greet");
    t.advance(400);
    expect([asked(t), t.status(next)]).toEqual([[idle], "running"]);
  });

  it("is not asked inside a step", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const inStep = t.send("Greeter/greet");
    t.says(inStep, sleep(1, t.clock.nowMs() + HOUR_MS), run(2), awaitingOn(onFirst));
    const executing = t.send("Greeter/greet");
    t.says(executing, sleep(1, t.clock.nowMs() + HOUR_MS), awaitingOn(onFirst, true));
    const next = t.send("Greeter/greet");
    expect([asked(t), t.status(next)]).toEqual([[], "ready"]);
    t.says(inStep, propose(2, "r"), awaitingOn(onFirst));
    expect([asked(t), t.status(next)]).toEqual([[inStep], "running"]);
  });

  it("is not asked when what it waits for has come", () => {
    const t = new Transcript({ concurrentInvocations: 1 });
    const stepping = t.send("Greeter/greet");
    t.says(stepping, run(1), propose(1, "r", { ack: true }), awaitingOn(onFirst));
    const next = t.send("Greeter/greet");
    expect([asked(t), t.status(next)]).toEqual([[], "ready"]);
    t.says(stepping, sleep(2, t.clock.nowMs() + HOUR_MS), awaitingOn({ waitingCompletions: [2] }));
    expect([asked(t), t.status(next)]).toEqual([[stepping], "running"]);
  });

  it("is resumed by what comes after it was asked, when it finds a place", () => {
    const t = new Transcript({ concurrentInvocations: 1 });
    const waiting = t.send("Greeter/greet");
    t.says(waiting, sleep(1, t.clock.nowMs() + 1000), awaitingOn(onFirst));
    const next = t.send("Greeter/greet");
    t.advance(1000);
    t.says(waiting, suspendOnTree(onFirst));
    expect([t.status(waiting), t.status(next)]).toEqual(["ready", "running"]);
    t.says(next, output("r"), end);
    expect(t.status(waiting)).toBe("running");
  });

  it("makes room for the invocation that it waits for, however deep the calls are", () => {
    const t = new Transcript({ concurrentInvocations: 1 });
    let id = t.send("Greeter/greet");
    const chain = [id];
    for (let depth = 0; depth < 20; depth++) {
      t.says(id, call("Greeter/greet", { idCompletion: 1, result: 2 }), awaitingOn({ waitingCompletions: [2] }));
      const callee = t.attempts.at(-1)?.start.id ?? "";
      expect([callee === id, t.status(callee)]).toEqual([false, "running"]);
      t.says(id, suspendOnTree({ waitingCompletions: [2] }));
      id = callee;
      chain.push(id);
    }
    for (const each of chain.toReversed()) t.says(each, output("r"), end);
    expect(chain.map((each) => t.status(each))).toEqual(chain.map(() => "completed"));
  });

  it("makes room for many in turns, not all at once", () => {
    const t = new Transcript({ concurrentInvocations: 200 });
    for (let i = 0; i < 200; i++) sleeper(t);
    t.storage.turns.apply(() => {
      for (let i = 0; i < 200; i++) t.engine.send(t.request("Greeter/greet"));
    });
    const steps: number[] = [];
    for (let before = 0, turn = 0; turn < 20; turn++) {
      t.storage.turns.end();
      steps.push(asked(t).length - before);
      before = asked(t).length;
    }
    expect([asked(t).length, Math.max(...steps)]).toEqual([200, 64]);
  });

  it("is counted: places, and who waits for one", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    const busy = [t.send("Greeter/greet"), t.send("Greeter/greet")];
    const waiting = [t.send("Greeter/greet"), t.send("Greeter/greet"), t.send("Greeter/greet")];
    expect(t.engine.places()).toEqual({ taken: 2, limit: 2, waiting: 3 });
    t.says(busy[0] ?? "", output("r"), end);
    expect([t.engine.places(), t.status(waiting[0] ?? "")]).toEqual([{ taken: 2, limit: 2, waiting: 2 }, "running"]);
  });
});

describe("an attempt of a protocol before v7, which does not say that it waits", () => {
  it("is asked when it has been quiet for a while, and has its place until it suspends", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    useProtocol(t, 6, "BIDI_STREAM");
    const quiet = t.send("Greeter/greet");
    t.says(quiet, sleep(1, t.clock.nowMs() + HOUR_MS));
    t.advance(50);
    const talking = t.send("Greeter/greet");
    t.says(talking, sleep(1, t.clock.nowMs() + HOUR_MS));
    const next = t.send("Greeter/greet");
    t.advance(49);
    expect(asked(t)).toEqual([]);
    t.advance(1);
    expect([asked(t), t.status(next)]).toEqual([[quiet], "ready"]);
    t.says(quiet, suspendOn(1));
    expect([asked(t), t.status(quiet), t.status(next)]).toEqual([[quiet], "suspended", "running"]);
  });

  it("is not asked inside a step", () => {
    const t = new Transcript({ concurrentInvocations: 1 });
    useProtocol(t, 6, "BIDI_STREAM");
    const stepping = t.send("Greeter/greet");
    t.says(stepping, run(1));
    t.send("Greeter/greet");
    t.advance(HOUR_MS);
    expect(asked(t)).toEqual([]);
    t.says(stepping, propose(1, "r"), sleep(2, t.clock.nowMs() + HOUR_MS));
    t.advance(100);
    expect(asked(t)).toEqual([stepping]);
  });

  it("is followed by another when it does not suspend", () => {
    const t = new Transcript({ concurrentInvocations: 2 });
    useProtocol(t, 6, "BIDI_STREAM");
    const computing = t.send("Greeter/greet");
    t.advance(1);
    const sleeping = t.send("Greeter/greet");
    t.says(sleeping, sleep(1, t.clock.nowMs() + HOUR_MS));
    t.send("Greeter/greet");
    t.advance(100);
    expect(asked(t)).toEqual([computing]);
    t.advance(HOUR_MS / 2);
    expect(asked(t)).toEqual([computing, sleeping]);
  });

  it("is not asked over request/response, where it suspends by itself", () => {
    const t = new Transcript({ concurrentInvocations: 1 });
    useProtocol(t, 6, "REQUEST_RESPONSE");
    t.send("Greeter/greet");
    t.send("Greeter/greet");
    t.advance(HOUR_MS);
    expect(asked(t)).toEqual([]);
  });
});
