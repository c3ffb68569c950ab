/**
 * Power cuts. A workload runs on the real storage, is killed and restarted, while a preloaded shim records every
 * write and flush; the recording is then cut at many points, each time leaving on the disk what a power failure
 * may leave there: unflushed sectors missing, old or torn. What was acknowledged before the cut must be found.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../server/random.fixture.ts";
import { openStorage } from "../../server/storage/index.ts";
import { Disk, type Entry, parseRecording } from "./power-cut-replay.ts";

const CUTS = 2000;
const seed = Number(process.env.POWER_CUT_SEED ?? Date.now() % 1_000_000);
const root = realpathSync(mkdtempSync(join(tmpdir(), "power-cut-")));
const migrationsDir = join(root, "migrations");
const shim = join(root, "shim.so");

beforeAll(async () => {
  console.log(`power cuts: POWER_CUT_SEED=${seed}`);
  mkdirSync(migrationsDir);
  writeFileSync(
    join(migrationsDir, "0001_items.sql"),
    `CREATE TABLE item (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL);
     CREATE TABLE log (seq INTEGER PRIMARY KEY, item INTEGER NOT NULL, version INTEGER NOT NULL);
     CREATE INDEX log_by_item ON log (item, version);
     CREATE TABLE filling (id INTEGER PRIMARY KEY, body BLOB NOT NULL);`,
  );
  const source = fileURLToPath(new URL("./power-cut-shim.c", import.meta.url));
  await run(process.env.CC ?? "cc", ["-O1", "-shared", "-fPIC", "-o", shim, source, "-ldl", "-lpthread"], {});
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a program to its end; a signal is as good an end as exit code 0, because the workload asks for one. */
async function run(command: string, args: string[], env: Record<string, string>): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "pipe"], env: { ...process.env, ...env } });
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  const isGood = code === 0 || signal === "SIGKILL";
  if (!isGood || complaints !== "") throw new Error(`${command} ended with ${code ?? signal}: ${complaints}`);
}

interface Recording {
  /** The disk when it began. */
  readonly database: Buffer;
  readonly log: Buffer;
  readonly entries: Entry[];
}

const readOrEmpty = (path: string) => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0));

/** Runs the workload in `dataDir` as often as `limits` has numbers, killed each time after so many answers. */
async function record(dataDir: string, durability: "power" | "process", limits: number[]): Promise<Recording> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const content = (suffix: string) => readOrEmpty(join(dataDir, `restate.db${suffix}`));
  const recording: Recording = { database: content(""), log: content("-wal"), entries: [] };
  const workload = fileURLToPath(new URL("./power-cut-workload.ts", import.meta.url));
  for (const [i, limit] of limits.entries()) {
    const path = join(root, "recording");
    const args = ["--import", "tsx", workload, dataDir, migrationsDir, durability, `${seed + i}`, `${limit}`];
    await run(process.execPath, args, {
      LD_PRELOAD: shim,
      POWER_CUT_DIR: dataDir,
      POWER_CUT_RECORDING: path,
      POWER_CUT_FLUSH_US: `${[0, 300, 2000][i % 3]}`,
      // The shim sees calls of the C library, not the submissions to a ring.
      UV_USE_IO_URING: "0",
    });
    recording.entries.push(...parseRecording(readFileSync(path), i));
    rmSync(path);
  }
  // The shim has seen everything if playing it back gives the files that are there.
  const disk = play(recording);
  expect(disk.database.seen().equals(content(""))).toBe(true);
  expect(disk.log.seen().equals(content("-wal"))).toBe(true);
  return recording;
}

function play(recording: Recording): Disk {
  const disk = new Disk(Buffer.from(recording.database), Buffer.from(recording.log));
  for (const entry of recording.entries) disk.apply(entry);
  return disk;
}

interface Verdict {
  readonly cuts: number;
  /** Cuts after which something acknowledged was missing. */
  readonly losses: string[];
  /** Cuts after which the database was damaged or half a command was found. */
  readonly damages: string[];
  /** Cuts that found unflushed writes of the database file: they hit a checkpoint. */
  readonly cutCheckpoints: number;
}

/** Cuts the recording at `count` random entries after the first answer, and looks at what is left. */
async function cutEverywhere(recording: Recording, count: number, random: () => number): Promise<Verdict> {
  const { entries } = recording;
  const first = entries.findIndex((entry) => entry.file === "acknowledged");
  const numbers = entries.map((_, i) => i);
  // Some moments are short and get a share of their own: checkpoints, and the first answers of a restarted server.
  const inCheckpoint = numbers.filter((i) => i > first && entries[i]?.file === "database");
  const isReady = (entry: Entry | undefined) => entry?.kind === "write" && entry.data.toString().startsWith("ready");
  const afterRestart = numbers.filter((i) => i > first && entries.slice(i - 20, i).some(isReady));
  const kinds = [numbers.slice(first), inCheckpoint, numbers.slice(first), inCheckpoint, afterRestart];
  const points = Array.from({ length: count }, (_, i) => {
    const from = kinds[i % kinds.length] as number[];
    return (from[Math.floor(random() * from.length)] as number) + 1;
  });
  points.sort((a, b) => a - b);
  const disk = new Disk(Buffer.from(recording.database), Buffer.from(recording.log));
  const verdict = { cuts: 0, losses: [] as string[], damages: [] as string[], cutCheckpoints: 0 };
  let at = 0;
  for (const point of points) {
    for (; at < point; at++) disk.apply(entries[at] as Entry);
    const image = leave(disk, random);
    if (image.hitsCheckpoint) verdict.cutCheckpoints++;
    const { lost, damage } = await inspect(image, disk.acknowledged, verdict.cuts % 50 === 0);
    if (lost !== undefined) verdict.losses.push(`cut at entry ${point}: ${lost}`);
    if (damage !== undefined) verdict.damages.push(`cut at entry ${point}: ${damage}`);
    verdict.cuts++;
  }
  return verdict;
}

interface Image {
  readonly database: Buffer;
  readonly log: Buffer;
  readonly hitsCheckpoint: boolean;
}

/** One of the ways in which a power failure may leave the disk. */
function leave(disk: Disk, random: () => number): Image {
  const sectorBytes = random() < 0.5 ? 512 : 4096;
  const share = random();
  const ways: (() => number)[] = [
    () => random(), // each sector as of some moment since the last flush
    () => (random() < share ? 1 : 0), // each sector old or new
    () => 0, // nothing unflushed arrived
    () => 1, // everything did
  ];
  const way = () => ways[Math.floor(random() ** 2 * ways.length)] as () => number;
  const [databaseWay, logWay] = [way(), way()];
  const database = disk.database.cut(sectorBytes, databaseWay, random() < 0.5);
  const log = disk.log.cut(sectorBytes, logWay, random() < 0.5);
  return { database, log, hitsCheckpoint: disk.database.hasPending };
}

/** Starts from the image, as a server would or (quicker) as SQLite would, and compares. */
async function inspect(
  image: Image,
  acknowledged: ReadonlyMap<number, number>,
  asServer: boolean,
): Promise<{ lost: string | undefined; damage: string | undefined }> {
  const dir = join(root, "image");
  rmSync(dir, { recursive: true, force: true });
  writeImage(dir, image);
  try {
    if (!asServer) {
      const db = new Database(join(dir, "restate.db"));
      db.pragma("synchronous = OFF"); // the image needs no safety of its own
      const findings = look(db, acknowledged);
      db.close();
      return findings;
    }
    const storage = openServer(dir);
    const findings = look(storage.db, acknowledged);
    await storage.close();
    return findings;
  } catch (error) {
    return { lost: undefined, damage: String(error) };
  }
}

function writeImage(dir: string, image: Image): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, "restate.db"), image.database);
  writeFileSync(join(dir, "restate.db-wal"), image.log);
}

function openServer(dataDir: string) {
  return openStorage({
    dataDir,
    migrationsDir,
    durability: "power",
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
}

function look(db: Database.Database, acknowledged: ReadonlyMap<number, number>) {
  const check = db.pragma("integrity_check", { simple: true });
  const versions = new Map(db.prepare("SELECT id, version FROM item").raw().all() as [number, number][]);
  const logged = db.prepare("SELECT count(*) FROM log").pluck().get();
  const total = [...versions.values()].reduce((sum, version) => sum + version, 0);
  const lost = [...acknowledged].filter(([id, version]) => (versions.get(id) ?? 0) < version);
  return {
    lost: lost.length === 0 ? undefined : `${lost.length} items, item ${lost[0]?.join(" version ")} among them`,
    damage:
      check !== "ok" ? String(check) : logged !== total ? `${total} versions, ${logged} of them logged` : undefined,
  };
}

// The recording shim is loaded with LD_PRELOAD, which only Linux has in this form.
describe.skipIf(process.platform !== "linux")("a power cut", () => {
  it(`loses nothing that was acknowledged, at any of ${CUTS} points`, async () => {
    const random = randomFrom(seed);
    const fresh = await record(join(root, "fresh"), "power", [300, 500, 500]);
    const first = await cutEverywhere(fresh, CUTS / 2, random);
    // And on from a disk that a power cut has left, which the next one hits as well.
    const disk = new Disk(Buffer.from(fresh.database), Buffer.from(fresh.log));
    for (const entry of fresh.entries.slice(0, -100)) disk.apply(entry);
    writeImage(join(root, "again"), leave(disk, random));
    const again = await record(join(root, "again"), "power", [500, 300]);
    const second = await cutEverywhere(again, CUTS / 2, random);

    expect([...first.losses, ...second.losses]).toEqual([]);
    expect([...first.damages, ...second.damages]).toEqual([]);
    expect(first.cuts + second.cuts).toBe(CUTS);
    expect([play(fresh).ready, play(again).ready]).toEqual([3, 2]);
    console.log(`power cuts: ${first.cutCheckpoints + second.cutCheckpoints} of ${CUTS} cuts hit a checkpoint`);
    expect(first.cutCheckpoints + second.cutCheckpoints).toBeGreaterThan(CUTS / 4);
  });

  it("does lose acknowledged work without the flush, though it never damages the database", async () => {
    const recording = await record(join(root, "unflushed"), "process", [400, 400]);
    const verdict = await cutEverywhere(recording, 300, randomFrom(seed));
    console.log(`power cuts without the flush: ${verdict.losses.length} of ${verdict.cuts} lose something`);
    expect(verdict.losses.length).toBeGreaterThan(0);
    expect(verdict.damages).toEqual([]);
  });
});
