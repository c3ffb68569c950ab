import { describe, expect, it } from "vitest";
import { patched } from "./patch.ts";

const change = { id: "inv_1", service: "Cart", handler: "add", key: "ada", createdAtMs: 0, atMs: 1000 };

describe("a row after a change", () => {
  it("is made of the change when there was none", () => {
    expect(patched(undefined, { ...change, status: "pending" })).toMatchObject({
      ...{ id: "inv_1", target: "Cart/ada/add", target_service_key: "ada", status: "pending" },
      created_at: "1970-01-01T00:00:00.000Z",
    });
  });

  it("shows the failure and the next attempt while it backs off, and no more of it after the end", () => {
    const failure = { code: 500, message: "boom" };
    const waiting = patched(undefined, {
      ...change,
      status: "backing-off",
      failure,
      failedAttempts: 2,
      nextAttemptMs: 5000,
    });
    expect(waiting).toMatchObject({
      ...{ last_failure: "[500] boom", retry_count: 2, next_retry_at: "1970-01-01T00:00:05.000Z" },
    });
    const ended = patched(waiting, { ...change, status: "completed" });
    expect(ended).toMatchObject({ completion_result: "success", completed_at: "1970-01-01T00:00:01.000Z" });
    expect([ended.last_failure, ended.next_retry_at, ended.retry_count]).toEqual([undefined, undefined, undefined]);
  });

  it("was modified by what is stored of it: an entry, a failure, its end; not by an attempt that begins", () => {
    const at = (more: object) => patched(undefined, { ...change, ...more }).modified_at;
    const failure = { code: 500, message: "boom" };
    const written = "1970-01-01T00:00:01.000Z";
    expect(at({ journal: true })).toBe(written);
    expect(at({ status: "completed" })).toBe(written);
    expect(at({ status: "paused", failure })).toBe(written);
    expect(at({ status: "running", journal: true })).toBe(written);
    expect([at({ status: "running" }), at({ status: "paused" })]).toEqual([undefined, undefined]);
  });
});
