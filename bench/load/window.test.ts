import { describe, expect, it } from "vitest";
import { nowUs } from "./clock.ts";
import { Window } from "./window.ts";

const SECOND_US = 1e6;

describe("Window", () => {
  it("measures what is answered after the warm-up and before the end, and stops then", () => {
    const openedUs = nowUs();
    const window = new Window({ warmUpMs: 100_000, measureMs: 200_000 });
    const answered = (atSeconds: number, latencyUs: number) => {
      const atUs = openedUs + atSeconds * SECOND_US;
      return window.answered(atUs - latencyUs, atUs);
    };
    expect(answered(50, 1)).toBe(true);
    expect(answered(150, 2000)).toBe(true);
    expect(answered(250, 3000)).toBe(true);
    expect(answered(350, 9)).toBe(false);
    const { answers, allAnswers, answersPerSecond, p50Us, maxUs } = window.result();
    expect({ answers, allAnswers }).toEqual({ answers: 2, allAnswers: 4 });
    expect(answersPerSecond).toBeCloseTo(0.01, 6);
    expect(p50Us).toBeCloseTo(2000, 3);
    expect(maxUs).toBeCloseTo(3000, 3);
  });

  it("keeps the first of several errors", () => {
    const window = new Window({ warmUpMs: 0, measureMs: 1 });
    window.failed("one");
    window.failed("two");
    expect(window.result()).toMatchObject({ errors: 2, firstError: "one", answers: 0, answersPerSecond: 0 });
  });
});
