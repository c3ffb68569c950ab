import { describe, expect, it } from "vitest";
import type { MutationResult } from "./keys.ts";
import { end, output, setState } from "./sdk-messages.fixture.ts";
import { Transcript } from "./transcript.fixture.ts";

const OF_EMPTY_STATE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const OF_ANOTHER_STATE = "l16B69MLUj81zlEwdtKCVvbaFHDccOkJnpZVc8SZ42s";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function change(t: Transcript, key: string, value: string, version?: string): MutationResult {
  return t.apply(() =>
    t.engine.mutateState("Counter", undefined, key, {
      entries: [[base64("n"), base64(value)]],
      ...(version === undefined ? {} : { version }),
    }),
  );
}

function state(t: Transcript, key: string): string[] {
  const { start } = t.attemptOf(t.send(`Counter/${key}/get`));
  return t.engine.reads.eagerState(start, 1 << 20).entries.map(({ value }) => value.toString());
}

describe("a change of state that names a version", () => {
  it("is dropped when that cannot be the state's", () => {
    const t = new Transcript();
    for (const version of ["wrong", "", OF_ANOTHER_STATE]) change(t, "empty", "2", version);
    expect(state(t, "empty")).toEqual([]);
    change(t, "full", "1");
    for (const version of ["wrong", "", OF_EMPTY_STATE]) change(t, "full", "2", version);
    expect(state(t, "full")).toEqual(["1"]);
  });

  it("is applied when it may be", () => {
    const t = new Transcript();
    change(t, "k", "1", OF_EMPTY_STATE);
    expect(state(t, "k")).toEqual(["1"]);
    change(t, "k", "2", OF_ANOTHER_STATE);
    expect(state(t, "k")).toEqual(["2"]);
  });

  it("is looked at when its turn comes, not when it was asked for", () => {
    const t = new Transcript();
    const holder = t.send("Counter/k/add");
    change(t, "k", "1", OF_EMPTY_STATE);
    change(t, "k", "2", OF_EMPTY_STATE);
    t.says(holder, output("r"), end);
    expect(state(t, "k")).toEqual(["1"]);
  });
});

describe("a version that the server has issued", () => {
  const instance = (t: Transcript) => t.engine.describeInstance("Counter", undefined, "k");

  it("applies a change to the state that it was issued for, and to no other", () => {
    const t = new Transcript();
    const empty = instance(t).version;
    expect(change(t, "k", "1", empty)).toEqual({ outcome: "applied" });
    const first = instance(t).version;
    for (const version of [empty, `${first.slice(0, -1)}_`]) {
      expect(change(t, "k", "lost", version)).toEqual({ outcome: "dropped" });
    }
    expect(change(t, "k", "2", first)).toEqual({ outcome: "applied" });
    expect(change(t, "k", "lost", first)).toEqual({ outcome: "dropped" });
    expect(state(t, "k")).toEqual(["2"]);
    expect(change(t, "k", "1")).toEqual({ outcome: "applied" });
    expect(instance(t).version).toBe(first);
  });

  it("differs between states whose names and values are the same bytes in a row", () => {
    const t = new Transcript();
    const versions = [
      ["a", "bc"],
      ["ab", "c"],
      ["abc", ""],
      ["", "abc"],
    ].map(([name = "", value = ""]) => {
      t.apply(() => t.engine.mutateState("Counter", undefined, "k", { entries: [[base64(name), base64(value)]] }));
      return instance(t).version;
    });
    expect(new Set(versions).size).toBe(4);
  });

  it("is checked when the change's turn comes: what the holder has written meanwhile is not lost", () => {
    const t = new Transcript();
    change(t, "k", "1");
    const { version } = instance(t);
    const holder = t.send("Counter/k/add");
    const next = t.send("Counter/k/add");
    expect(change(t, "k", "mine", version)).toEqual({ outcome: "queued", position: 2 });
    expect(instance(t)).toMatchObject({
      ...{ version, holder, waiting: 1 },
      queue: [
        { position: 1, id: next },
        { position: 2, mutation: { version, entries: [[base64("n"), base64("mine")]] } },
      ],
    });
    t.says(holder, setState("n", "theirs"), output("r"), end);
    t.says(next, output("r"), end);
    expect(instance(t)).toMatchObject({ holder: undefined, queue: [], waiting: 0 });
    expect(state(t, "k")).toEqual(["theirs"]);
  });
});
