/** Where the storage reports what an operator should know. `level` is a pino level. */
export type Log = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  fields?: Record<string, unknown>,
) => void;

export interface StorageOptions {
  /** Directory of the database, created when missing, or `:memory:` for a database that ends with the process. */
  readonly dataDir: string;
  /**
   * What an acknowledged change survives: `power`, the loss of the machine's power; `process`, the death of the
   * server's process. An in-memory database survives neither, whatever is asked for.
   */
  readonly durability: "power" | "process";
  /** Directory of the numbered `.sql` files that make up the schema. */
  readonly migrationsDir: string;
  readonly log: Log;
  /**
   * Called at most once, when a commit, a flush or a checkpoint has failed. From then on nothing is acknowledged
   * and every command is refused: end the process without closing the storage, and recover from disk.
   */
  readonly onFatal: (error: Error) => void;
}

/** What the storage has done since it was opened. Tests assert these; they grow and are never reset. */
export interface StorageCounters {
  /** Transactions that wrote something. */
  readonly commits: number;
  /** Flushes of the write-ahead log by the barrier that have returned. */
  readonly flushes: number;
  /** Bytes that the writer appended to the write-ahead log. */
  readonly walBytes: number;
  /** Checkpoints that handed the whole write-ahead log over to the database file. */
  readonly checkpoints: number;
}
