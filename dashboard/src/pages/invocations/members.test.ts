import { describe, expect, it } from "vitest";
import { type Member, Members } from "./members.ts";

const member = (n: number, createdAtMs = n): Member => ({ id: `inv_${n}`, createdAtMs });
const shown = (members: Members, held = 0): string[] => {
  const view = members.view(held);
  return Array.from({ length: view.length }, (_, index) => view.at(index) as string);
};

/** A generator of its own, so that a failure can be had again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

describe.each([false, true])("members of a list (the oldest first: %s)", (isOldestFirst) => {
  it("are what sorting all of them would give, whatever comes and goes in which order", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const roll = dice(seed);
      const members = new Members(1_000_000, isOldestFirst);
      let model: Member[] = [];
      let next = 0;
      for (let turn = 0; turn < 200; turn++) {
        if (roll(4) > 0) {
          // Mostly the newest; all times differ, so that there is one order.
          const added = member(next, roll(5) === 0 ? roll(next + 1) + (next + 1) / 1e6 : next);
          next++;
          members.add(added);
          model.push(added);
        } else {
          const gone = new Set(model.filter(() => roll(10) === 0).map(({ id }) => id));
          members.remove(gone);
          model = model.filter(({ id }) => !gone.has(id));
        }
      }
      model.sort((a, b) => (isOldestFirst ? 1 : -1) * (a.createdAtMs - b.createdAtMs));
      expect(shown(members)).toEqual(model.map(({ id }) => id));
      expect(members.size).toBe(model.length);
      for (const { id } of model) expect(members.has(id)).toBe(true);
      const ms = model[roll(model.length)]?.createdAtMs ?? 0;
      expect(members.countAfter(ms)).toBe(model.filter(({ createdAtMs }) => createdAtMs > ms).length);
    }
  });

  it("are no more than the limit, and those that are cut off are no members", () => {
    const members = new Members(100, isOldestFirst);
    for (let n = 0; n < 1000; n++) members.add(member(n));
    const expected = Array.from({ length: 100 }, (_, n) => `inv_${isOldestFirst ? n : 999 - n}`);
    expect(shown(members)).toEqual(expected);
    expect(members.size).toBeLessThanOrEqual(101);
    expect(members.has(isOldestFirst ? "inv_500" : "inv_0")).toBe(false);
  });

  it("begin anew with others, in the order of the list", () => {
    const members = new Members(100, isOldestFirst);
    members.add(member(7));
    members.replace(isOldestFirst ? [member(1), member(2)] : [member(2), member(1)]);
    members.add(member(3));
    expect(shown(members)).toEqual(isOldestFirst ? ["inv_1", "inv_2", "inv_3"] : ["inv_3", "inv_2", "inv_1"]);
    expect(members.has("inv_7")).toBe(false);
    expect(members.newestMs).toBe(3);
  });
});

it("the newest are left out of a view that holds them back, and of nothing else", () => {
  const members = new Members(3, false);
  for (let n = 0; n < 5; n++) members.add(member(n));
  expect(shown(members, 1)).toEqual(["inv_3", "inv_2"]);
  expect(shown(members)).toEqual(["inv_4", "inv_3", "inv_2"]);
  expect(members.view().at(3)).toBeUndefined();
  expect(members.view().at(-1)).toBeUndefined();
});
