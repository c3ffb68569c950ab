import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

/** What a client of the ingress may rely on, whatever the endpoint speaks. (The oracle compares the details.) */
export function ingress(stand: Stand): void {
  it("the same idempotency key gives the same invocation and the first result", async () => {
    const headers = { "idempotency-key": stand.name("idem") };
    const first = await stand.call("Echo/echo", "first", { headers });
    const second = await stand.call("Echo/echo", "second", { headers });
    expect(json(second)).toBe("first");
    expect(second.headers["x-restate-id"]).toBe(first.headers["x-restate-id"]);
  });

  it("the same idempotency key while the first call is still going on waits for it", async () => {
    const gate = stand.name("gate");
    const headers = { "idempotency-key": stand.name("idem") };
    const both = [1, 2].map(() => stand.call("Echo/afterGate", gate, { headers }));
    const sent = await stand.call("Echo/afterGate/send", gate, { headers });
    expect(json<{ status: string }>(sent).status).toMatch(/Accepted$/);
    await stand.diary.open(gate);
    for (const each of both) expect(json(await each)).toBe(`after ${gate}`);
  });

  it("a call without an idempotency key stays attachable by its id", async () => {
    const answer = await stand.call("Echo/echo", "again");
    const id = answer.headers["x-restate-id"];
    expect(json(await stand.attach(String(id)))).toBe("again");
    expect(json(await stand.output(String(id)))).toBe("again");
  });

  it("a client that goes away does not end its invocation", async () => {
    const gate = stand.name("gate");
    const idempotencyKey = stand.name("idem");
    const impatient = new AbortController();
    const request = fetch(`${stand.server.ingressUrl}/Echo/afterGate`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      body: JSON.stringify(gate),
      signal: impatient.signal,
    });
    const path = `/restate/invocation/Echo/afterGate/${idempotencyKey}`;
    await expect.poll(async () => (await stand.ingress("GET", `${path}/output`)).status).toBe(470);
    impatient.abort();
    await expect(request).rejects.toThrow();
    await stand.diary.open(gate);
    expect(json(await stand.ingress("GET", `${path}/attach`))).toBe(`after ${gate}`);
  });

  it("a delayed send of the ingress runs after its delay", async () => {
    const key = stand.name();
    const startedAt = Date.now();
    const id = await stand.send("Echo/noted", key, { delay: "150ms" });
    expect((await stand.attach(id)).status).toBe(200);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(150);
  });

  it("a handler without a value answers an empty body", async () => {
    const answer = await stand.call("Steps/nothing");
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(0);
  });
}
