import { expect, it } from "vitest";
import { keep, prepareStatements } from "../storage/index.ts";
import { call, end, output, sleep, suspendOn } from "./sdk-messages.fixture.ts";
import { DEPLOYMENT, Transcript } from "./transcript.fixture.ts";

it("resumes a suspended invocation at once, on the deployment that is asked for", () => {
  const t = new Transcript();
  const other = { ...DEPLOYMENT, id: "dp_other" };
  t.registry.deployments.set(other.id, other);
  const id = t.send("Greeter/greet");
  t.says(id, sleep(1, t.clock.nowMs() + 60_000), suspendOn(1));
  expect(() => t.apply(() => t.engine.resume(id, "dp_none"))).toThrow("dp_none is not registered");
  expect([t.status(id), t.attemptsOf(id)]).toEqual(["suspended", 1]);
  t.apply(() => t.engine.resume(id, other.id));
  expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 2]);
  expect(t.engine.describe(id)?.deployment).toBe(other.id);
  // It waits for what it waited for before.
  t.says(id, suspendOn(1));
  expect(t.status(id)).toBe("suspended");
  t.apply(() => t.engine.resume(id));
  expect([t.status(id), t.attemptsOf(id)]).toEqual(["running", 3]);
});

it("kills callees of which one waits for the key of another, and their key is free afterwards", () => {
  const t = new Transcript();
  const root = t.send("Greeter/greet");
  t.says(
    root,
    call("Counter/k/add", { idCompletion: 1, result: 2 }),
    call("Counter/k/add", { idCompletion: 3, result: 4 }),
    call("Counter/k/add", { idCompletion: 5, result: 6 }),
  );
  t.apply(() => t.engine.kill(root));
  expect(t.engine.running()).toEqual([]);
  const next = t.send("Counter/k/add");
  expect(t.status(next)).toBe("running");
  t.says(next, output("r"), end);
  expect(prepareStatements(t.storage.db).keys.lockHolder.get("Counter", "", "k")).toBeUndefined();
});

it("kills a handler that has called itself without an end", () => {
  const t = new Transcript({ concurrentInvocations: 100_000 });
  const depth = 10_000;
  const root = t.send("Greeter/greet");
  const [type, body] = call("Greeter/greet", { idCompletion: 1, result: 2 });
  for (let level = 0; level < depth - 1; level++) {
    const { attempt } = t.attempts[level]?.start ?? { attempt: 0 };
    t.storage.turns.apply(() => t.engine.events.messages(attempt, [{ type, body, flags: 0 }]));
    t.storage.turns.end();
  }
  expect(t.attempts.length).toBe(depth);
  t.apply(() => t.engine.kill(root));
  t.turns();
  const unfinished = keep(t.storage.db.prepare<[], number>("SELECT count(*) FROM invocation WHERE status < 6").pluck());
  expect(unfinished.get()).toBe(0);
  expect(t.engine.running()).toEqual([]);
}, 60_000);
