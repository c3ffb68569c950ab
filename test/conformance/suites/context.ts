import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

interface Drawn {
  drawn: [number, string, number];
  now: number;
  iso: string;
}

interface SeenRequest {
  input: unknown;
  id: string;
  target: { service: string; handler: string; text: string };
  headers: Record<string, string>;
  attemptId: string;
  body: string;
  idempotencyKey: string | null;
  extraArgs: unknown[];
  isAborted: boolean;
}

/** `ctx.rand`, `ctx.date`, `ctx.console` and `ctx.request()`. */
export function context(stand: Stand): void {
  it("randomness and time come out the same on every attempt", async () => {
    const key = stand.name();
    const last = await stand.value<Drawn>("Steps/chance", key);
    const attempts = await stand.diary.lines(key);
    expect(attempts.length).toBeGreaterThanOrEqual(3);
    for (const attempt of attempts) expect(attempt).toEqual(last);
  });

  it("randomness differs between invocations and uuids have their form", async () => {
    const draw = () => stand.value<Drawn>("Steps/chance", stand.name());
    const [one, other] = await Promise.all([draw(), draw()]);
    expect(one.drawn).not.toEqual(other.drawn);
    expect(one.drawn[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.drawn[0]).not.toBe(one.drawn[2]);
  });

  it("the durable date is the time of day", async () => {
    const { now, iso } = await stand.value<Drawn>("Steps/chance", stand.name());
    expect(Math.abs(Date.now() - now)).toBeLessThan(60_000);
    expect(Math.abs(Date.parse(iso) - now)).toBeLessThan(60_000);
  });

  it("a handler knows while it replays: the console says each line once", async () => {
    const word = stand.name("word");
    expect(await stand.value("Steps/console", word)).toBe("logged");
    const lines = (await stand.diary.lines("console")) as string[];
    const mine = lines.filter((line) => line.startsWith(`${word} `));
    expect(mine).toEqual([`${word} before`, `${word} after`]);
  });

  it("a handler sees its id, target, headers and body", async () => {
    const answer = await stand.call("Steps/request", { a: 1 }, { headers: { "x-mine": "here" } });
    const seen = json<SeenRequest>(answer);
    expect(seen.id).toBe(answer.headers["x-restate-id"]);
    expect(seen.attemptId).toBe(seen.id);
    expect(seen.target).toMatchObject({ service: "Steps", handler: "request", text: "Steps/request" });
    expect(seen.headers).toMatchObject({ "x-mine": "here", "content-type": "application/json" });
    expect(seen.body).toBe('{"a":1}');
    expect(seen.input).toEqual({ a: 1 });
    expect(seen.extraArgs).toEqual([]);
    expect(seen.isAborted).toBe(false);
  });

  it("a handler sees the idempotency key of its caller", async () => {
    const key = stand.name("idem");
    const seen = await stand.value<SeenRequest>("Steps/request", null, { headers: { "idempotency-key": key } });
    if (stand.speaksV7) expect(seen.idempotencyKey).toBe(key);
  });
}
