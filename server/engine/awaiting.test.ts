import { describe, expect, it } from "vitest";
import { CombinatorType, type FutureMessage } from "../../sdk/protocol/index.ts";
import { call, end, output, run, suspendOnTree } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

/** A handler that waits, suspended, for `n` calls at once. */
function waitsForCalls(t: Transcript, n: number, combinatorType: number) {
  const parent = t.send("Greeter/greet");
  const ids = Array.from({ length: n }, (_, i) => i + 1);
  t.says(parent, ...ids.map((i) => call("Greeter/greet", { idCompletion: 2 * i, result: 2 * i + 1 })));
  const children = t.attempts.slice(-n).map(({ start }) => start.id);
  const all = { combinatorType, waitingCompletions: ids.map((i) => 2 * i + 1) };
  return { parent, children, all };
}

const nested = (future: Partial<FutureMessage>): FutureMessage => ({
  waitingCompletions: [],
  waitingSignals: [],
  waitingNamedSignals: [],
  nestedFutures: [],
  combinatorType: CombinatorType.FirstCompleted,
  ...future,
});

describe("a suspended invocation that waits for many", () => {
  it.each([CombinatorType.AllCompleted, CombinatorType.AllSucceededOrFirstFailed])(
    "goes on with the last of them (combinator %i)",
    (combinatorType) => {
      const t = new Transcript();
      const { parent, children, all } = waitsForCalls(t, 40, combinatorType);
      t.says(parent, suspendOnTree(nested({ nestedFutures: [nested(all)], waitingSignals: [1] })));
      for (const child of children.slice(1)) t.says(child, output("r"), end);
      expect(t.status(parent)).toBe("suspended");
      t.says(children[0] ?? "", output("r"), end);
      expect(t.status(parent)).toBe("running");
    },
  );

  it("is not resumed by each of them once its handler has dealt with a cancellation", () => {
    const t = new Transcript();
    const { parent, children, all } = waitsForCalls(t, 3, CombinatorType.AllCompleted);
    const future = nested({ nestedFutures: [nested(all)], waitingSignals: [1] });
    t.says(parent, suspendOnTree(future));
    t.apply(() => t.engine.cancel(parent));
    expect(t.status(parent)).toBe("running");
    // The handler catches it and waits for its children.
    t.says(parent, suspendOnTree(future));
    for (const child of children.slice(1)) t.says(child, output("r"), end);
    expect([t.status(parent), t.attemptsOf(parent)]).toEqual(["suspended", 2]);
    t.says(children[0] ?? "", output("r"), end);
    expect(t.status(parent)).toBe("running");
  });

  it("is resumed by the second signal of a name, not by the first that it has dealt with", () => {
    const t = new Transcript();
    const id = t.send("Greeter/greet");
    const signals = { waitingNamedSignals: ["go"] };
    t.says(id, suspendOnTree(nested(signals)));
    const go = () => t.apply(() => t.engine.signal(id, "go", { kind: "void" }));
    go();
    const both = nested({
      combinatorType: CombinatorType.AllCompleted,
      waitingNamedSignals: ["go"],
      waitingCompletions: [1],
    });
    t.says(id, run(1), suspendOnTree(both));
    expect(t.status(id)).toBe("running");
    t.says(id, suspendOnTree(nested({ ...both, waitingCompletions: [], waitingSignals: [17] })));
    expect(t.status(id)).toBe("suspended");
  });
});
