import { describe, expect, it } from "vitest";
import { defaultShouldRetry, parseRetryAfter, pauseMs, type RetryPolicy, resolveRetryPolicy } from "./retry.ts";

const network = { kind: "network", error: new Error("gone") } as const;
const answered = (status: number, headers: Record<string, string> = {}) =>
  ({ kind: "response", status, headers: new Headers(headers) }) as const;

/** A policy that is on. */
function policyOf(retry: RetryPolicy | true) {
  const policy = resolveRetryPolicy(retry);
  if (policy === undefined) throw new Error("the policy is off");
  return policy;
}

describe("a retry policy", () => {
  it("is off unless asked for", () => {
    expect(resolveRetryPolicy(undefined)).toBeUndefined();
    expect(resolveRetryPolicy(false)).toBeUndefined();
  });

  it("has the defaults of the official client", () => {
    const defaults = {
      maxAttempts: 6,
      maxDurationMs: 60_000,
      initialIntervalMs: 250,
      maxIntervalMs: 3000,
      exponentiationFactor: 2,
      respectsRetryAfter: true,
    };
    expect(policyOf(true)).toMatchObject(defaults);
    expect(policyOf({})).toMatchObject(defaults);
  });

  it("takes durations, and false for no bound", () => {
    expect(policyOf({ maxDuration: { minutes: 1 }, initialInterval: { seconds: 1 }, maxInterval: 2000 })).toMatchObject(
      {
        maxDurationMs: 60_000,
        initialIntervalMs: 1000,
        maxIntervalMs: 2000,
      },
    );
    const unbounded = policyOf({ maxAttempts: false, maxDuration: false });
    expect(unbounded).toMatchObject({ maxAttempts: Number.POSITIVE_INFINITY, maxDurationMs: Number.POSITIVE_INFINITY });
  });
});

describe("the built-in decision", () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])("repeats after %d", (status) => {
    expect(defaultShouldRetry(answered(status))).toBe(true);
  });

  it.each([300, 400, 401, 404, 409, 422, 470, 499, 600])("does not repeat after %d", (status) => {
    expect(defaultShouldRetry(answered(status))).toBe(false);
  });

  it("repeats after a network error", () => {
    expect(defaultShouldRetry(network)).toBe(true);
  });

  it("leaves alone how an invocation ended, whatever its status", () => {
    expect(defaultShouldRetry(answered(503, { "x-restate-error-source": "invocation" }))).toBe(false);
    expect(defaultShouldRetry(answered(503, { "x-restate-error-source": "ingress" }))).toBe(true);
  });
});

describe("the pause before the next attempt", () => {
  const failedOn = (attempt: number, jitter = 0.5) => ({ attempt, elapsedMs: 0, jitter, nowMs: 0 });

  it("doubles up to the longest", () => {
    const pauses = [0, 1, 2, 3, 4].map((attempt) => pauseMs(policyOf(true), network, failedOn(attempt)));
    expect(pauses).toEqual([250, 500, 1000, 2000, 3000]);
  });

  it("varies by 20 % both ways, also beyond the longest", () => {
    expect(pauseMs(policyOf(true), network, failedOn(0, 0))).toBe(200);
    expect(pauseMs(policyOf(true), network, failedOn(4, 1))).toBeCloseTo(3600);
  });

  it("is none after the last attempt", () => {
    expect(pauseMs(policyOf(true), network, failedOn(5))).toBeUndefined();
    expect(pauseMs(policyOf({ maxAttempts: false, maxDuration: false }), network, failedOn(50))).toBe(3000);
  });

  it("is none when it would end beyond the duration", () => {
    const policy = policyOf({ maxDuration: 1000, maxAttempts: false });
    expect(pauseMs(policy, network, { ...failedOn(0), elapsedMs: 749 })).toBe(250);
    expect(pauseMs(policy, network, { ...failedOn(0), elapsedMs: 750 })).toBeUndefined();
    expect(pauseMs(policy, answered(503, { "retry-after": "1" }), failedOn(0))).toBeUndefined();
  });

  it("is what Retry-After says, beyond the longest too, unless told otherwise", () => {
    const busy = answered(503, { "retry-after": "5" });
    expect(pauseMs(policyOf(true), busy, failedOn(0))).toBe(5000);
    expect(pauseMs(policyOf({ respectRetryAfter: false }), busy, failedOn(0))).toBe(250);
  });

  it("asks the policy's own decision, with the attempt", () => {
    const asked: unknown[] = [];
    const shouldRetry = (failure: unknown, attempt: number) => asked.push([failure, attempt]) > 1;
    expect(pauseMs(policyOf({ shouldRetry }), network, failedOn(0))).toBeUndefined();
    expect(pauseMs(policyOf({ shouldRetry }), network, failedOn(1))).toBe(500);
    expect(asked).toEqual([
      [network, 0],
      [network, 1],
    ]);
  });
});

describe("Retry-After", () => {
  it("is seconds or a date", () => {
    expect(parseRetryAfter("2", 0)).toBe(2000);
    expect(parseRetryAfter("0.5", 0)).toBe(500);
    expect(parseRetryAfter("Thu, 01 Jan 1970 00:00:10 GMT", 4000)).toBe(6000);
  });

  it("is never negative, and nothing when it cannot be read", () => {
    expect(parseRetryAfter("-3", 0)).toBe(0);
    expect(parseRetryAfter("Thu, 01 Jan 1970 00:00:10 GMT", 20_000)).toBe(0);
    expect(parseRetryAfter("soon", 0)).toBeUndefined();
    expect(parseRetryAfter("", 0)).toBeUndefined();
    expect(parseRetryAfter(null, 0)).toBeUndefined();
  });
});
