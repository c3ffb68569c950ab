import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statfsSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ServerError } from "../errors.ts";
import type { Log } from "./types.ts";

/** Nobody but the owner: payloads, state and the headers of deployments are in these files. */
const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
const OF_OTHERS = 0o077;
const isWindows = process.platform === "win32";

/**
 * Creates the data directory, for its owner only, and makes its name survive a power cut, as well as those of its new
 * parents. One that is there keeps its mode; the log says when others can look into it.
 */
export function createDirectory(dataDir: string, log: Log): void {
  const created = mkdirSync(dataDir, { recursive: true, mode: PRIVATE_DIRECTORY });
  if (created !== undefined) {
    for (let dir = dataDir; dir.length >= created.length; dir = dirname(dir)) flushDirectory(dirname(dir));
    return;
  }
  const mode = statSync(dataDir).mode & 0o777;
  if (isWindows || (mode & OF_OTHERS) === 0) return;
  log(
    "warn",
    `Other users of this machine may look into the data directory ${dataDir} (mode ${mode.toString(8)}); ` +
      `chmod 700 ${dataDir} keeps them out. The files of the server in it are readable by their owner only.`,
  );
}

export function flushDirectory(dir: string): void {
  // Windows has no descriptors of directories; NTFS journals names by itself.
  if (isWindows) return;
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Creates an empty file for SQLite, which gives the files beside it the same mode, or takes a present one from others.
 * A present file is not opened: closing it would drop the locks that another connection of this process has.
 * @returns whether it is new
 */
export function makePrivate(file: string): boolean {
  try {
    closeSync(openSync(file, "wx", PRIVATE_FILE));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  for (const suffix of ["", "-wal", "-shm"]) keepPrivate(file + suffix);
  return false;
}

function keepPrivate(file: string): void {
  if (isWindows || !existsSync(file)) return;
  const status = statSync(file);
  // Only its owner may; what others own says so when it is written to.
  if (!status.isFile() || (status.mode & OF_OTHERS) === 0 || status.uid !== process.geteuid?.()) return;
  chmodSync(file, PRIVATE_FILE);
}

/** Errors of the file system, and those of SQLite that come from it. */
const OF_FILES = /^(?:E[A-Z]+|SQLITE_(?:CANTOPEN|READONLY|FULL|IOERR|PERM|NOTADB|CORRUPT|NOLFS|BUSY)(?:_\w+)?)$/;

/**
 * Says in a sentence why a data directory cannot be used, and what to do.
 * @returns the error itself when it is about something else
 */
export function explained(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof ServerError) return error;
  const cause = error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined || !OF_FILES.test(code)) return error;
  return new ServerError(
    500,
    "RL_DATA_DIR_UNUSABLE",
    `cannot use the data directory ${dataDir}: ${reasonOf(code, cause.message, dataDir)}`,
  );
}

const ELSEWHERE = "choose another directory with --data-dir";

function reasonOf(code: string, message: string, dataDir: string): string {
  if (code === "EEXIST" || code === "ENOTDIR") {
    return `${fileInTheWay(dataDir)} is a file, not a directory; move it away, or ${ELSEWHERE}`;
  }
  if (code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL" || isFull(code, dataDir)) {
    return `the disk is full; make room on it, or ${ELSEWHERE}`;
  }
  const obstacle = obstacleIn(dataDir);
  if (obstacle !== undefined) return `${obstacle}, or ${ELSEWHERE}`;
  return `${message} (${code}); mend that, or ${ELSEWHERE}`;
}

/** A file system may fail in another word when it is full: SQLite's shared memory does. */
function isFull(code: string, dataDir: string): boolean {
  if (!code.startsWith("SQLITE_IOERR") || !existsSync(dataDir)) return false;
  return statfsSync(dataDir).bavail === 0;
}

function fileInTheWay(dataDir: string): string {
  let path = dataDir;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  return path;
}

/** The first of the paths that a server writes to and this one may not. */
function obstacleIn(dataDir: string): string | undefined {
  const files = ["server.lock", "restate.db", "restate.db-wal", "restate.db-shm"].map((name) => join(dataDir, name));
  for (const path of [fileInTheWay(dataDir), ...files]) {
    if (!existsSync(path)) continue;
    const status = statSync(path);
    if (files.includes(path) && !status.isFile()) return `${path} is a directory, not a file; move it away`;
    try {
      accessSync(path, constants.R_OK | constants.W_OK | (status.isDirectory() ? constants.X_OK : 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EROFS")
        return `${path} is on a read-only file system; mount it to be written to`;
      const owner = isWindows ? "" : ` (it belongs to user ${status.uid}, the server is user ${process.getuid?.()})`;
      return `the server may not write to ${path}${owner}; change its owner or its mode`;
    }
  }
  return undefined;
}
