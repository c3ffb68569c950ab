import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explained } from "./directory.ts";
import { openStorage, type Storage } from "./storage.ts";
import { exportDatabase, importDatabase, resetDatabase } from "./transfer.ts";

const migrationsDir = join(import.meta.dirname, "../../migrations");
let root: string;
let logged: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "restate-lite-directory-"));
  logged = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...names: string[]): string => join(root, ...names);

function open(dataDir: string): Storage {
  return openStorage({
    dataDir,
    durability: "process",
    migrationsDir,
    log: (level, message) => void logged.push(`${level}: ${message}`),
    onFatal: (error) => {
      throw error;
    },
  });
}

/** What a start fails with. */
function failure(dataDir: string): { code: string; message: string } {
  try {
    open(dataDir);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error(`a server started in ${dataDir}`);
}

/** Every file of a folder with the hash of its bytes. */
function contents(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, hashOf(join(folder, name))]));
}

function hashOf(path: string): string {
  return statSync(path).isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** What starts in these directories fail with for a user who is not root: whom nothing is forbidden can be told nothing. */
function failuresOfOthers(dataDirs: readonly string[]): { code: string; message: string }[] {
  const source = `
    import { openStorage } from ${JSON.stringify(new URL("./storage.ts", import.meta.url).href)};
    const failures = ${JSON.stringify(dataDirs)}.map((dataDir) => {
      try {
        openStorage({ dataDir, migrationsDir: ${JSON.stringify(migrationsDir)}, durability: "process", log() {}, onFatal() {} });
      } catch ({ code, message }) {
        return { code, message };
      }
    });
    console.log(JSON.stringify(failures));
    process.exit();`;
  const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const args = ["--import", "tsx", "--input-type=module", "-e", source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", ...other });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as { code: string; message: string }[];
}

describe("files", () => {
  it("are their owner's only, whatever the umask: database, log, lock and export", async () => {
    const umask = process.umask(0);
    try {
      const storage = open(at("a", "b"));
      for (const name of readdirSync(at("a", "b"))) expect([name, modeOf(at("a", "b", name))]).toEqual([name, "600"]);
      expect(readdirSync(at("a", "b"))).toEqual(
        expect.arrayContaining(["restate.db", "restate.db-shm", "restate.db-wal", "server.lock"]),
      );
      expect([modeOf(at("a")), modeOf(at("a", "b"))]).toEqual(["700", "700"]);
      await storage.close();
      exportDatabase(at("a", "b"), migrationsDir, at("file.db"));
      importDatabase(at("file.db"), at("c"), migrationsDir, false);
      for (const path of [at("file.db"), at("c", "restate.db"), at("c", "server.lock")]) {
        expect([path, modeOf(path)]).toEqual([path, "600"]);
      }
      expect(modeOf(at("c"))).toBe("700");
    } finally {
      process.umask(umask);
    }
    expect(logged).toEqual([]);
  });

  it("of earlier versions are taken from others", async () => {
    await open(at("data")).close();
    chmodSync(at("data", "restate.db"), 0o644);
    chmodSync(at("data", "server.lock"), 0o666);
    const storage = open(at("data"));
    for (const name of readdirSync(at("data"))) expect([name, modeOf(at("data", name))]).toEqual([name, "600"]);
    await storage.close();
  });

  it("in a directory that others can read come with a warning that says what to do", async () => {
    mkdirSync(at("open"));
    chmodSync(at("open"), 0o755);
    await open(at("open")).close();
    expect(logged).toEqual([
      expect.stringMatching(/^warn: Other users .*\/open \(mode 755\); chmod 700 .*\/open keeps/),
    ]);
    expect(modeOf(at("open"))).toBe("755");
  });
});

describe("a directory that cannot be used", () => {
  it("is a file, or lies under one", () => {
    writeFileSync(at("file"), "mine");
    for (const dataDir of [at("file"), at("file", "below")]) {
      const { code, message } = failure(dataDir);
      expect(code).toBe("RL_DATA_DIR_UNUSABLE");
      expect(message).toMatch(/directory \S+\/file\S*: \S+\/file is a file, not a directory; move it away, or choose/);
    }
    expect(readFileSync(at("file"), "utf8")).toBe("mine");
  });

  it("may not be written to, whatever of it", async () => {
    chmodSync(root, 0o755);
    const places = ["", "server.lock", "restate.db"].map((name, n) => ({ dataDir: at(String(n)), name }));
    for (const { dataDir, name } of places) {
      await open(dataDir).close();
      chmodSync(dataDir, name === "" ? 0o555 : 0o777);
      for (const file of ["server.lock", "restate.db"]) chmodSync(join(dataDir, file), name === file ? 0o444 : 0o666);
    }
    const before = places.map(({ dataDir }) => contents(dataDir));
    const failures = failuresOfOthers([...places.map(({ dataDir }) => dataDir), at("new", "data")]);
    for (const { code } of failures) expect(code).toBe("RL_DATA_DIR_UNUSABLE");
    for (const [n, { dataDir, name }] of places.entries()) {
      expect(failures[n]?.message).toContain(`the server may not write to ${join(dataDir, name)} (it belongs to user`);
      expect(contents(dataDir)).toEqual(before[n]);
    }
    expect(failures[3]?.message).toContain(`may not write to ${root} (`);
  });

  it("has a directory where a file should be", () => {
    mkdirSync(at("data", "restate.db"), { recursive: true });
    expect(failure(at("data")).message).toContain(
      `${at("data", "restate.db")} is a directory, not a file; move it away`,
    );
  });

  it("is on a full disk", () => {
    const small = new Database(at("small.db"));
    small.exec("CREATE TABLE t (body); PRAGMA max_page_count = 2;");
    let full: unknown;
    try {
      small.exec("INSERT INTO t VALUES (zeroblob(100000))");
    } catch (error) {
      full = error;
    }
    small.close();
    const migration = new Error("migration 0001 failed", { cause: full });
    for (const error of [full, migration, Object.assign(new Error("no space"), { code: "ENOSPC" })]) {
      const { code, message } = explained(error, "/data") as { code: string; message: string };
      expect(code).toBe("RL_DATA_DIR_UNUSABLE");
      expect(message).toMatch(
        /\/data: the disk is full; make room on it, or choose another directory with --data-dir$/,
      );
    }
  });
});

describe("another program's database", () => {
  /** How databases come about: by their journal mode, their version, their mark, and whether their program still has them. */
  const FOREIGN: readonly [string, string][] = [
    ["with a rollback journal", "CREATE TABLE note (body)"],
    ["with a log", "PRAGMA journal_mode = WAL; CREATE TABLE note (body)"],
    ["with a version like ours", "CREATE TABLE invocation (body); PRAGMA user_version = 3"],
    [
      "with a mark of its own",
      "PRAGMA journal_mode = WAL; CREATE TABLE note (body); PRAGMA application_id = 252006674",
    ],
    ["with a high version", "CREATE TABLE note (body); PRAGMA user_version = 1000"],
  ];

  it.each(FOREIGN)("%s is refused and left as it was", (_how, sql) => {
    mkdirSync(at("data"));
    const db = new Database(at("data", "restate.db"));
    db.exec(sql);
    db.close();
    const before = contents(at("data"));
    expect([...before.keys()]).toEqual(["restate.db"]);
    for (const attempt of [
      () => open(at("data")),
      () => importDatabase(at("data", "restate.db"), at("other"), migrationsDir, true),
      () => exportDatabase(at("data"), migrationsDir, at("export.db")),
      () => resetDatabase(at("data"), migrationsDir),
    ]) {
      expect(attempt).toThrow(expect.objectContaining({ code: "RL_FOREIGN_DATABASE" }));
      expect(contents(at("data"))).toEqual(before);
    }
    expect([existsSync(at("other")), existsSync(at("export.db"))]).toEqual([false, false]);
  });

  it("that its program has left with a log is left so", () => {
    mkdirSync(at("data"));
    const db = new Database(at("source.db"));
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE note (body)");
    for (const suffix of ["", "-wal"])
      writeFileSync(at(`data/restate.db${suffix}`), readFileSync(at(`source.db${suffix}`)));
    db.close();
    const before = contents(at("data"));
    expect(failure(at("data")).code).toBe("RL_FOREIGN_DATABASE");
    expect(contents(at("data"))).toEqual(before);
  });

  it("is not replaced by an import", async () => {
    await open(at("ours")).close();
    mkdirSync(at("data"));
    new Database(at("data", "restate.db")).exec("CREATE TABLE note (body)").close();
    const before = contents(at("data")).get("restate.db");
    const { message } = (() => {
      try {
        importDatabase(at("ours", "restate.db"), at("data"), migrationsDir, true);
      } catch (error) {
        return error as Error;
      }
      throw new Error("imported");
    })();
    expect(message).toContain("is the database of another program");
    expect(contents(at("data")).get("restate.db")).toBe(before);
  });
});

describe("a database of ours", () => {
  it("carries a mark, which one from before the mark gets at its next start", async () => {
    await open(at("data")).close();
    const idOf = () => {
      const db = new Database(at("data", "restate.db"), { readonly: true });
      const id = db.pragma("application_id", { simple: true });
      db.close();
      return id;
    };
    expect(idOf()).toBe(Buffer.from("rlit").readUInt32BE());
    const db = new Database(at("data", "restate.db"));
    db.pragma("application_id = 0");
    db.close();
    await open(at("data")).close();
    expect(idOf()).toBe(Buffer.from("rlit").readUInt32BE());
  });

  it("may be the empty file that an interrupted first start left", async () => {
    mkdirSync(at("data"));
    writeFileSync(at("data", "restate.db"), "");
    await open(at("data")).close();
  });

  it("that was imported starts after a kill in the middle of its first transaction", async () => {
    await open(at("ours")).close();
    exportDatabase(at("ours"), migrationsDir, at("file.db"));
    const db = new Database(at("file.db"));
    db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = 1; BEGIN");
    for (let seq = 1; seq < 500; seq++) db.exec(`INSERT INTO queue_waiter (seq, queue, at) VALUES (${seq}, 'q', 1)`);
    mkdirSync(at("data"));
    for (const suffix of ["", "-journal"]) {
      writeFileSync(at(`data/restate.db${suffix}`), readFileSync(at(`file.db${suffix}`)));
    }
    db.exec("ROLLBACK");
    db.close();
    expect(statSync(at("data/restate.db-journal")).size).toBeGreaterThan(512);
    const storage = open(at("data"));
    expect(storage.db.prepare("SELECT count(*) FROM queue_waiter").pluck().get()).toBe(0);
    await storage.close();
  });
});
