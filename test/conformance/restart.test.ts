import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpAnswer, json } from "../support/index.ts";
import { pairsUnderTest } from "./conformance.ts";
import { Stand } from "./stand.ts";

const places = (["bidi", "in-process"] as const).flatMap((mode) =>
  pairsUnderTest(mode).map(([kind, sdk]) => [kind, sdk, mode] as const),
);

/** One server, many unfinished invocations, `kill -9`, and what becomes of them after the start. */
describe.each(places)("server %s, SDK %s, %s, killed and started again", (kind, sdk, mode) => {
  const stand = new Stand(kind, sdk, mode);
  const jsonType = { "content-type": "application/json" };
  let sleeping: string;
  let delayed: string;
  let waiting: string;
  let awakeable: string;
  let caller: string;
  let flow: string;
  let atGate: string;
  let holder: string;
  let inboxed: string[];
  let finished: HttpAnswer;

  beforeAll(async () => {
    await stand.setUp();
    finished = await stand.call("Echo/echo", "kept", { headers: { "idempotency-key": "kept" } });
    await stand.value("Store/s/set", { kept: true, cleared: true });
    await stand.value("Store/s/clear", "cleared");
    sleeping = await stand.send("Steps/sleep", 1500);
    delayed = await stand.send("Echo/noted", "delayed", { delay: "1500ms" });
    waiting = await stand.send("Awakeables/wait", "waiting");
    awakeable = await stand.told("waiting");
    flow = await stand.send("Flow/f/run", "wait");
    atGate = await stand.send("Fragile/afterGate", { key: "at gate", gate: "open" });
    await stand.diary.linesOf("at gate", 2);
    caller = await stand.send("Tree/root", "tree");
    await stand.diary.linesOf("tree ids", 4);
    holder = await stand.send("Locks/k/holdAwakeable");
    await stand.told("locks k");
    inboxed = [];
    for (const name of ["a", "b", "c"]) inboxed.push(await stand.send("Locks/k/exclusive", name));
    await stand.server.kill();
    await stand.server.start();
  });
  afterAll(() => stand.tearDown());

  it("a result is still there, for its idempotency key too", async () => {
    const id = String(finished.headers["x-restate-id"]);
    expect(json(await stand.output(id))).toBe("kept");
    const again = await stand.call("Echo/echo", "new", { headers: { "idempotency-key": "kept" } });
    expect(json(again)).toBe("kept");
    expect(again.headers["x-restate-id"]).toBe(id);
  });

  it("state is still there", async () => {
    expect(await stand.value("Store/s/keys")).toEqual(["kept"]);
  });

  it("deployments are still registered, new calls work", async () => {
    expect(await stand.value("Echo/echo", "new")).toBe("new");
  });

  it("a sleep goes on, a delayed send still comes", async () => {
    expect((await stand.attach(sleeping)).status).toBe(200);
    expect((await stand.attach(delayed)).status).toBe(200);
    expect(await stand.diary.lines("delayed")).toHaveLength(1);
  });

  it("an awakeable from before still wakes its invocation", async () => {
    const answer = await stand.ingress("POST", `/restate/awakeables/${awakeable}/resolve`, {
      raw: '"woken"',
      headers: jsonType,
    });
    expect(answer.status).toBe(202);
    expect(json(await stand.attach(waiting))).toEqual({ value: "woken" });
    expect(await stand.diary.lines("waiting")).toHaveLength(1);
  });

  it("a workflow still waits for its promise and is still the only run of its key", async () => {
    expect((await stand.call("Flow/f/run", "again")).status).toBe(409);
    await stand.value("Flow/f/resolve", { name: "decision", value: "yes" });
    expect(json(await stand.attach(flow))).toEqual({ value: "yes" });
  });

  it("an interrupted attempt is made again, without the steps that it had done", async () => {
    await stand.diary.open("open");
    expect(json(await stand.attach(atGate))).toBe("through the gate");
    const lines = await stand.diary.lines("at gate");
    expect(lines.filter((line) => line === "before")).toHaveLength(1);
  });

  it("callers still wait for what they called: a cancellation goes through the tree", async () => {
    expect((await stand.admin("PATCH", `/invocations/${caller}/cancel`)).status).toBe(202);
    expect((await stand.attach(caller)).status).toBe(409);
    const lines = (await stand.diary.linesOf("tree", 5)) as string[];
    expect(lines.filter((line) => line.endsWith("Cancelled"))).toHaveLength(4);
  });

  it("a key is still locked, and its queue keeps its order", async () => {
    expect((await stand.output(inboxed[0] ?? "")).status).toBe(470);
    const id = await stand.told("locks k");
    await stand.ingress("POST", `/restate/awakeables/${id}/resolve`, { raw: '"go"', headers: jsonType });
    for (const each of [holder, ...inboxed]) expect((await stand.attach(each)).status).toBe(200);
    const [, ...lines] = await stand.diary.lines("locks k");
    expect(lines).toEqual(["a", "b", "c"].flatMap((name) => [`enter ${name}`, `leave ${name}`]));
  });
});

describe.each(pairsUnderTest("bidi"))("server %s, SDK %s, whose endpoint dies", (kind, sdk) => {
  const stand = new Stand(kind, sdk, "bidi");
  beforeAll(() => stand.setUp());
  afterAll(() => stand.tearDown());

  it("an invocation goes on when its endpoint is back", async () => {
    const [key, gate] = [stand.name(), stand.name("gate")];
    const id = await stand.send("Fragile/afterGate", { key, gate });
    await stand.diary.linesOf(key, 2);
    await stand.endpoint.kill();
    const meanwhile = await stand.send("Echo/echo", "meanwhile");
    expect((await stand.output(id)).status).toBe(470);
    await stand.endpoint.start();
    await stand.diary.open(gate);
    expect(json(await stand.attach(id))).toBe("through the gate");
    // The new process has a new diary: the step before the gate was not run again.
    expect(await stand.diary.lines(key)).not.toContain("before");
    expect(json(await stand.attach(meanwhile))).toBe("meanwhile");
  });
});
