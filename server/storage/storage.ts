import { accessSync, closeSync, constants, existsSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { ServerError } from "../errors.ts";
import { Barrier, type Flush } from "./barrier.ts";
import { Checkpoints } from "./checkpoints.ts";
import { createDirectory, explained, flushDirectory, makePrivate } from "./directory.ts";
import { keep } from "./keep.ts";
import { type DirectoryLock, lockDirectory } from "./lock.ts";
import { giveMemoryDatabaseBack, takeMemoryDatabase } from "./memory.ts";
import { type Migration, migrate, readMigrations } from "./migrations.ts";
import { mark, openOurs } from "./ownership.ts";
import { watchPresence } from "./presence.ts";
import { Turns } from "./turns.ts";
import type { StorageCounters, StorageOptions } from "./types.ts";

/** What only tests and tools change about a storage. */
export interface StorageTuning {
  /** Replaces the flush of the write-ahead log by one that the test controls. */
  readonly flush?: Flush;
  /** Length of the write-ahead log that starts a checkpoint. */
  readonly checkpointBytes?: number;
  /** When an open turn ends; see `TurnsOptions.defer`. */
  readonly defer?: (end: () => void) => void;
  /** How often it is looked whether the database still has its name. */
  readonly presenceIntervalMs?: number;
}

export interface Storage {
  /** The writer's connection. Write to it inside `turns.apply` only. */
  readonly db: Database.Database;
  readonly turns: Turns;
  readonly counters: StorageCounters;
  readonly writeAheadLog: WriteAheadLog;
  /**
   * Commits the open turn, refuses later commands, waits for the last flush and its effects, and closes the
   * database. After a fatal failure it closes nothing, because closing would write to a disk that has failed.
   */
  close(): Promise<void>;
}

/** What readers in other processes should know of the write-ahead log: while they read, it only grows. */
export interface WriteAheadLog {
  readonly lengthBytes: number;
  /** What of it is not in the database file. */
  readonly uncopiedBytes: number;
  /** Starts a checkpoint and waits for its end, whatever that is. */
  copy(): Promise<void>;
}

/** The database in its data directory. */
export const DATABASE_NAME = "restate.db";
const CHECKPOINT_BYTES = 16 * 1024 * 1024;
const PAGE_CACHE_KIB = 8 * 1024;

/**
 * Opens the storage: takes the data directory, checks whose database it is and its version before anything is written
 * to it, recovers what a dead server left, applies the migrations, and flushes once, so that everything which can be
 * read from here on has survived whatever happens next.
 *
 * @throws ServerError `RL_DATA_DIR_IN_USE`, `RL_DATA_DIR_UNUSABLE`, `RL_FOREIGN_DATABASE`, `RL_DATABASE_TOO_NEW` or
 *   `RL_DATABASE_UNREADABLE`
 */
export function openStorage(options: StorageOptions, tuning: StorageTuning = {}): Storage {
  const migrations = readMigrations(options.migrationsDir);
  if (options.dataDir === ":memory:") {
    const db = takeMemoryDatabase((fresh) => {
      configure(fresh);
      migrate(fresh, migrations);
    });
    return assemble(options, tuning, db, undefined);
  }
  const dataDir = resolve(options.dataDir);
  try {
    createDirectory(dataDir, options.log);
    return openIn(dataDir, options, tuning, migrations);
  } catch (error) {
    throw explained(error, dataDir);
  }
}

function openIn(
  dataDir: string,
  options: StorageOptions,
  tuning: StorageTuning,
  migrations: readonly Migration[],
): Storage {
  const lock = lockDirectory(dataDir);
  const path = join(dataDir, DATABASE_NAME);
  let db: Database.Database | undefined;
  let isOurs = false;
  try {
    const checked = makeOurs(path, migrations);
    isOurs = true;
    try {
      db = keep(new Database(path));
      configure(db);
    } finally {
      checked?.close();
    }
    migrate(db, migrations);
    mark(db);
    return assemble(options, tuning, db, { lock, ...openFiles(db, path) });
  } catch (error) {
    db?.close();
    if (isOurs) lock.release();
    else lock.withdraw();
    throw error;
  }
}

/** Creates the file of the database, or checks the one that is there. @returns the connection that checked it */
function makeOurs(path: string, migrations: readonly Migration[]): Database.Database | undefined {
  if (!existsSync(path)) {
    makePrivate(path);
    return undefined;
  }
  accessSync(path, constants.R_OK | constants.W_OK);
  const checked = openOurs(path, migrations);
  makePrivate(path);
  return checked;
}

interface Files {
  readonly lock: DirectoryLock;
  readonly path: string;
  /** Descriptors for flushing. The one of the database must outlive every connection of this process. */
  readonly walFd: number;
  readonly databaseFd: number;
}

function assemble(
  options: StorageOptions,
  tuning: StorageTuning,
  db: Database.Database,
  files: Files | undefined,
): Storage {
  const { log } = options;
  let hasFailed = false;
  const onFailure = (error: Error): void => {
    if (hasFailed) return;
    hasFailed = true;
    turns.refuse(new ServerError(503, "RL_STORAGE_FAILED", `the storage has failed: ${error.message}`));
    barrier.fail();
    options.onFatal(error);
  };
  const barrier = new Barrier({ flush: chooseFlush(options, tuning, files), log, onFailure });
  const turns: Turns = new Turns({
    db,
    barrier,
    log,
    onFailure,
    onGrowth: (walBytes) => checkpoints?.onGrowth(walBytes),
    ...(tuning.defer === undefined ? {} : { defer: tuning.defer }),
  });
  const checkpoints =
    files &&
    new Checkpoints({
      db,
      turns,
      path: files.path,
      databaseFd: files.databaseFd,
      thresholdBytes: tuning.checkpointBytes ?? CHECKPOINT_BYTES,
      log,
      onFailure,
    });
  checkpoints?.onGrowth(turns.walLengthBytes);
  const unwatch = files && watchPresence(files.path, log, tuning.presenceIntervalMs);

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    turns.end();
    turns.refuse(new ServerError(503, "RL_STORAGE_CLOSED", "the server is shutting down"));
    await barrier.idle();
    await checkpoints?.close();
    unwatch?.();
    if (hasFailed) return;
    if (files === undefined) {
      giveMemoryDatabaseBack(db);
      return;
    }
    db.close();
    closeSync(files.walFd);
    closeSync(files.databaseFd);
    files.lock.release();
  };
  return {
    db,
    turns,
    counters: {
      get commits() {
        return turns.commits;
      },
      get flushes() {
        return barrier.flushes;
      },
      get walBytes() {
        return turns.walBytes;
      },
      get checkpoints() {
        return checkpoints?.completed ?? 0;
      },
    },
    writeAheadLog: {
      get lengthBytes() {
        return turns.walLengthBytes;
      },
      get uncopiedBytes() {
        return turns.uncopiedBytes;
      },
      copy: async () => await checkpoints?.now(),
    },
    close: () => (closed ??= close()),
  };
}

function configure(db: Database.Database): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = -1;
    PRAGMA cache_size = -${PAGE_CACHE_KIB};
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = OFF;
  `);
}

/** Opens the descriptors for flushing and flushes once: what was recovered may be nowhere but in the page cache. */
function openFiles(db: Database.Database, path: string): Pick<Files, "path" | "walFd" | "databaseFd"> {
  const walPath = `${path}-wal`;
  // SQLite creates the log with the first read of a database in WAL mode.
  db.exec("SELECT count(*) FROM sqlite_schema");
  const walFd = openSync(walPath, "r+");
  const databaseFd = openSync(path, "r+");
  fdatasyncSync(databaseFd);
  fdatasyncSync(walFd);
  flushDirectory(dirname(path));
  return { path, walFd, databaseFd };
}

function chooseFlush(options: StorageOptions, tuning: StorageTuning, files: Files | undefined): Flush | undefined {
  if (files === undefined || options.durability === "process") return undefined;
  const { walFd } = files;
  return tuning.flush ?? { start: (done) => fdatasync(walFd, done), inline: () => fdatasyncSync(walFd) };
}
