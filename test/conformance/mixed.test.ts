import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, type SdkKind, TestEndpoint } from "../support/index.ts";
import { serversUnderTest } from "./conformance.ts";
import { type Failed, Stand } from "./stand.ts";

const program = fileURLToPath(new URL("endpoints/mixed.mjs", import.meta.url));
const names = { official: "Official", ours: "Our" } as const;
const failure = { message: "broken", code: 422, entries: { reason: "of metadata" } };

/** Two endpoints, one on each SDK, whose handlers call each other. */
describe.each(serversUnderTest)("server %s, both SDKs", (kind) => {
  const stand = new Stand(kind, "ours", "bidi");
  const endpoints = new Map<SdkKind, TestEndpoint>();

  beforeAll(async () => {
    await stand.setUpServer();
    const start = (own: SdkKind, other: SdkKind) =>
      TestEndpoint.start(program, { sdk: own, env: { OWN: names[own], OTHER: names[other] } });
    endpoints.set("official", await start("official", "ours"));
    endpoints.set("ours", await start("ours", "official"));
    for (const endpoint of endpoints.values()) expect((await stand.register(endpoint.url)).status).toBe(201);
  });
  afterAll(() => Promise.all([stand.tearDown(), ...[...endpoints.values()].map((endpoint) => endpoint.kill())]));

  describe.concurrent.each([
    ["official", "ours"],
    ["ours", "official"],
  ] as const)("%s calls %s", (own, other) => {
    const [OWN, OTHER] = [names[own], names[other]];
    const diaryOf = (sdk: SdkKind) => (endpoints.get(sdk) as TestEndpoint).diary;

    it("calls", async () => {
      const value = { text: "grüße", list: [1, null, true] };
      expect(await stand.value(`${OWN}Caller/call`, value)).toEqual({ from: OTHER, value });
      expect(await stand.value(`${OWN}Caller/bytes`, "abc")).toBe("cba");
      expect(await stand.value(`${OWN}Caller/nothing`)).toBe(true);
      expect(await stand.value(`${OWN}Caller/headers`)).toMatchObject({ "x-mine": OWN });
    });

    it("calls of calls, back and forth", async () => {
      expect(await stand.value(`${OWN}Caller/pingPong`, 3)).toBe(`${OWN} ${OTHER} ${OWN} ${OTHER}`);
    });

    it("calls of virtual objects, whose state counts for both", async () => {
      const key = stand.name();
      expect(await stand.value(`${OWN}Caller/object`, { key, n: 2 })).toEqual([{ key, sum: 2 }, 2]);
      expect(await stand.value(`${OTHER}Object/${key}/add`, 3)).toEqual({ key, sum: 5 });
    });

    it("calls with an idempotency key", async () => {
      const key = stand.name("idem");
      interface Answer {
        ids: [string, string];
        values: unknown[];
        seen: string | null;
      }
      const { ids, values, seen } = await stand.value<Answer>(`${OWN}Caller/idempotent`, key);
      expect(ids[1]).toBe(ids[0]);
      expect(values).toEqual([
        { from: OTHER, value: "first" },
        { from: OTHER, value: "first" },
      ]);
      if (stand.speaksV7) expect(seen).toBe(`${key} 2`);
    });

    it("a terminal error keeps its message, code and metadata", async () => {
      const { error } = await stand.value<Failed>(`${OWN}Caller/failing`, failure);
      expect(error).toMatchObject({ message: "broken", code: 422, metadata: failure.entries, name: "TerminalError" });
      const answer = await stand.call(`${OWN}Caller/failingUncaught`, failure);
      expect(answer.status).toBe(422);
      expect(json(answer)).toMatchObject({ message: "broken", metadata: failure.entries });
    });

    it("sends, at once and after a delay", async () => {
      for (const delay of [undefined, 20]) {
        const key = stand.name();
        const id = await stand.value<string>(`${OWN}Caller/send`, { key, delay });
        expect(await diaryOf(other).linesOf(key, 1)).toEqual([id]);
      }
    });

    it("attaches to a workflow", async () => {
      expect(await stand.value(`${OWN}Caller/attach`, stand.name())).toEqual({ from: OTHER, value: "to" });
    });

    it("awakeables are resolved and rejected across", async () => {
      const [resolved, rejected] = await stand.value<[unknown, Failed]>(`${OWN}Caller/awakeables`);
      expect(resolved).toEqual({ value: { from: OWN } });
      expect(rejected.error).toMatchObject({ message: "rejected across", code: 418 });
    });

    it("signals are resolved and rejected across", async () => {
      const [resolved, rejected] = await stand.value<[unknown, Failed]>(`${OWN}Caller/signals`);
      expect(resolved).toEqual({ value: "gone" });
      expect(rejected.error).toMatchObject({ message: "stopped", code: 418 });
    });

    it("promises are resolved and rejected across", async () => {
      const [resolved, rejected] = await stand.value<[unknown, Failed]>(`${OWN}Caller/promises`, stand.name());
      expect(resolved).toEqual({ from: OTHER, value: [1, 2] });
      expect(rejected).toMatchObject({ from: OTHER, error: { message: "denied", code: 500 } });
    });

    it("one cancels the other's invocation", async () => {
      const key = stand.name();
      const { error } = await stand.value<Failed>(`${OWN}Caller/cancelOther`, key);
      expect(error).toMatchObject({ message: "Cancelled", code: 409 });
      expect(await diaryOf(other).linesOf(key, 1)).toEqual([`${OTHER} sleeper: Cancelled`]);
    });

    it("a cancellation goes through the tree and comes back", async () => {
      const key = stand.name();
      const id = await stand.send(`${OWN}Caller/tree`, key);
      await diaryOf(own).linesOf(`${key} ids`, 2);
      expect((await stand.admin("PATCH", `/invocations/${id}/cancel`)).status).toBe(202);
      expect((await stand.attach(id)).status).toBe(409);
      const lines = await diaryOf(own).linesOf(key, 2);
      expect(lines.sort()).toEqual([`${OWN} root: Cancelled`, `${OWN} sleeper: Cancelled`]);
      expect(await diaryOf(other).linesOf(key, 1)).toEqual([`${OTHER} parent: Cancelled`]);
    });
  });
});
