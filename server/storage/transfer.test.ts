import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keep } from "./keep.ts";
import { openStorage, type Storage } from "./storage.ts";
import { exportDatabase, importDatabase, resetDatabase } from "./transfer.ts";

const migrationsDir = join(import.meta.dirname, "../../migrations");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "restate-lite-transfer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

function open(name: string): Storage {
  return openStorage({
    dataDir: at(name),
    durability: "process",
    migrationsDir,
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
}

/** A database of which a part is in the write-ahead log only, as a killed server leaves it. */
async function killed(name: string): Promise<string> {
  const storage = open("live");
  storage.db.exec("INSERT INTO queue_waiter (seq, queue, at) VALUES (7, 'q', 1)");
  cpSync(at("live"), at(name), { recursive: true });
  await storage.close();
  return join(at(name), "restate.db");
}

async function waiters(name: string): Promise<unknown[]> {
  const storage = open(name);
  const rows = keep(storage.db.prepare("SELECT seq FROM queue_waiter").pluck()).all();
  await storage.close();
  return rows;
}

describe("a database", () => {
  it("is imported with what is in its write-ahead log", async () => {
    importDatabase(await killed("from"), at("to"), migrationsDir, false);
    expect(await waiters("to")).toEqual([7]);
  });

  it("is exported with what is in its write-ahead log, and goes back where it came from", async () => {
    await killed("from");
    exportDatabase(at("from"), migrationsDir, at("file.db"));
    expect(resetDatabase(at("from"), migrationsDir)).toBe(true);
    expect(existsSync(join(at("from"), "restate.db"))).toBe(false);
    importDatabase(at("file.db"), at("from"), migrationsDir, false);
    expect(await waiters("from")).toEqual([7]);
  });

  it("does not replace another without being told", async () => {
    const file = await killed("from");
    await open("to").close();
    expect(() => importDatabase(file, at("to"), migrationsDir, false)).toThrow(/has a database already/);
    expect(await waiters("to")).toEqual([]);
    importDatabase(file, at("to"), migrationsDir, true);
    expect(await waiters("to")).toEqual([7]);
  });

  it("is not exported over one that is in use, nor imported from where it is", async () => {
    const file = await killed("from");
    await open("to").close();
    expect(() => exportDatabase(at("to"), migrationsDir, file)).toThrow(/Export to another file/);
    expect(() => importDatabase(file, at("from"), migrationsDir, true)).toThrow(/already/);
    expect(await waiters("from")).toEqual([7]);
    expect(readdirSync(at("from")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("is not taken from a file of something else", () => {
    writeFileSync(at("text"), "not a database, and long enough to look at ".repeat(100));
    expect(() => importDatabase(at("text"), at("to"), migrationsDir, false)).toThrow(/is not a SQLite database/);
    expect(() => importDatabase(at("none"), at("to"), migrationsDir, false)).toThrow(/there is no file/);
    expect(() => exportDatabase(at("none"), migrationsDir, at("file.db"))).toThrow(/there is no database in/);
  });
});
