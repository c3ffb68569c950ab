import { describe, expect, it } from "vitest";
import { type CpuProfile, selfTimes } from "./profile.ts";

const frame = (functionName: string, lineNumber = 0) => ({
  functionName,
  url: "file:///server/dist/cli.js",
  lineNumber,
  columnNumber: 0,
});

const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame("(root)") },
    { id: 2, callFrame: frame("(idle)") },
    { id: 3, callFrame: frame("commit", 7) },
    { id: 4, callFrame: frame("", 9) },
    { id: 5, callFrame: frame("commit", 7) },
  ],
  startTime: 1_000_000,
  samples: [2, 3, 4, 5, 2],
  timeDeltas: [1000, 100, 50, 50, 9000],
};
const placeOf = (_url: string, line: number) => `place ${line}`;

describe("selfTimes", () => {
  it("adds the time of a function up over all places it was called from, and leaves idle time out", () => {
    expect(selfTimes(profile, placeOf, 0)).toEqual([
      { name: "commit", place: "place 7", share: 0.75 },
      { name: "(anonymous)", place: "place 9", share: 0.25 },
    ]);
  });

  it("leaves out what came before the moment asked for", () => {
    expect(selfTimes(profile, placeOf, 1_001_101)).toEqual([
      { name: "(anonymous)", place: "place 9", share: 0.5 },
      { name: "commit", place: "place 7", share: 0.5 },
    ]);
  });
});
