import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Failed, Stand } from "../stand.ts";

const jsonType = { "content-type": "application/json" };

/** Awakeables: promises that somebody outside completes by their id. */
export function awakeables(stand: Stand): void {
  for (const path of ["awakeables", "a"]) {
    it(`the ingress resolves an awakeable at /restate/${path}`, async () => {
      const key = stand.name();
      const waiting = stand.value("Awakeables/wait", key);
      const id = await stand.told(key);
      expect(id).toMatch(/^sign_1/);
      const answer = await stand.ingress("POST", `/restate/${path}/${id}/resolve`, {
        raw: '{"woken":true}',
        headers: jsonType,
      });
      expect(answer.status).toBe(202);
      expect(await waiting).toEqual({ value: { woken: true } });
    });

    it(`the ingress rejects an awakeable at /restate/${path}`, async () => {
      const key = stand.name();
      const waiting = stand.value<Failed>("Awakeables/wait", key);
      const id = await stand.told(key);
      const answer = await stand.ingress("POST", `/restate/${path}/${id}/reject`, {
        raw: "no luck",
        headers: { "content-type": "text/plain" },
      });
      expect(answer.status).toBe(202);
      expect((await waiting).error).toMatchObject({ message: "no luck", code: 500 });
    });
  }

  it("another handler resolves an awakeable", async () => {
    const key = stand.name();
    const waiting = stand.value("Awakeables/wait", key);
    await stand.value("Awakeables/resolve", { id: await stand.told(key), payload: [1, 2] });
    expect(await waiting).toEqual({ value: [1, 2] });
  });

  it("another handler rejects an awakeable, with a reason or an error", async () => {
    const [one, other] = [stand.name(), stand.name()];
    const waiting = [one, other].map((key) => stand.value<Failed>("Awakeables/wait", key));
    await stand.value("Awakeables/reject", { id: await stand.told(one), reason: "no" });
    await stand.value("Awakeables/rejectWithError", { id: await stand.told(other), reason: "never" });
    expect((await waiting[0])?.error).toMatchObject({ message: "no", code: 500 });
    expect((await waiting[1])?.error).toMatchObject({ message: "never", code: 418 });
  });

  it("an awakeable takes the bytes that it was given", async () => {
    const key = stand.name();
    const waiting = stand.value("Awakeables/waitBytes", key);
    await stand.ingress("POST", `/restate/awakeables/${await stand.told(key)}/resolve`, { raw: "råw {" });
    expect(await waiting).toBe("råw {");
  });

  it("several awakeables of one invocation are told apart", async () => {
    const key = stand.name();
    const waiting = stand.value("Awakeables/several", key);
    const [ids] = (await stand.diary.linesOf(key, 1)) as [string[]];
    expect(new Set(ids).size).toBe(3);
    for (const [i, id] of [...ids.entries()].reverse()) await stand.value("Awakeables/resolve", { id, payload: i });
    expect(await waiting).toEqual([0, 1, 2]);
  });

  it("the first completion of an awakeable counts", async () => {
    const key = stand.name();
    const id = await stand.send("Awakeables/wait", key);
    const awakeable = await stand.told(key);
    for (const raw of ['"first"', '"second"']) {
      const answer = await stand.ingress("POST", `/restate/awakeables/${awakeable}/resolve`, {
        raw,
        headers: jsonType,
      });
      expect(answer.status).toBe(202);
    }
    expect(json(await stand.attach(id))).toEqual({ value: "first" });
  });

  it("waiting for an awakeable can end by a timeout", async () => {
    const { error } = await stand.value<Failed>("Awakeables/withTimeout", 10);
    expect(error).toMatchObject({ name: "TimeoutError", code: 408 });
  });
}
