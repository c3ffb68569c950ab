/**
 * Entry file of the query process (`process.argv`: the database, or nothing for one that comes with each query; the
 * milliseconds that a query may take). It answers one query at a time; `children.ts` is the other half.
 */
import os from "node:os";
import { QueryDatabase } from "../tables/index.ts";
import { loadParser } from "../translate/index.ts";
import { QueryError } from "../types.ts";
import type { Ask, FromChild, ToChild } from "./messages.ts";
import { CHUNK_BYTES, runQuery } from "./run.ts";
import { Watchdog } from "./watchdog.ts";

/** A third of the processor time of a process that is as busy. */
const NICE = 5;

const [, , path = "", limitMs] = process.argv;
const watchdog = new Watchdog(Number(limitMs));
let database: QueryDatabase | undefined;
/** The part of the answer that the server has not asked for yet. */
let unsent: Buffer[] = [];

const send = (message: FromChild): void => {
  process.send?.(message);
};

function open({ image }: Ask): QueryDatabase {
  if (image === undefined) return (database ??= new QueryDatabase(path));
  database?.close();
  database = new QueryDatabase(Buffer.from(image));
  return database;
}

/** Copies of a database in memory: as it came, as SQLite has it, and a third while one becomes the other. */
const IMAGE_COPIES = 3;
/** The last query has left so much memory in use, freed or not, that this process should not run another one. */
let isSpent = false;

async function answer(ask: Ask): Promise<void> {
  const memoryBytes = ask.limits.memoryBytes + IMAGE_COPIES * (ask.image?.length ?? 0);
  const noteMemory = () => {
    isSpent = process.memoryUsage.rss() > memoryBytes / 2;
  };
  try {
    unsent = await watchdog.watch(memoryBytes, () => runQuery(open(ask), ask));
    noteMemory();
    send({ kind: "answer", bytes: unsent.reduce((sum, { length }) => sum + length, 0) });
  } catch (error) {
    const { status, message, code } = error instanceof QueryError ? error : new QueryError(String(error));
    noteMemory();
    send({ kind: "refused", status, message, code, isSpent });
  }
}

function sendNextChunk(): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (unsent.length > 0 && bytes < CHUNK_BYTES) {
    const chunk = unsent.shift() ?? Buffer.alloc(0);
    chunks.push(chunk);
    bytes += chunk.length;
  }
  send({ kind: "chunk", bytes: Buffer.concat(chunks), isLast: unsent.length === 0, isSpent });
}

process.on("message", (message: ToChild) => {
  if (message.kind === "ask") void answer(message);
  else sendNextChunk();
});
// The server has gone, or wants this process to go.
process.on("disconnect", () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the server says when to end.
process.on("SIGINT", () => {});
try {
  // Calls come first, but an answer has to come as well: with the lowest priority a busy machine never gets to it.
  os.setPriority(NICE);
} catch {
  // A system that does not let it: then it is as important as everything else.
}
await loadParser();
send({ kind: "ready" });
