import { expect, it } from "vitest";
import { seriesOf } from "./series.ts";

const rows = [
  { service: "B", status: "running", n: 2 },
  { service: "A", status: "running", n: 3 },
  { service: "B", status: "paused", n: 5 },
  { status: "paused", n: 1n },
  { service: "C" },
];

it("a chart adds up the numbers of each category, in the order of the rows", () => {
  expect(seriesOf(rows, "service", "n", 10)).toEqual({
    points: [
      { label: "B", value: 7 },
      { label: "A", value: 3 },
      { label: "null", value: 1 },
    ],
    ...{ left: 0, least: 0, most: 7 },
  });
});

it("a chart without a number counts rows", () => {
  expect(seriesOf(rows, "status", undefined, 10).points).toEqual([
    { label: "running", value: 2 },
    { label: "paused", value: 2 },
    { label: "null", value: 1 },
  ]);
});

it("a chart says how many categories it leaves out, and its scale has zero in it", () => {
  expect(seriesOf(rows, "service", "n", 1)).toMatchObject({ left: 2, least: 0, most: 7 });
  expect(seriesOf([{ a: "x", n: -4 }], "a", "n", 1)).toMatchObject({ least: -4, most: 0 });
  expect(seriesOf([], "a", "n", 1)).toEqual({ points: [], left: 0, least: 0, most: 0 });
});
