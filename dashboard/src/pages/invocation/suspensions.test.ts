import { describe, expect, it } from "vitest";
import type { Line } from "./journal.ts";
import { scaleOf } from "./scale.ts";
import { type Awaited, awaitedText, type Suspension, stretchesOf, suspensionText } from "./suspensions.ts";

const entry = (index: number, type: string, name: string | undefined, ...completionIds: number[]) =>
  ({ kind: "entry", index, type, name, completionIds }) as unknown as Line;
const LINES = [
  entry(0, "Input", undefined),
  entry(1, "Sleep", undefined, 1),
  entry(2, "Run", "charge", 2),
  entry(3, "Call", "Cart/add", 3, 4),
];

const FIRST = 1;
const EVERY = 4;
const future = (more: Partial<Awaited>): Awaited => ({
  ...{ waitingCompletions: [], waitingSignals: [], waitingNamedSignals: [], nestedFutures: [], combinatorType: FIRST },
  ...more,
});
const text = (more: Partial<Awaited>) => awaitedText(future(more), LINES);

describe("what a suspended invocation waited for", () => {
  it("is named as the journal names it", () => {
    expect(text({ waitingCompletions: [1], waitingSignals: [1] })).toBe("Sleep (#1)");
    expect(text({ waitingCompletions: [2, 4] })).toBe("Run charge (#2) or Call Cart/add (#3)");
    expect(text({ waitingSignals: [1, 17], waitingNamedSignals: ["approved"] })).toBe(
      "awakeable #17 or signal approved",
    );
  });

  it("keeps the structure of what has to come together", () => {
    const all = future({ waitingCompletions: [2, 3], combinatorType: EVERY });
    expect(text({ waitingSignals: [1], nestedFutures: [all] })).toBe("Run charge (#2) and Call Cart/add (#3)");
    expect(text({ waitingCompletions: [1], nestedFutures: [all] })).toBe(
      "Sleep (#1) or (Run charge (#2) and Call Cart/add (#3))",
    );
    expect(text({ nestedFutures: [future({ waitingCompletions: [1] })] })).toBe("Sleep (#1)");
  });

  it("is short when it was much, and said when it is not known", () => {
    expect(text({ waitingCompletions: [1, 2, 3, 50, 51, 52] })).toBe(
      "Sleep (#1) or Run charge (#2) or Call Cart/add (#3) or result 50 or 2 more",
    );
    expect(awaitedText(undefined, LINES)).toBe("more than is kept");
    expect(text({ waitingSignals: [1] })).toBe("being cancelled");
  });

  it("is told with from when to when, or since when", () => {
    const awaited = future({ waitingCompletions: [1] });
    expect(suspensionText({ sinceMs: 0, untilMs: 1500, await: awaited }, 9000, LINES)).toMatch(
      /^.+ to .+, 1\.50 s, waited for Sleep \(#1\)$/,
    );
    expect(suspensionText({ sinceMs: 0, await: awaited }, 9000, LINES)).toMatch(
      /^since .+, for 9\.00 s so far, waits for Sleep \(#1\)$/,
    );
  });
});

describe("suspensions on the axis", () => {
  const linear = (endMs: number, from = 0, to = 1) => scaleOf("linear", 0, endMs, [], { from, to });
  const places = (suspensions: readonly Suspension[], scale = linear(1000)) =>
    stretchesOf(suspensions, 1000, scale).map(({ from, to }) => [from, to].map((place) => Number(place.toFixed(9))));

  it("are where they were, and one that lasts goes on to the end", () => {
    expect(places([{ sinceMs: 100, untilMs: 200 }, { sinceMs: 600 }])).toEqual([
      [0.1, 0.2],
      [0.6, 1],
    ]);
  });

  it("are cut off where the view ends, and left out beyond it", () => {
    const suspensions = [
      { sinceMs: 0, untilMs: 100 },
      { sinceMs: 400, untilMs: 600 },
      { sinceMs: 900, untilMs: 1000 },
    ];
    expect(places(suspensions, linear(1000, 0.5, 0.75))).toEqual([[0, 0.4]]);
  });

  it("are joined when they are many and lie on each other, and all are in it", () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ sinceMs: i, untilMs: i + 0.9 }));
    const joined = stretchesOf(many, 1000, linear(1000));
    expect(joined.map(({ from, to, suspensions }) => [from, to, suspensions.length])).toEqual([[0, 0.9999, 1000]]);
    expect(stretchesOf(many.slice(0, 200), 1000, linear(1000))).toHaveLength(200);
  });
});
