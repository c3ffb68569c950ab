import { expect, it } from "vitest";
import { json, until } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

/** What happens when a handler fails: errors of user code, terminal errors, and the retry policy. */
export function retries(stand: Stand): void {
  it("a failing handler is retried and replays what it had done", async () => {
    const key = stand.name();
    expect(await stand.value("Steps/flakyHandler", key)).toBe("at last");
    expect(await stand.endpoint.diary(key)).toHaveLength(3);
    expect(await stand.endpoint.diary(`${key} once`)).toHaveLength(1);
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
    expect(await stand.endpoint.diary(key)).toHaveLength(3);
  });

  it("after the last attempt an invocation is paused when its policy says so, and resumes when told to", async () => {
    const key = stand.name();
    const id = await stand.send("Pausing/hopeless", key);
    await stand.endpoint.diaryOf(key, 3);
    // Another one goes through all its attempts meanwhile; a fourth attempt of ours would have come before.
    await stand.call("Killing/hopeless", stand.name());
    expect(await stand.endpoint.diary(key)).toHaveLength(3);
    expect((await stand.output(id)).status).toBe(470);

    await stand.value("Pausing/heal", key);
    await until("the invocation to be paused and resumed", async () => {
      const answer = await stand.admin("PATCH", `/invocations/${id}/resume`);
      return answer.status === 200 || answer.status === 202;
    });
    expect(json(await stand.attach(id))).toBe("healed");
    expect(await stand.endpoint.diary(key)).toHaveLength(4);
  });

  it("a paused invocation can be cancelled", async () => {
    const key = stand.name();
    const id = await stand.send("Pausing/hopeless", key);
    await stand.endpoint.diaryOf(key, 3);
    await stand.value("Pausing/heal", key);
    await stand.admin("PATCH", `/invocations/${id}/kill`);
    expect((await stand.attach(id)).status).toBe(409);
  });
}
