import { describe, expect, it } from "vitest";
import { scaleOf, viewOf, WHOLE } from "./scale.ts";

const hourMs = 3_600_000;

describe("the scale of a timeline", () => {
  it("is true to time when linear", () => {
    const scale = scaleOf("linear", 1000, 2000, [1100, 1900]);
    expect([900, 1000, 1250, 1500, 2000, 3000].map(scale.at)).toEqual([0, 0, 0.25, 0.5, 1, 1]);
    expect(scale.marks.map(({ sinceStartMs }) => Math.round(sinceStartMs))).toEqual([0, 200, 400, 600, 800, 1000]);
  });

  it("keeps steps of milliseconds visible beside an hour of sleep, in their order", () => {
    const times = [10, 20, hourMs + 20, hourMs + 30];
    const scale = scaleOf("even", 0, hourMs + 40, times);
    const places = times.map(scale.at);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect((places[1] as number) - (places[0] as number)).toBeGreaterThan(0.05);
    expect(scale.at(hourMs / 2)).toBeGreaterThan(places[1] as number);
  });

  it("shows a part of the time when it is zoomed", () => {
    expect([viewOf(0, 0.5), viewOf(1, 0), viewOf(2, 1)]).toEqual([WHOLE, { from: 0, to: 0.5 }, { from: 0.75, to: 1 }]);
    const scale = scaleOf("linear", 0, 1000, [], viewOf(1, 1));
    expect([0, 500, 750, 1000].map(scale.at)).toEqual([-1, 0, 0.5, 1]);
    expect(scale.marks.map(({ sinceStartMs }) => Math.round(sinceStartMs))).toEqual([500, 600, 700, 800, 900, 1000]);
  });

  it("has a place for everything when nothing has taken any time", () => {
    const scale = scaleOf("even", 5, 5, [5, 5]);
    expect(scale.at(5)).toBe(0);
    expect(
      scale.marks.every(({ place, sinceStartMs }) => Number.isFinite(place) && Number.isFinite(sinceStartMs)),
    ).toBe(true);
  });
});
