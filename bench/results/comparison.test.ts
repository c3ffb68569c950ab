import { describe, expect, it } from "vitest";
import { compare, type Row } from "./comparison.ts";
import { Samples } from "./samples.ts";

function samples(values: readonly number[]): Samples {
  const taken = new Samples();
  for (const value of values) taken.add("speed", value);
  return taken;
}

const row = (target: Row["target"]): Row => ({
  title: "greet",
  measure: "speed",
  unit: "calls/s",
  ...(target === undefined ? {} : { target }),
});

describe("compare", () => {
  it("divides the medians, not the means, and gives the ratio of every round beside it", () => {
    const verdict = compare(row(undefined), samples([100, 110, 900]), samples([300, 330, 310]));
    expect(verdict).toMatchObject({ real: 110, ours: 310, isMet: undefined });
    expect(verdict.ratio).toBeCloseTo(310 / 110);
    expect(verdict.roundRatios).toEqual([3, 3, 310 / 900]);
  });

  it("takes the mean of the two middle rounds when their number is even", () => {
    expect(compare(row(undefined), samples([1, 2]), samples([4, 2])).ours).toBe(3);
  });

  it("misses a target that is missed, from either side", () => {
    const real = samples([100]);
    expect(compare(row({ of: "ratio", atLeast: 2.5 }), real, samples([250])).isMet).toBe(true);
    expect(compare(row({ of: "ratio", atLeast: 2.5 }), real, samples([249])).isMet).toBe(false);
    expect(compare(row({ of: "ratio", atMost: 0.4 }), real, samples([40])).isMet).toBe(true);
    expect(compare(row({ of: "ratio", atMost: 0.4 }), real, samples([41])).isMet).toBe(false);
    expect(compare(row({ of: "ours", atMost: 50 }), real, samples([51])).isMet).toBe(false);
    expect(compare(row({ of: "ours", atMost: 50 }), real, samples([50])).isMet).toBe(true);
  });

  it("has no verdict on a server that was not measured", () => {
    expect(compare(row({ of: "ratio", atLeast: 1 }), samples([]), samples([1])).isMet).toBeUndefined();
  });
});
