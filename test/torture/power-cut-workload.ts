/**
 * The workload of the power-cut test: clients that write versions of items and read them, each answer
 * acknowledged by a line in the file `acknowledged` ("<item> <version>": whoever asks later must see at least that
 * version). It ends by asking the preloaded shim to kill it.
 *
 * Arguments: data directory, migrations directory, durability, seed, number of acknowledgements to end after.
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { randomFrom } from "../../server/random.fixture.ts";
import { openStorage } from "../../server/storage/index.ts";

const [dataDir = "", migrationsDir = "", durability = "", seed = "", limit = ""] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const CLIENTS = 6;
const ITEMS = 400;

const { db, turns, counters } = openStorage(
  {
    dataDir,
    migrationsDir,
    durability: durability as "power" | "process",
    log: (level, message, fields) => level !== "debug" && console.error(level, message, fields),
    onFatal: (error) => {
      console.error(error);
      process.exit(1);
    },
  },
  { checkpointBytes: 128 * 1024 },
);
const acknowledged = openSync(join(dataDir, "acknowledged"), "a");
let answers = 0;

const put = db.prepare(`INSERT INTO item (id, version, body) VALUES (?, 1, ?)
  ON CONFLICT (id) DO UPDATE SET version = version + 1, body = excluded.body RETURNING version`);
const log = db.prepare("INSERT INTO log (item, version) VALUES (?, ?)");
const get = db.prepare("SELECT version FROM item WHERE id = ?").pluck();
const all = db.prepare("SELECT id, version FROM item").raw();

function acknowledge(lines: string): void {
  writeSync(acknowledged, lines);
  answers++;
  if (answers < Number(limit)) return;
  // The last one ends in the middle of whatever the other threads are doing.
  writeSync(acknowledged, "kill");
}

function read(id: number): void {
  const version = get.get(id);
  turns.afterFlush(() => acknowledge(version === undefined ? "" : `${id} ${version}\n`));
}

function write(id: number): void {
  const { version } = put.get(id, Buffer.alloc(20 + Math.floor(random() ** 4 * 9000), id)) as { version: number };
  log.run(id, version);
  turns.afterFlush(() => acknowledge(`${id} ${version}\n`));
  // Somebody else asks at once for what may not be flushed yet, in a turn that writes nothing.
  if (random() < 0.3) turns.afterCommit(() => setImmediate(() => turns.apply(() => read(id))));
}

/** One command of a client, then the next after a moment that differs. */
function command(): void {
  const id = Math.floor(random() * ITEMS);
  turns.apply(() => {
    if (random() < 0.2) read(id);
    else write(id);
    turns.afterFlush(() => {
      if (random() < 0.5) setImmediate(command);
      else setTimeout(command, random() * 3);
    });
  });
}

// Whoever asks a restarted server is told what a dead one had stored, acknowledged by that or not.
turns.apply(() => {
  const lines = all.all().map((row) => `${(row as number[]).join(" ")}\n`);
  turns.afterFlush(() => acknowledge(`ready\n${lines.join("")}`));
});
turns.end();
// The checkpointer's thread takes a moment to start, and the run shall be full of checkpoints: the clients wait for
// the first one, which the filling of the log brings about.
const fill = db.prepare("INSERT OR REPLACE INTO filling VALUES (1, zeroblob(40000))");
function start(): void {
  if (counters.checkpoints === 0) {
    turns.apply(() => fill.run());
    setTimeout(start, 5);
    return;
  }
  for (let client = 0; client < CLIENTS; client++) command();
}
start();
process.on("exit", () => console.error("the workload ended by itself", counters));
