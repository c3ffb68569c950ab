import Database from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { ServerError } from "../errors.ts";
import { Barrier, type Flush } from "./barrier.ts";
import { Turns } from "./turns.ts";

/** A flush that ends when the test says so, and a turn that ends when the test says so. */
function open() {
  const db = new Database(":memory:");
  db.exec("CREATE TABLE entry (name TEXT PRIMARY KEY)");
  const logged: unknown[] = [];
  const failures: Error[] = [];
  const flights: ((error: Error | null) => void)[] = [];
  const log = (_level: string, _message: string, fields?: Record<string, unknown>) => void logged.push(fields?.error);
  const flush: Flush = { start: (done) => void flights.push(done) };
  const onFailure = (error: Error) => void failures.push(error);
  const barrier = new Barrier({ flush, log, onFailure });
  const turns = new Turns({ db, barrier, log, onFailure, defer: () => {} });
  const insert = db.prepare("INSERT INTO entry VALUES (?)");
  const names = () => db.prepare("SELECT name FROM entry ORDER BY rowid").pluck().all();
  return {
    db,
    turns,
    insert,
    names,
    flights,
    logged,
    failures,
    land: (error?: Error) => flights.shift()?.(error ?? null),
  };
}

describe("a turn", () => {
  let storage: ReturnType<typeof open>;
  let seen: string[];
  beforeEach(() => {
    storage = open();
    seen = [];
  });

  it("commits the commands of one tick together", () => {
    const { turns, insert, db } = storage;
    expect(turns.apply(() => insert.run("a").changes)).toBe(1);
    turns.apply(() => insert.run("b"));
    expect(db.inTransaction).toBe(true);
    turns.end();
    expect(db.inTransaction).toBe(false);
    expect(turns.commits).toBe(1);
  });

  it("undoes a command that throws, its effects too, and keeps its neighbours", () => {
    const { turns, insert, names, land } = storage;
    turns.apply(() => {
      insert.run("before");
      turns.afterCommit(() => seen.push("before committed"));
      turns.afterFlush(() => seen.push("before flushed"));
    });
    expect(() =>
      turns.apply(() => {
        insert.run("bad");
        turns.afterCommit(() => seen.push("bad committed"));
        turns.afterFlush(() => seen.push("bad flushed"));
        throw new RangeError("bad");
      }),
    ).toThrow(RangeError);
    turns.apply(() => insert.run("after"));
    turns.end();
    land();
    expect(names()).toEqual(["before", "after"]);
    expect(seen).toEqual(["before committed", "before flushed"]);
  });

  it("undoes a command whose statement violates a constraint", () => {
    const { turns, insert, names } = storage;
    turns.apply(() => insert.run("a"));
    expect(() =>
      turns.apply(() => {
        insert.run("b");
        insert.run("a");
      }),
    ).toThrow(/UNIQUE/);
    turns.end();
    expect(names()).toEqual(["a"]);
  });

  it("makes a command inside a command part of the outer one", () => {
    const { turns, insert, names } = storage;
    expect(() =>
      turns.apply(() => {
        turns.apply(() => insert.run("inner"));
        throw new Error("outer");
      }),
    ).toThrow("outer");
    turns.end();
    expect(names()).toEqual([]);
  });

  it("runs effects in order: after the commit first, after the flush later", () => {
    const { turns, insert, db, land } = storage;
    turns.apply(() => {
      turns.afterFlush(() => seen.push("flushed 1"));
      turns.afterCommit(() => seen.push(`committed 1, open: ${db.inTransaction}`));
      insert.run("a");
    });
    turns.apply(() => {
      turns.afterFlush(() => seen.push("flushed 2"));
      turns.afterCommit(() => seen.push("committed 2"));
    });
    expect(seen).toEqual([]);
    turns.end();
    expect(seen).toEqual(["committed 1, open: false", "committed 2"]);
    land();
    expect(seen).toEqual(["committed 1, open: false", "committed 2", "flushed 1", "flushed 2"]);
  });

  it("opens the next turn for commands that an effect applies", () => {
    const { turns, insert, names } = storage;
    turns.apply(() => {
      insert.run("a");
      turns.afterCommit(() => void turns.apply(() => insert.run("b")));
    });
    turns.end();
    expect(turns.commits).toBe(1);
    turns.end();
    expect(turns.commits).toBe(2);
    expect(names()).toEqual(["a", "b"]);
  });

  it("goes on with the other effects when one throws", () => {
    const { turns, insert, land, logged, failures } = storage;
    turns.apply(() => {
      insert.run("a");
      turns.afterCommit(() => {
        throw new Error("broken commit effect");
      });
      turns.afterCommit(() => seen.push("committed"));
      turns.afterFlush(() => {
        throw new Error("broken flush effect");
      });
      turns.afterFlush(() => seen.push("flushed"));
    });
    turns.end();
    land();
    expect(seen).toEqual(["committed", "flushed"]);
    expect(logged.map(String)).toEqual(["Error: broken commit effect", "Error: broken flush effect"]);
    expect(failures).toEqual([]);
  });

  it("runs effects that come without a turn in a later microtask", async () => {
    const { turns } = storage;
    turns.afterCommit(() => seen.push("committed"));
    turns.afterFlush(() => seen.push("flushed"));
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual(["committed", "flushed"]);
  });

  it("neither flushes nor counts a turn that wrote nothing", () => {
    const { turns, flights } = storage;
    turns.apply(() => turns.afterFlush(() => seen.push("answered")));
    turns.end();
    expect(seen).toEqual(["answered"]);
    expect(flights).toHaveLength(0);
    expect(turns.commits).toBe(0);
  });

  it("is fatal when SQLite gave up the whole transaction", () => {
    const { db, turns, insert, failures } = storage;
    turns.apply(() => {
      insert.run("a");
      turns.afterCommit(() => seen.push("committed"));
    });
    expect(() =>
      turns.apply(() => {
        db.exec("ROLLBACK"); // what a full disk does by itself
        throw new Error("disk full");
      }),
    ).toThrow("disk full");
    expect(failures.map(String)).toEqual(["Error: disk full"]);
    turns.end();
    expect(seen).toEqual([]);
    expect(() => turns.apply(() => 1)).toThrow(expect.objectContaining({ code: "RL_STORAGE_FAILED" }));
  });

  it("is fatal when the commit fails, and releases nothing", () => {
    const { db, turns, insert, flights, failures } = storage;
    db.pragma("foreign_keys = ON");
    db.exec("CREATE TABLE child (name TEXT REFERENCES entry DEFERRABLE INITIALLY DEFERRED)");
    turns.apply(() => {
      insert.run("a");
      db.exec("INSERT INTO child VALUES ('nobody')");
      turns.afterCommit(() => seen.push("committed"));
      turns.afterFlush(() => seen.push("flushed"));
    });
    turns.end();
    expect(failures.map((error) => error.message)).toEqual([expect.stringContaining("FOREIGN KEY")]);
    expect(flights).toHaveLength(0);
    turns.afterFlush(() => seen.push("late"));
    expect(seen).toEqual([]);
  });

  it("refuses commands after it has been told to", () => {
    const { turns } = storage;
    turns.refuse(new ServerError(503, "RL_STORAGE_CLOSED", "the server is shutting down"));
    expect(() => turns.apply(() => 1)).toThrow("shutting down");
  });

  it("runs work between turns before the effects that may open the next one", () => {
    const { db, turns, insert } = storage;
    turns.apply(() => {
      insert.run("a");
      turns.afterCommit(() => void turns.apply(() => insert.run("b")));
    });
    turns.betweenTurns(() => seen.push(`open: ${db.inTransaction}`));
    expect(seen).toEqual([]);
    turns.end();
    expect(seen).toEqual(["open: false"]);
  });
});
