import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Failed, Stand } from "../stand.ts";

/** Calls from handler to handler that wait for the result. */
export function calls(stand: Stand): void {
  it("a handler calls a service", async () => {
    expect(await stand.value("Calls/service", { any: ["value"] })).toEqual({ any: ["value"] });
  });

  it("a handler calls a virtual object by its key", async () => {
    const key = stand.name();
    expect(await stand.value("Calls/object", { key, value: 1 })).toEqual({ key, value: 1 });
  });

  it("a handler calls a workflow by its key", async () => {
    const key = stand.name();
    expect(await stand.value("Calls/workflow", { key, value: 1 })).toEqual({ key, input: 1 });
  });

  it("a second call of the same workflow run fails, the first one's result stands", async () => {
    const key = stand.name();
    const [first, second] = await stand.value<[{ value: unknown }, Failed]>("Calls/workflowTwice", key);
    expect(first).toEqual({ value: { key, input: "first" } });
    expect(second.error.code).toBe(409);
  });

  it("a handler calls through descriptors of an interface", async () => {
    const key = stand.name();
    expect(await stand.value("Calls/descriptors", { n: 21, key })).toEqual([42, `${key}:21`]);
  });

  it("a generic call names its target and carries bytes", async () => {
    const key = stand.name();
    expect(await stand.value("Calls/generic", { key, text: "as it is" })).toEqual([
      "as it is",
      { key, value: "as it is" },
    ]);
  });

  it("headers of a call reach the callee", async () => {
    expect(await stand.value("Calls/headers")).toMatchObject({ "x-mine": "here" });
  });

  it("a terminal error of the callee reaches the caller with its code, message and metadata", async () => {
    const { error } = await stand.value<Failed>("Calls/failing", "broken");
    const metadata = stand.metadata({ from: "Echo" });
    expect(error).toEqual({ name: "TerminalError", code: 422, message: "broken", ...metadata });
  });

  it("a terminal error of the callee that nobody catches ends the caller", async () => {
    const answer = await stand.call("Calls/failingUncaught", "broken");
    expect(answer.status).toBe(422);
    expect(json(answer)).toMatchObject({ message: "broken" });
  });

  it("calls nest", async () => {
    expect(await stand.value("Calls/nested", 4)).toBe("bottom!!!!");
  });

  it("a handler makes many calls at once", async () => {
    expect(await stand.value("Calls/many", 30)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it("calls with the same idempotency key are one invocation", async () => {
    const { ids, values } = await stand.value<{ ids: string[]; values: string[] }>("Calls/idempotent", {
      idempotencyKey: stand.name("idem"),
      value: "first",
    });
    expect(ids[0]).toBe(ids[1]);
    expect(values).toEqual(["first", "first"]);
  });

  it("a call and a request of the ingress with the same idempotency key are one invocation", async () => {
    const idempotencyKey = stand.name("idem");
    const { ids } = await stand.value<{ ids: string[] }>("Calls/idempotent", {
      idempotencyKey,
      value: "from a handler",
    });
    const answer = await stand.call("Echo/echo", "from outside", { headers: { "idempotency-key": idempotencyKey } });
    expect(json(answer)).toBe("from a handler");
    expect(answer.headers["x-restate-id"]).toBe(ids[0]);
  });

  it("the caller knows the id of the invocation that it made", async () => {
    const { id, value } = await stand.value<{ id: string; value: string }>("Calls/invocationId");
    expect(id).toMatch(/^inv_1[0-9A-Za-z]{33}$/);
    expect(value).toBe("x");
  });

  it("a handler attaches to an invocation of somebody else", async () => {
    const gate = stand.name("gate");
    const id = await stand.send("Echo/afterGate", gate);
    const attached = [stand.value("Calls/attach", id), stand.value("Calls/attachReference", id)];
    await stand.diary.open(gate);
    for (const each of attached) expect(await each).toEqual({ value: `after ${gate}` });
    expect(await stand.value("Calls/attach", id)).toEqual({ value: `after ${gate}` });
  });

  it("a handler attaches to an invocation that it sent", async () => {
    expect(await stand.value("Calls/attachToSent", "sent")).toBe("sent");
  });

  it("a handler that attaches to a failed invocation gets its error", async () => {
    const id = await stand.send("Echo/fail", "broken");
    const { error } = await stand.value<Failed>("Calls/attach", id);
    expect(error).toMatchObject({ code: 422, message: "broken" });
  });

  it("the result of a call can be mapped, its failure too", async () => {
    expect(await stand.value("Calls/mapped", "x")).toBe("mapped x");
    expect(await stand.value("Calls/mappedFailure", "broken")).toBe("failed with broken");
  });

  if (stand.speaksV7)
    it("a call may carry a scope and a limit key, which the callee sees", async () => {
      const [scope, key] = [stand.name("scope"), stand.name()];
      expect(await stand.value("Calls/scoped", { scope, key })).toEqual([
        { scope, limitKey: null },
        { scope, limitKey: "a/b" },
        { key, input: "scoped" },
        { scope, limitKey: "a/b" },
        { scope: null, limitKey: null },
      ]);
    });

  if (stand.speaksV7)
    it("an object has a state of its own in each scope", async () => {
      const scopes = [stand.name("scope"), stand.name("scope")];
      expect(await stand.value("Calls/scopedObjects", { scopes, key: stand.name() })).toEqual([1, 2, 3]);
    });
}
