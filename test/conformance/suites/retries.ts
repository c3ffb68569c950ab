import { expect, it } from "vitest";
import { json, until } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

/** What happens when a handler fails: errors of user code, terminal errors, and the retry policy. */
export function retries(stand: Stand): void {
  it("a failing handler is retried and replays what it had done", async () => {
    const key = stand.name();
    expect(await stand.value("Steps/flakyHandler", key)).toBe("at last");
    expect(await stand.diary.lines(key)).toHaveLength(3);
    expect(await stand.diary.lines(`${key} once`)).toHaveLength(1);
  });

  it("a terminal error reaches the caller with code, message and metadata", async () => {
    const entries = { pot: "tea" };
    const failure = { code: 418, message: "I am a teapot" };
    const answer = await stand.call("Steps/terminal", { ...failure, entries });
    expect(answer.status).toBe(418);
    expect(answer.headers["x-restate-error-source"]).toBe("invocation");
    expect(json(answer)).toEqual({ ...failure, ...stand.metadata(entries), source: "invocation" });
  });

  it("a terminal error of a step that nobody catches ends the invocation", async () => {
    const answer = await stand.call("Steps/uncaught");
    expect(answer.status).toBe(418);
    expect(json(answer)).toMatchObject({ message: "refused in a step" });
  });

  it("an error that the service declares terminal is not retried", async () => {
    const answer = await stand.call("Steps/translated");
    expect(answer.status).toBe(500);
    expect(json(answer)).toMatchObject({ message: "out of range" });
  });

  it("after the last attempt an invocation is killed when its policy says so", async () => {
    const key = stand.name();
    const answer = await stand.call("Killing/hopeless", key);
    expect(answer.status).toBe(500);
    expect(json<{ message: string }>(answer).message).toContain(`hopeless ${key}`);
    expect(await stand.diary.lines(key)).toHaveLength(3);
  });

  it("after the last attempt an invocation is paused when its policy says so, and resumes when told to", async () => {
    const key = stand.name();
    const id = await stand.send("Pausing/hopeless", key);
    await stand.diary.linesOf(key, 3);
    // Another one goes through all its attempts meanwhile; a fourth attempt of ours would have come before.
    await stand.call("Killing/hopeless", stand.name());
    expect(await stand.diary.lines(key)).toHaveLength(3);
    expect((await stand.output(id)).status).toBe(470);

    await stand.value("Pausing/heal", key);
    await resume(id, hasEnded(id));
    expect(json(await stand.attach(id))).toBe("healed");
    expect(await stand.diary.lines(key)).toHaveLength(4);
  });

  it("an invocation that is paused or about to be can be killed", async () => {
    const key = stand.name();
    const id = await stand.send("Pausing/hopeless", key);
    await stand.diary.linesOf(key, 3);
    expect((await stand.admin("PATCH", `/invocations/${id}/kill`)).status).toBe(200);
    expect((await stand.attach(id)).status).toBe(409);
  });

  /**
   * Resumes an invocation until it has gone on; once is not enough, because to resume one that is not paused yet is
   * no error.
   */
  async function resume(id: string, hasGoneOn: () => Promise<boolean>): Promise<void> {
    await until("the resumed invocation to go on", async () => {
      await stand.admin("PATCH", `/invocations/${id}/resume`);
      return hasGoneOn();
    });
  }
  const hasEnded = (id: string) => async () => (await stand.output(id)).status === 200;

  it("a handler that does something else than its journal says is retried, and goes on once it agrees again", async () => {
    const key = stand.name();
    expect(await stand.value("Fragile/swerve", key)).toBe("on course");
    expect(await stand.diary.lines(`${key} swerved`)).toHaveLength(2);
    expect(await stand.diary.lines(`${key} step`)).toHaveLength(1);
  });

  if (stand.speaksV7)
    it("a journal mismatch fails the invocation where the handler asks for that", async () => {
      const key = stand.name();
      const answer = await stand.call("Fragile/swerveAndFail", key);
      expect(answer.status).toBe(570);
      expect(await stand.diary.lines(`${key} swerved`)).toHaveLength(1);
    });

  if (stand.speaksV7)
    it("a journal mismatch pauses the invocation where the handler asks for that", async () => {
      const key = stand.name();
      const id = await stand.send("Fragile/swerveAndPause", key);
      await stand.diary.linesOf(`${key} swerved`, 1);
      expect((await stand.output(id)).status).toBe(470);
      await resume(id, async () => (await stand.diary.lines(`${key} swerved`)).length === 2);
      await resume(id, hasEnded(id));
      expect(json(await stand.attach(id))).toBe("on course");
    });

  if (stand.speaksV7)
    it("a handler may pause its invocation by an error", async () => {
      const key = stand.name();
      const id = await stand.send("Fragile/pause", key);
      await stand.diary.linesOf(key, 1);
      await resume(id, hasEnded(id));
      expect(json(await stand.attach(id))).toBe("later");
      expect(await stand.diary.lines(key)).toHaveLength(2);
    });
}
