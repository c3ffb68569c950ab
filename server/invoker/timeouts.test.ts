import { afterEach, describe, expect, it } from "vitest";
import { encodeFrame, MessageType } from "../../sdk/protocol/index.ts";
import { ManualClock } from "../manual-clock.fixture.ts";
import { attemptStart, createBench, END, http2Endpoint, type ReceivedRequest } from "./testbed.fixture.ts";
import { Timeouts, type Watched } from "./timeouts.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

class Probe implements Watched {
  expiresAtMs: number;
  timeoutSlot: number | undefined = undefined;
  readonly expiries: number[] = [];

  constructor(expiresAtMs: number) {
    this.expiresAtMs = expiresAtMs;
  }

  expired(nowMs: number): void {
    this.expiries.push(nowMs);
  }
}

describe("Timeouts", () => {
  it("wakes what has expired, once, and never early", () => {
    const clock = new ManualClock();
    const timeouts = new Timeouts(clock);
    const startMs = clock.nowMs();
    const probes = [10, 250, 251, 60_000].map((ms) => new Probe(startMs + ms));
    for (const probe of probes) timeouts.watch(probe);
    clock.advance(60_100);
    clock.advance(60_100);
    for (const { expiries, expiresAtMs } of probes) {
      expect(expiries).toHaveLength(1);
      expect((expiries[0] as number) - expiresAtMs).toBeGreaterThanOrEqual(0);
      expect((expiries[0] as number) - expiresAtMs).toBeLessThan(100);
    }
  });

  it("follows an expiry that moves later without being told, and earlier when told", () => {
    const clock = new ManualClock();
    const timeouts = new Timeouts(clock);
    const startMs = clock.nowMs();
    const later = new Probe(startMs + 1000);
    const earlier = new Probe(startMs + 10_000);
    timeouts.watch(later);
    timeouts.watch(earlier);
    later.expiresAtMs = startMs + 3000;
    earlier.expiresAtMs = startMs + 500;
    timeouts.watch(earlier);
    clock.advance(2000);
    expect(later.expiries).toEqual([]);
    expect(earlier.expiries).toHaveLength(1);
    clock.advance(1000);
    expect(later.expiries).toHaveLength(1);
  });

  it("forgets what is no longer watched", () => {
    const clock = new ManualClock();
    const timeouts = new Timeouts(clock);
    const probe = new Probe(clock.nowMs() + 1000);
    timeouts.watch(probe);
    timeouts.unwatch(probe);
    clock.advance(5000);
    expect(probe.expiries).toEqual([]);
  });
});

describe("the timeouts of an attempt", () => {
  async function running(handler: { inactivityTimeoutMs: number; abortTimeoutMs: number }, mode?: "REQUEST_RESPONSE") {
    const bench = createBench({ config: { lingerMs: 5000 } });
    let request: ReceivedRequest | undefined;
    const { uri, close } = await http2Endpoint((received) => {
      request = received;
      received.read();
      received.respond();
      bench.signals.changed();
    });
    closers.push(close, () => bench.invoker.close());
    const start = attemptStart(uri, {}, mode === undefined ? {} : { protocolMode: mode }, handler);
    bench.invoker.start(start);
    const received = await bench.signals.until(() => request);
    await received.until(() => received.frames.length === 2);
    return { ...bench, start, received };
  }

  it("closes the request after the inactivity timeout, so that the SDK suspends", async () => {
    const { clock, received, events, invoker, start } = await running({
      inactivityTimeoutMs: 1000,
      abortTimeoutMs: 5000,
    });
    clock.advance(900);
    expect(invoker.snapshot()[0]?.phase).toBe("processing");
    clock.advance(200);
    await received.until(() => received.hasEnded);
    expect(invoker.snapshot()[0]?.phase).toBe("closing");
    // What comes now is for the next attempt.
    invoker.deliver(start.attempt, END);
    expect(events).toEqual([]);
  });

  it("starts the inactivity timeout anew with every message in either direction", async () => {
    const { clock, received, invoker, start, signals, events } = await running({
      inactivityTimeoutMs: 1000,
      abortTimeoutMs: 5000,
    });
    clock.advance(800);
    received.stream.write(encodeFrame(MessageType.SleepCommand, Buffer.alloc(0)));
    await signals.until(() => events.some(({ kind }) => kind === "messages"));
    clock.advance(800);
    invoker.deliver(start.attempt, encodeFrame(MessageType.SleepCompletion, Buffer.alloc(0)));
    await received.until(() => received.frames.length === 3);
    clock.advance(800);
    expect(invoker.snapshot()[0]?.phase).toBe("processing");
    clock.advance(400);
    await received.until(() => received.hasEnded);
  });

  it("gives the attempt up with RT0001 when the abort timeout follows, and lets the handler finish", async () => {
    const { clock, received, failure, start, events } = await running({
      inactivityTimeoutMs: 1000,
      abortTimeoutMs: 1500,
    });
    clock.advance(1100);
    await received.until(() => received.hasEnded);
    clock.advance(1700);
    expect(await failure(start.attempt)).toMatchObject({
      restateCode: "RT0001",
      message: "the invocation stream was closed after the 'abort timeout' (1500 ms) fired",
    });
    // An SDK suspends at its next operation; cut off, it would report a lost connection instead.
    received.stream.write(encodeFrame(MessageType.SleepCommand, Buffer.alloc(0)));
    received.stream.end(END);
    await received.until(() => received.isClosed);
    expect(received.stream.rstCode).toBe(0);
    expect(events.filter(({ kind }) => kind !== "failed")).toEqual([]);
  });

  it("closes the request right after the journal when the inactivity timeout is zero", async () => {
    const { received, clock, failure, start } = await running({ inactivityTimeoutMs: 0, abortTimeoutMs: 1500 });
    await received.until(() => received.hasEnded);
    expect(received.chunks).toBe(1);
    clock.advance(2000);
    expect((await failure(start.attempt)).restateCode).toBe("RT0001");
  });

  it("has only the abort timeout in request/response mode", async () => {
    const { received, clock, failure, start, invoker } = await running(
      { inactivityTimeoutMs: 100, abortTimeoutMs: 5000 },
      "REQUEST_RESPONSE",
    );
    await received.until(() => received.hasEnded);
    clock.advance(4000);
    expect(invoker.snapshot()[0]?.phase).toBe("closing");
    clock.advance(1200);
    expect((await failure(start.attempt)).restateCode).toBe("RT0001");
  });

  it("closes the request when the engine asks for it, after what was delivered before", async () => {
    const { received, invoker, start } = await running({ inactivityTimeoutMs: 1000, abortTimeoutMs: 5000 });
    invoker.deliver(start.attempt, encodeFrame(MessageType.SleepCompletion, Buffer.alloc(0)));
    invoker.closeInput(start.attempt);
    await received.until(() => received.hasEnded);
    expect(received.frames).toHaveLength(3);
  });

  it("takes nothing from the time of a handler that the engine asks early", async () => {
    const { clock, received, failure, start, invoker } = await running({
      inactivityTimeoutMs: 1000,
      abortTimeoutMs: 1500,
    });
    invoker.closeInput(start.attempt);
    await received.until(() => received.hasEnded);
    clock.advance(2400);
    expect(invoker.snapshot()[0]?.phase).toBe("closing");
    clock.advance(300);
    expect((await failure(start.attempt)).restateCode).toBe("RT0001");
  });

  it("does not wait for an endpoint that never closes its response after the end", async () => {
    const { received, clock, closed, events, start, signals } = await running({
      inactivityTimeoutMs: 1000,
      abortTimeoutMs: 5000,
    });
    received.stream.write(END);
    await signals.until(() => events.some(({ kind }) => kind === "messages"));
    clock.advance(5200);
    await closed(start.attempt);
    await received.until(() => received.hasEnded);
    expect(events.some(({ kind }) => kind === "failed")).toBe(false);
  });
});
