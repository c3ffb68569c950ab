import { expect, it } from "vitest";
import { holdOf, type Queue } from "./queues.ts";

const queue: Queue = {
  ...{ id: "vq_1", service_name: "Worker", scope: "acme", limit_key: "growth/alice", queue_is_paused: false },
  ...{ num_inbox: 2, num_running: 0, num_suspended: 0 },
};

const onLimit = (level: string): Queue => ({
  ...queue,
  status: "blocked",
  blocked_on_json: JSON.stringify({
    ...{ resource: "limit-key-concurrency", scope: "acme", limit_key: "growth/alice" },
    ...{ blocked_level: level, blocked_rule: "*" },
  }),
});

it("says what the head of a queue waits for", () => {
  expect(holdOf({ ...queue, queue_is_paused: true })).toEqual({ kind: "paused" });
  expect(holdOf({ ...queue, num_inbox: 0 })).toEqual({ kind: "none" });
  expect(holdOf({ ...queue, status: "ready" })).toEqual({ kind: "soon" });
  expect(holdOf({ ...queue, status: "scheduled", scheduled_at: "2026-01-01T00:00:00Z" })).toEqual({
    ...{ kind: "scheduled", at: "2026-01-01T00:00:00Z" },
  });
  const lock = JSON.stringify({ resource: "lock", scope: null, lock_name: "Cart/ada" });
  expect(holdOf({ ...queue, status: "blocked", blocked_on_json: lock })).toEqual({ kind: "lock", lock: "Cart/ada" });
});

it("names the level at which there is no room", () => {
  expect(holdOf(onLimit("scope"))).toEqual({ kind: "limit", level: "acme", rule: "*" });
  expect(holdOf(onLimit("level1"))).toEqual({ kind: "limit", level: "acme/growth", rule: "*" });
  expect(holdOf(onLimit("level2"))).toEqual({ kind: "limit", level: "acme/growth/alice", rule: "*" });
});
