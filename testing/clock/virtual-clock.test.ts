import { expect, it } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

it("stands still, and fires what is due in order and each at its own time when it is moved", () => {
  const clock = new VirtualClock(1000);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.nowMs()]);
  clock.wakeAt(1300, note("third"));
  clock.wakeAt(1100, note("first"));
  clock.wakeAt(1100, note("second"));
  const cancel = clock.wakeAt(1200, note("cancelled"));
  cancel();
  expect([clock.nowMs(), clock.nextMs]).toEqual([1000, 1100]);
  clock.moveTo(1250);
  expect(fired).toEqual([
    ["first", 1100],
    ["second", 1100],
  ]);
  expect([clock.nowMs(), clock.nextMs]).toEqual([1250, 1300]);
  clock.moveTo(2000);
  expect(fired.at(-1)).toEqual(["third", 1300]);
  clock.moveTo(1500);
  expect([clock.nowMs(), clock.nextMs]).toEqual([2000, undefined]);
});

it("fires what somebody sets on the way, at its own time", () => {
  const clock = new VirtualClock(0);
  const fired: number[] = [];
  clock.wakeAt(10, () => clock.wakeAt(15, () => void fired.push(clock.nowMs())));
  clock.moveTo(20);
  expect(fired).toEqual([15]);
});

it("fires what is due already by itself, soon and not at once", async () => {
  const clock = new VirtualClock(100);
  let hasFired = false;
  clock.wakeAt(100, () => {
    hasFired = true;
  });
  clock.wakeAt(50, () => expect.unreachable())();
  expect(hasFired).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasFired).toBe(true);
});
