import { describe, expect, it } from "vitest";
import { Latencies } from "./latencies.ts";

describe("Latencies", () => {
  it("gives exact percentiles by nearest rank, whatever the order of arrival", () => {
    const latencies = new Latencies();
    for (const us of [15, 20, 35, 40, 50].reverse()) latencies.add(us);
    expect([0, 0.05, 0.3, 0.4, 0.5, 1].map((share) => latencies.percentile(share))).toEqual([15, 15, 20, 20, 35, 50]);
  });

  it("keeps fractions of a microsecond", () => {
    const latencies = new Latencies();
    latencies.add(0.25);
    expect(latencies.percentile(0.5)).toBe(0.25);
  });

  it("grows beyond its first allocation and sorts again after more have come", () => {
    const latencies = new Latencies();
    for (let us = 50_000; us > 0; us--) latencies.add(us);
    expect(latencies.percentile(0.99)).toBe(49_500);
    latencies.add(0);
    expect(latencies.percentile(0)).toBe(0);
    expect(latencies.count).toBe(50_001);
  });

  it("has no percentile without a latency", () => {
    expect(new Latencies().percentile(0.5)).toBeNaN();
  });
});
