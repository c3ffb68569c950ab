import { expect, it } from "vitest";
import { sourceOf } from "./mismatch.ts";

it.each([
  ["Error: x\n    at mine (/home/me/app.ts:3:4)\n    at other (/home/me/other.ts:1:1)", "/home/me/app.ts:3:4"],
  ["Error: x\n    at node:internal/timers:1:2\n    at async file:///home/me/app.ts:3:4", "/home/me/app.ts:3:4"],
  ["Error: x\n    at f (/p/node_modules/@restatedev/restate-sdk/dist/a.js:1:2)\n    at g (/p/b.js:5:6)", "/p/b.js:5:6"],
  ["Error: x", undefined],
  [undefined, undefined],
])("the source of %j is %j", (stack, source) => {
  expect(sourceOf(stack)).toBe(source);
});

it("leaves out the frames of this package, but not those of its tests", () => {
  const own = new URL("./link.ts", import.meta.url).pathname;
  const test = new URL("./mismatch.test.ts", import.meta.url).pathname;
  expect(sourceOf(`Error: x\n    at f (${own}:1:2)\n    at g (${test}:3:4)`)).toBe(`${test}:3:4`);
});
