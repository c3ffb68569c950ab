import { expect, it } from "vitest";
import type { Stand } from "../stand.ts";

/** The lock of a key: exclusive handlers one after the other, shared ones beside them. */
export function keys(stand: Stand): void {
  it("exclusive handlers of a key never overlap, not even while one is suspended", async () => {
    const key = stand.name();
    const names = ["one", "two", "three", "four"];
    await Promise.all(names.map((name) => stand.value(`Locks/${key}/exclusive`, name)));
    const lines = (await stand.diary.lines(`locks ${key}`)) as string[];
    expect(lines).toHaveLength(8);
    for (let i = 0; i < lines.length; i += 2) {
      expect(lines[i]).toMatch(/^enter /);
      expect(lines[i + 1]).toBe(lines[i]?.replace("enter", "leave"));
    }
  });

  it("waiting invocations of a key start in the order in which they were accepted", async () => {
    const key = stand.name();
    const gate = stand.name("gate");
    const first = await stand.send(`Locks/${key}/hold`, gate);
    await stand.diary.linesOf(`locks ${key}`, 1);
    const ids: string[] = [];
    for (const name of ["a", "b", "c"]) ids.push(await stand.send(`Locks/${key}/exclusive`, name));
    expect(await stand.diary.lines(`locks ${key}`)).toEqual([`hold ${gate}`]);
    await stand.diary.open(gate);
    for (const id of [first, ...ids]) expect((await stand.attach(id)).status).toBe(200);
    expect(await stand.diary.lines(`locks ${key}`)).toEqual([
      `hold ${gate}`,
      ...["a", "b", "c"].flatMap((name) => [`enter ${name}`, `leave ${name}`]),
    ]);
  });

  it("a suspended exclusive handler keeps the lock until it ends", async () => {
    const key = stand.name();
    const holding = stand.value(`Locks/${key}/holdAwakeable`);
    const awakeable = await stand.told(`locks ${key}`);
    const waiting = await stand.send(`Locks/${key}/exclusive`, "next");
    // The other key goes all the way meanwhile.
    await stand.value(`Locks/${stand.name()}/exclusive`, "other");
    expect((await stand.output(waiting)).status).toBe(470);
    await stand.ingress("POST", `/restate/awakeables/${awakeable}/resolve`, {
      raw: '"woken"',
      headers: { "content-type": "application/json" },
    });
    expect(await holding).toBe("woken");
    expect((await stand.attach(waiting)).status).toBe(200);
  });

  it("shared handlers of a key run beside each other and beside an exclusive one", async () => {
    const key = stand.name();
    const gate = stand.name("gate");
    const holding = stand.value(`Locks/${key}/hold`, gate);
    await stand.diary.linesOf(`locks ${key}`, 1);
    const together = await Promise.all([1, 2, 3].map(() => stand.value(`Locks/${key}/together`, 3)));
    expect(together).toEqual(["met", "met", "met"]);
    await stand.diary.open(gate);
    expect(await holding).toBe("held");
  });

  it("a killed exclusive handler lets go of its key", async () => {
    const key = stand.name();
    const id = await stand.send(`Locks/${key}/holdAwakeable`);
    await stand.told(`locks ${key}`);
    const waiting = stand.call(`Locks/${key}/exclusive`, "next");
    expect((await stand.admin("PATCH", `/invocations/${id}/kill`)).status).toBe(200);
    expect((await waiting).status).toBe(200);
  });
}
