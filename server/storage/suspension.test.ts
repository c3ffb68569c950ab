import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { entryNumber, keep, openStorage, prepareStatements } from "./index.ts";

const ALL = fileURLToPath(new URL("../../migrations", import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "restate-lite-suspension-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function open(migrationsDir: string, dataDir = join(root, "data")) {
  return openStorage({
    dataDir,
    migrationsDir,
    durability: "process",
    log: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
}

it("a database from before suspensions were noted opens, with what was suspended in it as it was", async () => {
  const before = join(root, "migrations");
  mkdirSync(before);
  for (const name of readdirSync(ALL)) if (name < "0007") copyFileSync(join(ALL, name), join(before, name));
  const old = open(before);
  const suspended = Buffer.from([0x0a, 0x01, 0x01]);
  old.turns.apply(() => {
    const insert = old.db.prepare(
      `INSERT INTO invocation (seq, id, status, service, handler, exclusive, determined, origin, created_at, awaiting)
       VALUES (1, x'00', 3, 'Greeter', 'greet', 0, 0, 0, 1, ?)`,
    );
    keep(insert).run(suspended);
  });
  await old.close();
  const storage = open(ALL);
  const { invocations, suspensions } = prepareStatements(storage.db);
  expect(invocations.bySeq.get(1)).toMatchObject({ status: 3, awaiting: suspended });
  expect(suspensions.all.all(0, entryNumber(2, 0))).toEqual([]);
  await storage.close();
});

it("suspensions follow each other within their invocation, and survive a restart", async () => {
  const storage = open(ALL);
  const { suspensions } = prepareStatements(storage.db);
  const range = (seq: number) => [entryNumber(seq, 0), entryNumber(seq + 1, 0)] as const;
  const append = (seq: number, since: number) => {
    const [from, to] = range(seq);
    return storage.turns.apply(() => suspensions.append.run(since, since + 1, Buffer.from("w"), from, from, to, to));
  };
  expect(append(7, 10).lastInsertRowid).toBe(entryNumber(7, 0));
  expect(append(6, 20).lastInsertRowid).toBe(entryNumber(6, 0));
  expect(append(7, 30).lastInsertRowid).toBe(entryNumber(7, 1));
  // The last place of an invocation, behind which the next one's begin.
  storage.turns.apply(() =>
    storage.db.exec(`UPDATE suspension SET number = ${entryNumber(7, 0) - 1} WHERE since = 20`),
  );
  expect(append(6, 40).changes).toBe(0);
  await storage.close();

  const reopened = open(ALL);
  const { all } = prepareStatements(reopened.db).suspensions;
  expect(all.all(...range(7)).map(({ since, until }) => [since, until])).toEqual([
    [10, 11],
    [30, 31],
  ]);
  expect(all.all(...range(6)).map(({ since }) => since)).toEqual([20]);
  await reopened.close();
});
