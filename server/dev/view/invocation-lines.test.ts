import { describe, expect, it } from "vitest";
import type { InvocationChange, InvocationEvent } from "../../seams.ts";
import { InvocationLines } from "./invocation-lines.ts";
import { paint } from "./paint.ts";

const AT_MS = 1_700_000_000_000;

function event(id: string, afterMs: number, change: InvocationChange): InvocationEvent {
  const about = { service: "S", handler: "h", key: "k", scope: undefined, createdAtMs: AT_MS, atMs: AT_MS + afterMs };
  return { ...change, id, ...about };
}
const failure = (message: string, restateCode: "RT0007" | "RT0016" = "RT0007") => ({
  code: 500,
  message,
  stacktrace: "Error: x\n    at go (file:///app/src/a.ts:3:4)\n    at other (node:internal/x:1:1)",
  restateCode,
  commandIndex: 2,
  commandName: "step",
  commandType: 0x0411,
});
const running = { kind: "running", deployment: "dp", failedAttempts: 0 } as const;
const done = { kind: "completed", failure: undefined } as const;
const lines = () => new InvocationLines(paint(false), "/app");

describe("what happens to an invocation", () => {
  it("within a moment is one line", () => {
    const taken = lines();
    for (const change of [{ kind: "ready" } as const, running, { kind: "journal" } as const])
      taken.take(event("i", 0, change));
    taken.take(event("i", 12, done));
    expect(taken.drain()).toEqual(["✓ S/k/h i 12 ms"]);
    expect(taken.drain()).toEqual([]);
  });

  it("over time is a line for each turn that it takes, and none for going on", () => {
    const taken = lines();
    const told = (change: InvocationChange) => {
      taken.take(event("i", 0, change));
      return taken.drain();
    };
    expect(told(running)).toEqual(["▸ S/k/h i started"]);
    expect(taken.count("running")).toBe(1);
    expect(told({ kind: "suspended" })).toEqual(["◌ S/k/h i suspended"]);
    expect(taken.count("suspended")).toBe(1);
    expect(told({ kind: "ready" })).toEqual([]);
    expect(told({ kind: "completed", failure: { code: 418, message: "no\nmore" } })).toEqual([
      "✗ S/k/h i 418 no 0 ms",
      "    more",
    ]);
    expect(taken.count("running")).toBe(0);
  });

  it("shows a failure with the developer's own lines of its stack, once as long as it stays the same", () => {
    const taken = lines();
    const fails = (failedAttempts: number, message: string) => {
      const nextAttemptMs = AT_MS + 500;
      taken.take(event("i", 0, { kind: "backing-off", failure: failure(message), failedAttempts, nextAttemptMs }));
      return taken.drain();
    };
    expect(fails(1, "boom")).toEqual([
      "↻ S/k/h i attempt 1 failed, the next one in 0.5 s",
      "    [RT0007] boom",
      "      at go (src/a.ts:3:4)",
    ]);
    expect(fails(2, "boom")).toHaveLength(1);
    expect(fails(3, "bang")).toHaveLength(3);
  });

  it("is not told when it is purged after its end, but when it never began", () => {
    const taken = lines();
    taken.take(event("i", 0, { kind: "removed" }));
    expect(taken.drain()).toEqual([]);
    taken.take(event("j", 0, { kind: "scheduled", dueMs: AT_MS + 2000 }));
    expect(taken.drain()).toEqual(["◷ S/k/h j is due in 2.0 s"]);
    taken.take(event("j", 0, { kind: "removed" }));
    expect(taken.drain()).toEqual(["– S/k/h j ended before it began"]);
  });
});

it("of many invocations, those that failed are shown and the others counted", () => {
  const taken = lines();
  for (let each = 0; each < 100; each++) taken.take(event(`i${each}`, 1, done));
  taken.take(event("bad", 1, { kind: "completed", failure: { code: 500, message: "boom" } }));
  const told = taken.drain();
  expect(told).toHaveLength(21);
  expect(told[0]).toBe("✗ S/k/h bad 500 boom 1 ms");
  expect(told.at(-1)).toBe("… and more: 81 completed");
});

it("a journal that does not fit is shown with the command at which it stopped fitting", () => {
  const mismatch = { kind: "backing-off", failure: failure("expected a, got b", "RT0016") } as const;
  const told = lines().mismatch(event("i", 0, { ...mismatch, failedAttempts: 1, nextAttemptMs: AT_MS }));
  expect(told[0]).toBe("‖ S/k/h i paused: its journal does not fit the new code at command 2 (Run step)");
  expect(told[1]).toBe("    expected a, got b");
});
