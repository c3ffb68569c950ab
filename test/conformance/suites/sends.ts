import { expect, it } from "vitest";
import { until } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

/** Sends: messages to other handlers that do not wait for the result. */
export function sends(stand: Stand): void {
  /** The real server's partitions are apart: a sender may know the id before the receiver has taken it up. */
  async function accepted(id: string): Promise<string> {
    await until("the send to be accepted", async () => (await stand.output(id)).status !== 404);
    return id;
  }

  it("a sent invocation runs once and has the id that the sender was told", async () => {
    const key = stand.name();
    const id = await stand.value<string>("Calls/send", key);
    expect((await stand.attach(await accepted(id))).status).toBe(200);
    expect(await stand.diary.lines(key)).toEqual([id]);
  });

  it("messages of one sender to one key arrive in order", async () => {
    const key = stand.name();
    await stand.value("Calls/sendInOrder", { key, count: 10 });
    await stand.untilDiary(
      `keyed ${key}`,
      Array.from({ length: 10 }, (_, i) => i),
    );
  });

  it("a generic send reaches an object", async () => {
    const key = stand.name();
    const id = await stand.value<string>("Calls/genericSend", { key, value: "hello" });
    expect((await stand.attach(await accepted(id))).status).toBe(200);
    expect(await stand.diary.lines(`keyed ${key}`)).toEqual(["hello"]);
  });

  it("a handler sends through descriptors of an interface", async () => {
    const noteKey = stand.name();
    expect(await stand.value("Calls/sendDescriptors", { key: stand.name(), noteKey })).toBe("inv_");
    await stand.untilDiary(noteKey, ["described"]);
  });

  it("a handler starts a workflow without waiting for it", async () => {
    const key = stand.name();
    const id = await stand.value<string>("Calls/sendWorkflow", { key, value: "sent" });
    const answer = await stand.attach(await accepted(id));
    expect(JSON.parse(answer.text)).toEqual({ key, input: "sent" });
  });

  it("a delayed send runs after its delay", async () => {
    const key = stand.name();
    const startedAt = Date.now();
    const id = await stand.value<string>("Calls/delayed", { key, delay: { milliseconds: 150 } });
    expect((await stand.attach(await accepted(id))).status).toBe(200);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(150);
    expect(await stand.diary.lines(key)).toEqual([id]);
  });

  it("a delayed send waits: it can be cancelled before it starts", async () => {
    const key = stand.name();
    const id = await stand.value<string>("Calls/delayed", { key, delay: { hours: 1 } });
    expect((await stand.output(await accepted(id))).status).toBe(470);
    expect((await stand.admin("PATCH", `/invocations/${id}/cancel`)).status).toBe(200);
    expect((await stand.output(id)).status).toBe(404);
    expect(await stand.diary.lines(key)).toEqual([]);
  });
}
