import { describe, expect, it } from "vitest";
import { comingOf, foresee } from "./foresight.ts";

const state = (named: Record<string, string>) => Object.entries(named).map(([name, value]) => ({ name, value }));
const change = (position: number, version: string | undefined, named: Record<string, string>, leads_to: string) => ({
  position,
  change: { entries: state(named), ...(version === undefined ? {} : { version }), leads_to },
});

describe("what changes that wait lead to", () => {
  it("is what the last of them leaves, each on top of those before", () => {
    const queue = [
      change(1, "rl1_a", { n: "1" }, "rl1_b"),
      { position: 2, id: "inv_1" },
      change(3, "rl1_b", {}, "rl1_c"),
    ];
    expect(foresee({ entries: [], version: "rl1_a", queue })).toEqual({
      entries: [],
      version: "rl1_c",
      steps: [
        { position: 1, before: [], isDoomed: false },
        { position: 3, before: state({ n: "1" }), isDoomed: false },
      ],
    });
  });

  it("is without those that are for another state than will be there", () => {
    const queue = [
      change(1, "rl1_other", { n: "1" }, "rl1_b"),
      change(2, "rl1_b", { n: "2" }, "rl1_c"),
      change(3, undefined, { n: "3" }, "rl1_d"),
      // As the official command line names versions.
      change(4, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", { n: "4" }, "rl1_e"),
    ];
    const { entries, version, steps } = foresee({ entries: state({ n: "0" }), version: "rl1_a", queue });
    expect([entries, version]).toEqual([state({ n: "4" }), "rl1_e"]);
    expect(steps.map(({ isDoomed }) => isDoomed)).toEqual([true, true, false, false]);
  });

  it("is told by entry: another value, one that goes, one that comes", () => {
    const coming = comingOf(state({ same: "1", other: "1", goes: "1" }), state({ same: "1", other: "2", comes: "3" }));
    expect(Object.fromEntries(coming)).toEqual({
      other: { value: "2" },
      goes: { value: undefined },
      comes: { value: "3" },
    });
  });
});
