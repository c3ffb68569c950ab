import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStorage, type Storage, type StorageTuning } from "./storage.ts";
import type { StorageOptions } from "./types.ts";

const SCHEMA = "CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB NOT NULL);";

let root: string;
let dataDir: string;
let migrationsDir: string;
let storages: Storage[];
const logged: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "storage-"));
  dataDir = join(root, "new", "data");
  migrationsDir = join(root, "migrations");
  mkdirSync(migrationsDir);
  writeFileSync(join(migrationsDir, "0001_entry.sql"), SCHEMA);
  storages = [];
  logged.length = 0;
});

afterEach(async () => {
  for (const storage of storages) await storage.close();
  rmSync(root, { recursive: true, force: true });
});

function open(options: Partial<StorageOptions> = {}, tuning: StorageTuning = {}): Storage {
  const storage = openStorage(
    {
      dataDir,
      durability: "power",
      migrationsDir,
      log: (level, message) => void logged.push(`${level}: ${message}`),
      onFatal: (error) => {
        throw error;
      },
      ...options,
    },
    tuning,
  );
  storages.push(storage);
  return storage;
}

/** Inserts entries in one turn and resolves when they are acknowledged. */
function insert(storage: Storage, count: number, bytes = 100): Promise<void> {
  return new Promise((resolve) => {
    storage.turns.apply(() => {
      const statement = storage.db.prepare("INSERT INTO entry (body) VALUES (zeroblob(?))");
      for (let i = 0; i < count; i++) statement.run(bytes);
      storage.turns.afterFlush(resolve);
    });
  });
}

const countEntries = (storage: Storage) => storage.db.prepare("SELECT count(*) FROM entry").pluck().get();

/** Runs `script` in another process, with `open()` at hand; yields what it prints, line by line. */
function otherProcess(script: string) {
  const source = `
    import { openStorage } from ${JSON.stringify(new URL("./storage.ts", import.meta.url).href)};
    const open = () => openStorage({ dataDir: ${JSON.stringify(dataDir)}, migrationsDir: ${JSON.stringify(migrationsDir)},
      durability: "power", log() {}, onFatal(error) { throw error; } });
    ${script}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, nextLine: async (): Promise<unknown> => (await lines.next()).value };
}

describe("the storage", () => {
  it("keeps what it acknowledged across a clean restart", async () => {
    const first = open();
    await insert(first, 3);
    expect(first.counters).toMatchObject({ commits: 1, flushes: 1 });
    await first.close();
    const second = open();
    expect(countEntries(second)).toBe(3);
    expect(second.db.pragma("integrity_check", { simple: true })).toBe("ok");
  });

  it("commits the open turn and waits for its effects when it closes", async () => {
    const storage = open();
    let isAnswered = false;
    storage.turns.apply(() => {
      storage.db.exec("INSERT INTO entry (body) VALUES (x'01')");
      storage.turns.afterFlush(() => {
        isAnswered = true;
      });
    });
    const closing = storage.close();
    expect(() => storage.turns.apply(() => 1)).toThrow(expect.objectContaining({ code: "RL_STORAGE_CLOSED" }));
    await closing;
    expect(isAnswered).toBe(true);
  });

  it("keeps what a killed process acknowledged", async () => {
    const other = otherProcess(`
      const { turns, db } = open();
      const insert = db.prepare("INSERT INTO entry (body) VALUES (?)");
      const one = () => turns.apply(() => {
        const { lastInsertRowid } = insert.run(Buffer.alloc(100));
        turns.afterFlush(() => { console.log(lastInsertRowid); one(); });
      });
      one();`);
    let acknowledged: unknown;
    for (let i = 0; i < 50; i++) acknowledged = await other.nextLine();
    other.child.kill("SIGKILL");
    await once(other.child, "exit");
    const storage = open();
    expect(Number(acknowledged)).toBe(50);
    expect(countEntries(storage)).toBeGreaterThanOrEqual(50);
  });

  it("releases at commit with durability `process`, and in memory", async () => {
    for (const options of [{ durability: "process" }, { dataDir: ":memory:" }] as const) {
      const storage = open(options, {
        flush: {
          start: () => {
            throw new Error("flushed");
          },
        },
      });
      await insert(storage, 1);
      expect(storage.counters.flushes).toBe(0);
      expect(storage.counters.commits).toBe(1);
      await storage.close();
    }
  });

  it("stops acknowledging for good when a flush fails", async () => {
    const fatal: Error[] = [];
    let flights = 0;
    const flush = {
      start(done: (error: Error | null) => void) {
        flights++;
        done(new Error("EIO"));
      },
    };
    const storage = open({ onFatal: (error) => void fatal.push(error) }, { flush });
    let isAnswered = false;
    storage.turns.apply(() => {
      storage.db.exec("INSERT INTO entry (body) VALUES (x'01')");
      storage.turns.afterFlush(() => {
        isAnswered = true;
      });
    });
    storage.turns.end();
    expect(() => storage.turns.apply(() => 1)).toThrow(expect.objectContaining({ code: "RL_STORAGE_FAILED" }));
    await storage.close();
    expect([fatal.length, flights, isAnswered]).toEqual([1, 1, false]);
    // Closing would write to the failed disk, so it was left alone; the test has to do better.
    expect(storage.db.open).toBe(true);
    storage.db.close();
  });

  it("counts the bytes it appends to the write-ahead log", async () => {
    const storage = open();
    await insert(storage, 1);
    const { walBytes } = storage.counters;
    await insert(storage, 1);
    expect(storage.counters.walBytes - walBytes).toBe(4096 + 24);
  });
});

describe("the data directory", () => {
  it("belongs to one server of this process", async () => {
    const first = open();
    expect(() => open()).toThrow(expect.objectContaining({ code: "RL_DATA_DIR_IN_USE" }));
    await insert(first, 1);
    await first.close();
    expect(countEntries(open())).toBe(1);
  });

  it("belongs to one server of this machine, until that ends in whatever way", async () => {
    const other = otherProcess(`open(); console.log("open"); setInterval(() => {}, 1000);`);
    expect(await other.nextLine()).toBe("open");
    expect(() => open()).toThrow(/another server is using the data directory .*--data-dir/);
    other.child.kill("SIGKILL");
    await once(other.child, "exit");
    open();
  });

  it("stays locked for other processes after this one refused a second server", async () => {
    open();
    expect(() => open()).toThrow(expect.objectContaining({ code: "RL_DATA_DIR_IN_USE" }));
    const other = otherProcess(`try { open(); console.log("open"); } catch (error) { console.log(error.code); }`);
    expect(await other.nextLine()).toBe("RL_DATA_DIR_IN_USE");
  });
});

describe("the schema version", () => {
  it("moves forward by the migrations that are new, in order", async () => {
    await insert(open(), 1);
    await storages[0]?.close();
    writeFileSync(join(migrationsDir, "0002_name.sql"), "ALTER TABLE entry ADD COLUMN name TEXT DEFAULT 'none';");
    writeFileSync(join(migrationsDir, "0003_rename.sql"), "UPDATE entry SET name = name || '!';");
    const { db } = open();
    expect(db.prepare("SELECT name FROM entry").pluck().all()).toEqual(["none!"]);
    expect(db.pragma("user_version", { simple: true })).toBe(3);
  });

  it("stays where it was when a migration fails halfway", () => {
    const broken = "CREATE TABLE other (id INTEGER); INSERT INTO nowhere VALUES (1);";
    writeFileSync(join(migrationsDir, "0002_broken.sql"), broken);
    expect(() => open()).toThrow(/0002_broken\.sql/);
    rmSync(join(migrationsDir, "0002_broken.sql"));
    const { db } = open();
    expect(db.pragma("user_version", { simple: true })).toBe(1);
    expect(db.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["entry"]);
  });

  it("refuses a gap in the numbers", () => {
    writeFileSync(join(migrationsDir, "0003_gap.sql"), "");
    expect(() => open()).toThrow(/0003_gap\.sql should be number 2/);
  });

  it("refuses a newer database and leaves its bytes alone, even when only the log knows the version", () => {
    mkdirSync(dataDir, { recursive: true });
    const path = join(dataDir, "restate.db");
    const source = new Database(join(root, "source.db"));
    source.pragma("journal_mode = WAL");
    source.pragma("wal_autocheckpoint = 0");
    source.exec(SCHEMA);
    source.pragma("user_version = 1");
    source.pragma("wal_checkpoint(TRUNCATE)");
    source.pragma("user_version = 7");
    source.exec("INSERT INTO entry (body) VALUES (x'01')");
    // As a killed server leaves it: the header of the file says 1, the log says 7.
    const before = ["", "-wal"].map((suffix) => readFileSync(join(root, `source.db${suffix}`)));
    for (const [i, suffix] of ["", "-wal"].entries()) writeFileSync(path + suffix, before[i] as Buffer);
    source.close();
    expect(before[0]?.readUInt32BE(60)).toBe(1);

    expect(() => open()).toThrow(expect.objectContaining({ code: "RL_DATABASE_TOO_NEW" }));
    expect(["", "-wal"].map((suffix) => readFileSync(path + suffix))).toEqual(before);
    // The directory is free again for the right server.
    for (let version = 2; version <= 7; version++) writeFileSync(join(migrationsDir, `000${version}_later.sql`), "");
    expect(countEntries(open())).toBe(1);
  });

  it("refuses a file that is no database, untouched", () => {
    mkdirSync(dataDir, { recursive: true });
    const path = join(dataDir, "restate.db");
    writeFileSync(path, "not a database, but longer than the header of one ".repeat(40));
    const before = readFileSync(path);
    expect(() => open()).toThrow(expect.objectContaining({ code: "RL_DATABASE_UNREADABLE" }));
    expect(readFileSync(path)).toEqual(before);
  });
});

describe("checkpoints", () => {
  const checkpointBytes = 256 * 1024;
  const walFileBytes = () => statSync(join(dataDir, "restate.db-wal")).size;

  it("start the write-ahead log again from its beginning while the writer goes on", async () => {
    const storage = open({}, { checkpointBytes });
    let turns = 0;
    while (storage.counters.checkpoints < 3) {
      await insert(storage, 20, 1000);
      turns++;
    }
    await insert(storage, 1);
    expect(storage.turns.walLengthBytes).toBeLessThan(storage.counters.walBytes);
    expect(walFileBytes()).toBeLessThan(storage.counters.walBytes);
    expect(countEntries(storage)).toBe(turns * 20 + 1);
    expect(storage.db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(logged).toEqual([]);
  });

  it("shorten at the next start a log that a killed server left too long", async () => {
    const other = otherProcess(`
      const { turns, db } = open();
      turns.apply(() => {
        for (let i = 0; i < 1000; i++) db.prepare("INSERT INTO entry (body) VALUES (zeroblob(1000))").run();
        turns.afterFlush(() => console.log("stored"));
      });`);
    expect(await other.nextLine()).toBe("stored");
    other.child.kill("SIGKILL");
    await once(other.child, "exit");
    expect(walFileBytes()).toBeGreaterThan(checkpointBytes);
    const storage = open({}, { checkpointBytes });
    while (storage.counters.checkpoints === 0) await insert(storage, 1);
    await insert(storage, 1);
    expect(storage.turns.walLengthBytes).toBeLessThan(checkpointBytes);
  });

  it("wait for a reader that still needs the log, and succeed when it is gone", async () => {
    const storage = open({}, { checkpointBytes });
    await insert(storage, 1);
    const reader = new Database(join(dataDir, "restate.db"), { readonly: true });
    reader.exec("BEGIN");
    expect(reader.prepare("SELECT count(*) FROM entry").pluck().get()).toBe(1);
    while (!logged.some((line) => line.includes("a reader keeps"))) await insert(storage, 20, 1000);
    expect(storage.counters.checkpoints).toBe(0);
    expect(reader.prepare("SELECT count(*) FROM entry").pluck().get()).toBe(1);
    reader.close();
    while (storage.counters.checkpoints === 0) await insert(storage, 20, 1000);
    await insert(storage, 1);
    expect(storage.turns.walLengthBytes).toBeLessThan(checkpointBytes);
  });
});
