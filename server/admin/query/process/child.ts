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
/** What is left of the answer. */
let rest: Buffer[] = [];

const say = (message: FromChild): void => {
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
/** What the last query left behind, freed or not, is too much to begin another one with. */
let isSpent = false;

async function answer(ask: Ask): Promise<void> {
  const memoryBytes = ask.limits.memoryBytes + IMAGE_COPIES * (ask.image?.length ?? 0);
  const look = () => {
    isSpent = process.memoryUsage.rss() > memoryBytes / 2;
  };
  try {
    rest = await watchdog.watch(memoryBytes, () => runQuery(open(ask), ask));
    look();
    say({ kind: "answer", bytes: rest.reduce((sum, { length }) => sum + length, 0) });
  } catch (error) {
    const { status, message, code } = error instanceof QueryError ? error : new QueryError(String(error));
    look();
    say({ kind: "refused", status, message, code, isSpent });
  }
}

function more(): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (rest.length > 0 && bytes < CHUNK_BYTES) {
    const chunk = rest.shift() ?? Buffer.alloc(0);
    chunks.push(chunk);
    bytes += chunk.length;
  }
  say({ kind: "chunk", bytes: Buffer.concat(chunks), isLast: rest.length === 0, isSpent });
}

process.on("message", (message: ToChild) => {
  if (message.kind === "ask") void answer(message);
  else more();
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
say({ kind: "ready" });
