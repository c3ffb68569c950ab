import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, TestEndpoint } from "../support/index.ts";
import { serversUnderTest } from "./conformance.ts";
import { Stand } from "./stand.ts";

const program = fileURLToPath(new URL("endpoints/journey.mjs", import.meta.url));
const cases = serversUnderTest.flatMap(
  (kind) =>
    [
      [kind, "official", "ours"],
      [kind, "ours", "official"],
    ] as const,
);

/** An endpoint is started again on the other SDK, at the same address, while invocations are under way. */
describe.each(cases)("server %s, begun on SDK %s, ended on SDK %s", (kind, first, second) => {
  const stand = new Stand(kind, first, "bidi");
  let endpoint: TestEndpoint;
  let journey: string;
  let passage: string;
  let cancelled: string;
  let before: unknown;
  let awakeables: string[];

  beforeAll(async () => {
    await stand.setUpServer();
    endpoint = await TestEndpoint.start(program, { sdk: first });
    expect((await stand.register(endpoint.url)).status).toBe(201);
    journey = await stand.send("Journey/j/go", "journey");
    passage = await stand.send("Passage/p/run", "p");
    cancelled = await stand.send("Cancelled/wait", "c");
    [before] = await endpoint.diary.linesOf("journey before", 1);
    await endpoint.diary.linesOf("p ids", 1);
    await endpoint.diary.linesOf("c ids", 1);
    expect((await stand.admin("PATCH", `/invocations/${cancelled}/cancel`)).status).toBe(202);
    const [awakeableOfCancelled] = (await endpoint.diary.linesOf("c ids", 2)).slice(1);
    const [awakeableOfJourney] = await endpoint.diary.lines("journey ids");
    awakeables = [awakeableOfJourney, awakeableOfCancelled] as string[];
    await endpoint.kill();
    endpoint = await TestEndpoint.start(program, { sdk: second, port: endpoint.port });
  });
  afterAll(() => Promise.all([stand.tearDown(), endpoint?.kill()]));

  const resolve = (id: string | undefined) =>
    stand.ingress("POST", `/restate/awakeables/${id}/resolve`, {
      raw: '"go on"',
      headers: { "content-type": "application/json" },
    });

  it("a handler that did everything goes on with what it knew", async () => {
    expect((await resolve(awakeables[0])).status).toBe(202);
    const answer = json<Record<string, unknown>>(await stand.attach(journey));
    expect(answer).toEqual({ before, word: "go on", pending: 1, after: expect.any(String), keys: [] });
    expect(await endpoint.diary.lines("journey")).not.toContain("step");
  });

  it("a workflow goes on with its promises", async () => {
    await stand.value("Passage/p/allow", "late");
    const answer = json(await stand.attach(passage));
    expect(answer).toMatchObject({ set: "set by run", late: { value: "late" } });
  });

  it("an invocation that was cancelled goes on after its compensation", async () => {
    expect((await resolve(awakeables[1])).status).toBe(202);
    const answer = json(await stand.attach(cancelled));
    expect(answer).toMatchObject({ ended: { error: { message: "Cancelled", code: 409 } }, word: "go on" });
    const child = json(await stand.ingress("GET", "/restate/workflow/Passage/c/attach"));
    expect(child).toMatchObject({ late: { error: { message: "Cancelled", code: 409 } } });
  });
});
