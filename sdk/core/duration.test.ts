import { expect, test } from "vitest";
import { durationToMillis, millisOrDurationToMillis } from "./index.ts";

test("the fields of a duration add up", () => {
  expect(durationToMillis({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 })).toBe(93_784_005);
  expect(durationToMillis({})).toBe(0);
});

test("milliseconds are whole, cut off towards zero", () => {
  expect(millisOrDurationToMillis(1.9)).toBe(1);
  expect(millisOrDurationToMillis({ seconds: 0.0019 })).toBe(1);
  expect(millisOrDurationToMillis(-1.9)).toBe(-1);
});
