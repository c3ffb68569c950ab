import { afterEach, expect, it, vi } from "vitest";
import { Attempts } from "../attempts.ts";
import { end, output } from "../sdk-messages.fixture.ts";
import { Transcript } from "../transcript.fixture.ts";

afterEach(() => void vi.restoreAllMocks());

it("counts right what waits when letting one in has failed while another one was killed", () => {
  const t = new Transcript();
  t.apply(() =>
    t.limitRules.upsert([
      { pattern: "a", concurrency: 1, description: undefined, isDisabled: false, precondition: { kind: "none" } },
    ]),
  );
  const request = t.request("Greeter/greet");
  const send = () => t.send("Greeter/greet", "1", { target: { ...request.target, scope: "a" } });
  const [first, second, third] = [send(), send(), send()];
  const { attempt } = t.attemptOf(first).start;
  vi.spyOn(Attempts.prototype, "ready").mockImplementationOnce(() => {
    throw new Error("for once");
  });
  t.apply(() => {
    t.engine.events.messages(
      attempt,
      [output("r"), end].map(([type, body, flags = 0]) => ({ type, body, flags })),
    );
    t.engine.kill(third);
  });
  expect([t.status(first), t.status(second), t.status(third)]).toEqual(["completed", "running", undefined]);
  const fourth = send();
  expect([t.status(second), t.status(fourth)]).toEqual(["running", "inboxed"]);
  t.says(second, output("r"), end);
  expect(t.status(fourth)).toBe("running");
});
