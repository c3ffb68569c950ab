import { describe, expect, it } from "vitest";
import { Connection, type Environment, type Exchange, mergeHeaders } from "./connection.ts";
import type { ConnectionOpts } from "./types.ts";

const exchange: Exchange = {
  what: "Greeter/greet",
  method: "POST",
  path: "/Greeter/greet",
  headers: {},
  body: "1",
  isRepeatable: true,
  isCounted: true,
};

/** A clock that only pauses move. */
class Clock implements Environment {
  nowMs = 1_000_000;
  readonly pauses: number[] = [];
  onSleep: (() => void) | undefined;

  now(): number {
    return this.nowMs;
  }

  random(): number {
    return 0.5;
  }

  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.pauses.push(ms);
    this.nowMs += ms;
    this.onSleep?.();
    signal?.throwIfAborted();
  }
}

type FetchInit = NonNullable<Parameters<typeof fetch>[1]>;

/** A connection to a server that gives these answers, the last one again and again. */
function connectionTo(answers: readonly (() => Response)[], options: Partial<ConnectionOpts> = {}) {
  const clock = new Clock();
  const asked: { url: unknown; init: FetchInit }[] = [];
  const fetch = async (url: unknown, init: FetchInit = {}) => {
    asked.push({ url, init });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined) throw new Error("no answer is left");
    return answer();
  };
  const connection = new Connection({ url: "http://restate.test", ...options, fetch: fetch as never }, clock);
  return { connection, clock, asked };
}

const ok = () => new Response("1");
const busy = () => new Response('{"message":"busy"}', { status: 503 });
const offline = () => {
  throw new TypeError("fetch failed");
};

describe("a connection", () => {
  it("returns the body of the answer", async () => {
    const { connection, asked } = connectionTo([ok]);
    expect(await connection.send(exchange)).toEqual(Uint8Array.of(0x31));
    expect(asked[0]).toMatchObject({ url: "http://restate.test/Greeter/greet", init: { method: "POST", body: "1" } });
  });

  it.each(["http://restate.test", "http://restate.test/", "http://restate.test//"])("takes the url %s", async (url) => {
    const { connection, asked } = connectionTo([ok], { url });
    await connection.send(exchange);
    expect(asked[0]?.url).toBe("http://restate.test/Greeter/greet");
  });

  it("keeps keys out of its errors, which end up in logs", async () => {
    for (const answer of [offline, () => new Response("?", { status: 500 })]) {
      const { connection } = connectionTo([answer]);
      const error: unknown = await connection.send({ ...exchange, path: "/Store/jane/get" }).catch((thrown) => thrown);
      expect(String(error)).toContain("http://restate.test");
      expect(String(error)).not.toContain("jane");
    }
  });

  it("keeps the path of its url", async () => {
    const { connection, asked } = connectionTo([ok], { url: "http://proxy.test/restate/" });
    await connection.send(exchange);
    expect(asked[0]?.url).toBe("http://proxy.test/restate/Greeter/greet");
  });

  it("reads its options at every request, so that headers can be renewed", async () => {
    const options: ConnectionOpts = { url: "http://restate.test", headers: { authorization: "1" } };
    const connection = new Connection(options, new Clock());
    options.headers = { authorization: "2" };
    expect(connection.headers).toEqual({ authorization: "2" });
  });

  it("calls fetch without a `this`, which browsers insist on", async () => {
    let seen: unknown = "not called";
    const fetch = async function (this: unknown) {
      seen = this;
      return ok();
    };
    await new Connection({ url: "http://restate.test", fetch }, new Clock()).send(exchange);
    expect(seen).toBeUndefined();
  });

  it("repeats a request, counting its attempts, until it is answered", async () => {
    const { connection, clock, asked } = connectionTo([busy, offline, ok], { retry: true });
    await connection.send(exchange);
    expect(asked.map(({ init }) => init.headers)).toEqual(
      ["1", "2", "3"].map((attempt) => ({ "x-restateclient-retry-attempt": attempt })),
    );
    expect(clock.pauses).toEqual([250, 500]);
  });

  it("does not repeat what is not repeatable", async () => {
    const { connection, asked } = connectionTo([busy], { retry: true });
    await expect(connection.send({ ...exchange, isRepeatable: false })).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(1);
  });

  it("throws the last error when it gives up", async () => {
    const { connection, asked } = connectionTo([offline, busy], { retry: { maxAttempts: 3 } });
    await expect(connection.send(exchange)).rejects.toMatchObject({ name: "HttpCallError", status: 503 });
    expect(asked).toHaveLength(3);
  });

  it("counts the time of the attempts into the duration", async () => {
    const slow = () => {
      clock.nowMs += 400;
      return busy();
    };
    const { connection, clock, asked } = connectionTo([() => slow()], {
      retry: { maxDuration: 1000, maxAttempts: false, exponentiationFactor: 1 },
    });
    await expect(connection.send(exchange)).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(2);
  });

  it("repeats after an answer that breaks off", async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) }));
    const { connection, asked } = connectionTo([broken, ok], { retry: true });
    await connection.send(exchange);
    expect(asked).toHaveLength(2);
  });

  it("shows a policy's own decision the failure as it was", async () => {
    const failures: unknown[] = [];
    const shouldRetry = (failure: unknown) => failures.push(failure) > 0;
    const empty = () => new Response("", { status: 500 });
    const { connection } = connectionTo([busy, empty, offline, ok], { retry: { shouldRetry } });
    await connection.send(exchange);
    expect(failures).toMatchObject([
      { kind: "response", status: 503, body: '{"message":"busy"}' },
      { kind: "response", status: 500 },
      { kind: "network", error: new TypeError("fetch failed") },
    ]);
    expect(failures[1]).not.toHaveProperty("body");
  });

  it("does not repeat after its caller has aborted, before or during a pause", async () => {
    const before = new AbortController();
    const abortsMeanwhile = () => {
      before.abort(new Error("enough"));
      return busy();
    };
    const first = connectionTo([abortsMeanwhile], { retry: true });
    await expect(first.connection.send({ ...exchange, signal: before.signal })).rejects.toMatchObject({ status: 503 });
    expect(first.asked).toHaveLength(1);

    const during = new AbortController();
    const second = connectionTo([busy], { retry: true });
    second.clock.onSleep = () => during.abort(new Error("enough"));
    await expect(second.connection.send({ ...exchange, signal: during.signal })).rejects.toThrow("enough");
    expect(second.asked).toHaveLength(1);
  });

  it("gives every attempt its own timeout", async () => {
    const { connection, asked } = connectionTo([busy, ok], { retry: true });
    await connection.send({ ...exchange, timeout: 10_000 });
    const [first, second] = asked.map(({ init }) => init.signal);
    expect(first).toBeInstanceOf(AbortSignal);
    expect(first).not.toBe(second);
  });

  it("refuses timeout and signal together", async () => {
    const { connection, asked } = connectionTo([ok]);
    const both = connection.send({ ...exchange, timeout: 1, signal: new AbortController().signal });
    await expect(both).rejects.toMatchObject({ code: "RL_SDK_TIMEOUT_AND_SIGNAL" });
    expect(asked).toHaveLength(0);
  });
});

describe("merged headers", () => {
  it("are the later ones, whatever the case of their names", () => {
    const merged = mergeHeaders({ Authorization: "1", "x-a": "1" }, undefined, { authorization: "2", "X-B": "1" });
    expect(merged).toEqual({ authorization: "2", "x-a": "1", "X-B": "1" });
  });
});
