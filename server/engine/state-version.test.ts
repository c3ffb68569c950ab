import { describe, expect, it } from "vitest";
import { end, output } from "./said.ts";
import { Transcript } from "./transcript.ts";

const OF_EMPTY_STATE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const OF_ANOTHER_STATE = "l16B69MLUj81zlEwdtKCVvbaFHDccOkJnpZVc8SZ42s";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function change(t: Transcript, key: string, value: string, version?: string): void {
  t.apply(() =>
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
