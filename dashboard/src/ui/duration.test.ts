import { expect, it } from "vitest";
import { durationMs } from "./duration.ts";

it.each([
  ["0", 0],
  ["10s", 10_000],
  ["1m 30s", 90_000],
  [" 1 hour, 2 minutes ", 3_720_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  ["1w 2d", 777_600_000],
  ["PT10S", 10_000],
  ["p1dt2h30m", 95_400_000],
] as const)("the duration %s", (text, ms) => expect(durationMs(text)).toBe(ms));

it.each(["", " ", "10", "soon", "10 s later", "30s 1m", "1s 1s", "-1s", "P", "PT", "P1DT", "1y"])(
  "“%s” is no duration",
  (text) => expect(durationMs(text)).toBeUndefined(),
);
