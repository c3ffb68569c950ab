import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Failed, Stand } from "../stand.ts";

/** Named signals from one invocation to another. */
export function signals(stand: Stand): void {
  it("an invocation waits for a signal that another one resolves", async () => {
    const key = stand.name();
    const waiting = stand.value("Signals/wait", { key, name: "go" });
    await stand.value("Signals/resolve", { id: await stand.told(key), name: "go", value: { at: "once" } });
    expect(await waiting).toEqual({ value: { at: "once" } });
  });

  it("a rejected signal throws where it is awaited", async () => {
    const [one, other] = [stand.name(), stand.name()];
    const waiting = [one, other].map((key) => stand.value<Failed>("Signals/wait", { key, name: "go" }));
    await stand.value("Signals/reject", { id: await stand.told(one), name: "go", reason: "no" });
    await stand.value("Signals/rejectWithError", { id: await stand.told(other), name: "go", reason: "never" });
    expect((await waiting[0])?.error).toMatchObject({ message: "no", code: 500 });
    expect((await waiting[1])?.error).toMatchObject({ message: "never", code: 418 });
  });

  it("signals are told apart by their names", async () => {
    const key = stand.name();
    const waiting = stand.value("Signals/waitBoth", { key, names: ["one", "two"] });
    const id = await stand.told(key);
    await stand.value("Signals/resolve", { id, name: "two", value: 2 });
    await stand.value("Signals/resolve", { id, name: "one", value: 1 });
    expect(await waiting).toEqual([1, 2]);
  });

  it("signals of the same name are received in the order in which they were sent", async () => {
    const key = stand.name();
    const waiting = stand.value("Signals/waitTwice", { key, name: "go" });
    const id = await stand.told(key);
    await stand.value("Signals/resolve", { id, name: "go", value: "first" });
    await stand.value("Signals/resolve", { id, name: "go", value: "second" });
    expect(await waiting).toEqual(["first", "second"]);
  });

  it("a signal that comes before anybody waits for it is kept", async () => {
    const [key, gate] = [stand.name(), stand.name("gate")];
    const id = await stand.send("Signals/late", { key, gate, name: "early" });
    await stand.told(key);
    await stand.value("Signals/resolve", { id, name: "early", value: "kept" });
    await stand.diary.open(gate);
    expect(json(await stand.attach(id))).toEqual({ value: "kept" });
  });
}
