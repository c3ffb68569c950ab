import { describe, expect, it } from "vitest";
import { Barrier } from "./barrier.ts";

function open(options: { inline?: () => void } = {}) {
  const seen: string[] = [];
  const failures: Error[] = [];
  const flights: ((error: Error | null) => void)[] = [];
  const later: (() => void)[] = [];
  const barrier = new Barrier({
    flush: { start: (done) => void flights.push(done), ...options },
    log: () => {},
    onFailure: (error) => void failures.push(error),
    soon: (work) => void later.push(work),
  });
  const commit = (name: string, hasWritten = true) => {
    barrier.commit(hasWritten, [() => seen.push(name)], true);
    barrier.release();
  };
  const land = (error?: Error) => flights.shift()?.(error ?? null);
  return { barrier, seen, failures, flights, later, commit, land };
}

describe("the durability barrier", () => {
  it("releases nothing before the flush that covers it has returned", () => {
    const { seen, commit, land } = open();
    commit("a");
    expect(seen).toEqual([]);
    land();
    expect(seen).toEqual(["a"]);
  });

  it("has one flush in flight; what is committed meanwhile shares the next one", () => {
    const { barrier, seen, flights, commit, land } = open();
    commit("a");
    commit("b");
    commit("c");
    expect(flights).toHaveLength(1);
    land();
    expect(seen).toEqual(["a"]);
    expect(flights).toHaveLength(1);
    land();
    expect(seen).toEqual(["a", "b", "c"]);
    expect(flights).toHaveLength(0);
    expect(barrier.flushes).toBe(2);
  });

  it("flushes a commit for which nobody waits soon, once for all that come meanwhile", () => {
    const { barrier, flights, later } = open();
    for (let i = 0; i < 3; i++) {
      barrier.commit(true, []);
      barrier.release();
    }
    expect(flights).toHaveLength(0);
    expect(later).toHaveLength(1);
    later.shift()?.();
    expect(flights).toHaveLength(1);
  });

  it("spares that flush when one for somebody who waits has covered it", () => {
    const { barrier, flights, later, commit, land } = open();
    barrier.commit(true, []);
    barrier.release();
    commit("answer");
    expect(flights).toHaveLength(1);
    land();
    later.shift()?.();
    expect(flights).toHaveLength(0);
  });

  it("flushes at once when somebody begins to wait for a commit that was not flushed yet", () => {
    const { barrier, seen, flights, land } = open();
    barrier.commit(true, []);
    barrier.release();
    barrier.wait(() => seen.push("reader"));
    expect(flights).toHaveLength(1);
    land();
    expect(seen).toEqual(["reader"]);
  });

  it("leaves nothing unflushed when it is closed", async () => {
    const { barrier, flights, land } = open();
    barrier.commit(true, []);
    barrier.release();
    const idle = barrier.idle();
    expect(flights).toHaveLength(1);
    land();
    await idle;
  });

  it("holds back a turn that only read, until what it may have read is safe", () => {
    const { seen, flights, commit, land } = open();
    commit("write");
    commit("read", false);
    expect(seen).toEqual([]);
    land();
    expect(seen).toEqual(["write", "read"]);
    expect(flights).toHaveLength(0);
    commit("later read", false);
    expect(seen).toEqual(["write", "read", "later read"]);
  });

  it("lets an effect without a turn wait for all commits before it", async () => {
    const { barrier, seen, commit, land } = open();
    commit("a");
    barrier.wait(() => seen.push("waits"));
    await Promise.resolve();
    expect(seen).toEqual([]);
    land();
    expect(seen).toEqual(["a", "waits"]);
  });

  it("keeps the order when an effect registers another one", async () => {
    const { barrier, seen } = open();
    barrier.commit(false, [
      () => {
        seen.push("first");
        barrier.wait(() => seen.push("third"));
      },
      () => seen.push("second"),
    ]);
    barrier.release();
    await Promise.resolve();
    expect(seen).toEqual(["first", "second", "third"]);
  });

  it("releases nothing any more after a flush has failed", async () => {
    const { barrier, seen, failures, flights, commit, land } = open();
    commit("a");
    commit("b");
    land(new Error("EIO"));
    commit("c");
    barrier.wait(() => seen.push("d"));
    await barrier.idle();
    expect(seen).toEqual([]);
    expect(failures.map(String)).toEqual(["Error: EIO"]);
    expect(flights).toHaveLength(0);
  });

  it("blocks for the flush when one effect waits and nothing else is to be done", () => {
    let inlined = 0;
    const { barrier, seen, flights, commit, land } = open({ inline: () => inlined++ });
    commit("one");
    expect([seen, inlined]).toEqual([["one"], 1]);
    barrier.commit(true, [() => seen.push("two"), () => seen.push("three")], true);
    barrier.release();
    expect(flights).toHaveLength(1);
    commit("while a flush is in flight");
    expect(inlined).toBe(1);
    land();
    land();
    barrier.commit(true, [() => seen.push("with an attempt to start")], false);
    barrier.release();
    expect([inlined, flights.length]).toEqual([1, 1]);
  });

  it("treats a failed inline flush like any other", () => {
    const { seen, failures, commit } = open({
      inline: () => {
        throw new Error("EIO");
      },
    });
    commit("a");
    expect(seen).toEqual([]);
    expect(failures.map(String)).toEqual(["Error: EIO"]);
  });

  it("is idle when no flush is in flight and nothing waits", async () => {
    const { barrier, commit, land } = open();
    await barrier.idle();
    commit("a");
    let isIdle = false;
    const idle = barrier.idle().then(() => {
      isIdle = true;
    });
    await Promise.resolve();
    expect(isIdle).toBe(false);
    land();
    await idle;
    expect(isIdle).toBe(true);
  });

  it("releases at commit when there is nothing to flush", () => {
    const seen: string[] = [];
    const barrier = new Barrier({ flush: undefined, log: () => {}, onFailure: () => {} });
    barrier.commit(true, [() => seen.push("a")]);
    expect(seen).toEqual([]);
    barrier.release();
    expect(seen).toEqual(["a"]);
    expect(barrier.flushes).toBe(0);
  });
});
