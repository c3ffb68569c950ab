import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Failed, Stand } from "../stand.ts";

/** Cancel and kill, of one invocation and of a tree of calls. */
export function cancellation(stand: Stand): void {
  const cancel = (id: string) => stand.admin("PATCH", `/invocations/${id}/cancel`);
  const kill = (id: string) => stand.admin("PATCH", `/invocations/${id}/kill`);

  it("cancelling goes down the whole call tree: each level gets the error where it waits, and compensates", async () => {
    const key = stand.name();
    const root = await stand.send("Tree/root", key);
    await stand.diary.linesOf(`${key} ids`, 4);
    expect((await cancel(root)).status).toBe(202);
    const answer = await stand.attach(root);
    expect(answer.status).toBe(409);
    expect(json(answer)).toMatchObject({ message: "Cancelled" });
    // A level does not wait for the levels below: the SDK cancels its calls and throws at once.
    const lines = [
      "leaf: Cancelled",
      "parent: Cancelled",
      "root: Cancelled",
      "sleeper compensated",
      "sleeper: Cancelled",
    ];
    const diary = await stand.diary.linesOf(key, lines.length);
    expect(diary.sort()).toEqual(lines);
    // The object's lock is free again.
    expect(await stand.value(`Leaf/${key}/free`)).toBe("free");
  });

  it("killing takes every called invocation along, without running user code, and frees their keys", async () => {
    const key = stand.name();
    const root = await stand.send("Tree/root", key);
    const ids = (await stand.diary.linesOf(`${key} ids`, 4)) as string[];
    expect((await kill(root)).status).toBe(200);
    for (const id of ids) {
      const answer = await stand.attach(id);
      expect(answer.status).toBe(409);
      expect(json(answer)).toMatchObject({ message: "killed" });
    }
    expect(await stand.value(`Leaf/${key}/free`)).toBe("free");
    expect(await stand.diary.lines(key)).toEqual([]);
  });

  it("killing a called invocation fails its caller", async () => {
    const key = stand.name();
    const root = await stand.send("Tree/parent", key);
    const [, sleeper] = (await stand.diary.linesOf(`${key} ids`, 2)) as [string, string];
    expect((await kill(sleeper)).status).toBe(200);
    const answer = await stand.attach(root);
    expect(answer.status).toBe(409);
    expect(await stand.diary.lines(key)).toEqual(["parent: killed"]);
  });

  it("what a handler sent outlives its cancellation", async () => {
    const key = stand.name();
    const sender = await stand.send("Tree/detaching", key);
    await stand.diary.linesOf(`${key} ids`, 2);
    await cancel(sender);
    expect((await stand.attach(sender)).status).toBe(409);
    await stand.diary.open(key);
    await stand.untilDiary(key, ["sent one finished"]);
  });

  // The real server kills them too: a documented difference.
  if (stand.kind === "ours")
    it("what a handler sent outlives the killing of the handler", async () => {
      const key = stand.name();
      const sender = await stand.send("Tree/detaching", key);
      await stand.diary.linesOf(`${key} ids`, 2);
      expect((await kill(sender)).status).toBe(200);
      expect((await stand.attach(sender)).status).toBe(409);
      await stand.diary.open(key);
      await stand.untilDiary(key, ["sent one finished"]);
    });

  it("a handler may catch its cancellation and end well", async () => {
    const key = stand.name();
    const id = await stand.send("Tree/swallow", key);
    await stand.told(`${key} ids`);
    await cancel(id);
    const answer = json<{ first: Failed; second: unknown }>(await stand.attach(id));
    expect(answer.first.error).toMatchObject({ name: "CancelledError", code: 409, message: "Cancelled" });
    expect(answer.second).toEqual({ value: "slept again" });
  });

  for (const how of ["cancelChild", "cancelChildReference"]) {
    it(`a handler cancels an invocation that it called (${how})`, async () => {
      const key = stand.name();
      const { error } = await stand.value<Failed>(`Tree/${how}`, key);
      // The server says "canceled" when the callee had not started yet.
      expect(error).toMatchObject({ code: 409, message: expect.stringMatching(/^(Cancelled|canceled)$/) });
    });
  }

  it("a handler cancels an invocation that it only knows the id of", async () => {
    const key = stand.name();
    const id = await stand.send("Tree/sleeper", key);
    await stand.told(`${key} ids`);
    await stand.value("Tree/cancelOther", id);
    expect((await stand.attach(id)).status).toBe(409);
    expect(await stand.diary.lines(key)).toEqual(["sleeper: Cancelled", "sleeper compensated"]);
  });

  it("a waiting invocation of a locked key is cancelled at once and never runs", async () => {
    const [key, gate] = [stand.name(), stand.name("gate")];
    const holding = await stand.send(`Locks/${key}/hold`, gate);
    await stand.diary.linesOf(`locks ${key}`, 1);
    const waiting = await stand.send(`Locks/${key}/exclusive`, "never");
    const answer = await cancel(waiting);
    expect(answer.status).toBe(200);
    await stand.diary.open(gate);
    await stand.attach(holding);
    await stand.value(`Locks/${key}/exclusive`, "after");
    expect(await stand.diary.lines(`locks ${key}`)).toEqual([`hold ${gate}`, "enter after", "leave after"]);
  });

  it("an invocation that has ended can be neither cancelled nor killed, but purged once", async () => {
    const id = await stand.send("Echo/echo", "x");
    await stand.attach(id);
    expect((await cancel(id)).status).toBe(409);
    expect((await kill(id)).status).toBe(409);
    expect((await stand.admin("PATCH", `/invocations/${id}/purge`)).status).toBe(200);
    expect((await stand.output(id)).status).toBe(404);
    expect((await stand.admin("PATCH", `/invocations/${id}/purge`)).status).toBe(404);
  });

  it("a caller sees that its callee was killed by its retry policy", async () => {
    const key = stand.name();
    const { error } = await stand.value<Failed>("Tree/callHopeless", key);
    expect(error.message).toContain(`hopeless ${key}`);
  });

  it("with explicit cancellation the handler is told and cancels its calls itself", async () => {
    const key = stand.name();
    const id = await stand.send("Explicit/decide", key);
    await stand.diary.linesOf(`${key} child ids`, 1);
    await stand.told(`${key} ids`);
    await cancel(id);
    const decided = json<{ first: string; stopped: number; ended: Failed }>(await stand.attach(id));
    expect(decided.first).toBe("told to cancel");
    expect(decided.stopped).toBe(1);
    expect(decided.ended.error).toMatchObject({ code: 409, message: "Cancelled" });
  });
}
