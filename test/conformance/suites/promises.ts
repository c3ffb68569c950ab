import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Failed, Stand } from "../stand.ts";

/** Durable promises of a workflow. */
export function promises(stand: Stand): void {
  it("a workflow waits for a promise that a shared handler resolves", async () => {
    const key = stand.name();
    const id = await stand.send(`Flow/${key}/run`, "wait");
    expect(await stand.value(`Flow/${key}/resolve`, { name: "decision", value: "yes" })).toEqual({});
    expect(json(await stand.attach(id))).toEqual({ value: "yes" });
  });

  it("a workflow may get a promise and map it", async () => {
    const key = stand.name();
    const id = await stand.send(`Flow/${key}/run`, "waitGet");
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: "yes" });
    expect(json(await stand.attach(id))).toEqual({ value: "mapped yes" });
  });

  it("a rejected promise throws where it is awaited", async () => {
    const key = stand.name();
    const id = await stand.send(`Flow/${key}/run`, "wait");
    expect(await stand.value(`Flow/${key}/reject`, { name: "decision", reason: "no" })).toEqual({});
    expect(json<Failed>(await stand.attach(id)).error).toMatchObject({ message: "no", code: 500 });
  });

  it("a promise may be resolved before anybody waits for it", async () => {
    const key = stand.name();
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: "early" });
    expect(await stand.value(`Flow/${key}/run`, "wait")).toEqual({ value: "early" });
  });

  it("peek tells whether a promise is resolved, without waiting", async () => {
    const key = stand.name();
    expect(await stand.value(`Flow/${key}/peek`, "decision")).toEqual({ value: "nothing" });
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: "peeked" });
    expect(await stand.value(`Flow/${key}/peek`, "decision")).toEqual({ value: "peeked" });
    await stand.value(`Flow/${key}/reject`, { name: "other", reason: "rejected" });
    expect((await stand.value<Failed>(`Flow/${key}/peek`, "other")).error).toMatchObject({ message: "rejected" });
  });

  it("shared handlers wait for a promise that the run resolves", async () => {
    const key = stand.name();
    const waiting = [stand.value(`Flow/${key}/get`, "finished"), stand.value(`Flow/${key}/await`, "finished")];
    await stand.value(`Flow/${key}/run`, "finish");
    for (const each of waiting) expect(await each).toEqual({ value: "by run" });
  });

  it("a promise is completed once; whoever comes second gets an error", async () => {
    const key = stand.name();
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: "first" });
    for (const again of ["resolve", "reject"]) {
      const { error } = await stand.value<Failed>(`Flow/${key}/${again}`, { name: "decision", value: 2, reason: "x" });
      expect(error.code).toBe(409);
    }
    expect(await stand.value(`Flow/${key}/get`, "decision")).toEqual({ value: "first" });
  });

  it("promises belong to a key and a name", async () => {
    const [one, other] = [stand.name(), stand.name()];
    await stand.value(`Flow/${one}/resolve`, { name: "decision", value: 1 });
    expect(await stand.value(`Flow/${other}/peek`, "decision")).toEqual({ value: "nothing" });
    expect(await stand.value(`Flow/${one}/peek`, "other")).toEqual({ value: "nothing" });
  });
}
