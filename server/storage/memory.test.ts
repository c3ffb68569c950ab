import { expect, it } from "vitest";
import { giveMemoryDatabaseBack, memoryDatabases, takeMemoryDatabase } from "./memory.ts";

const schema = "CREATE TABLE note (text TEXT) STRICT; CREATE TABLE other (n INTEGER PRIMARY KEY)";

it("hands a database out again, empty and with its statements", () => {
  const first = takeMemoryDatabase((db) => void db.exec(schema));
  const insert = first.prepare("INSERT INTO note VALUES (?)");
  insert.run("secret");
  const plucked = first.prepare("SELECT text FROM note").pluck();
  const whole = first.prepare("SELECT text FROM note");
  expect([plucked.get(), whole.get()]).toEqual(["secret", { text: "secret" }]);
  const { all } = memoryDatabases();
  giveMemoryDatabaseBack(first);
  expect(memoryDatabases().free).toBeGreaterThan(0);

  const second = takeMemoryDatabase(() => expect.unreachable());
  expect([second, memoryDatabases().all]).toEqual([first, all]);
  expect(second.prepare("INSERT INTO note VALUES (?)")).toBe(insert);
  const again = second.prepare("SELECT text FROM note");
  expect(again).toBe(plucked);
  expect(again.all()).toEqual([]);
  insert.run("new");
  // In the mode of a new statement, whatever the last owner had set.
  expect(again.get()).toEqual({ text: "new" });
  giveMemoryDatabaseBack(second);
});

it("takes a database back in the middle of a transaction, and nothing of that stays", () => {
  const db = takeMemoryDatabase((fresh) => void fresh.exec(schema));
  db.exec("BEGIN; INSERT INTO note VALUES ('half')");
  giveMemoryDatabaseBack(db);
  const again = takeMemoryDatabase(() => expect.unreachable());
  expect(again.prepare("SELECT count(*) AS n FROM note").get()).toEqual({ n: 0 });
  giveMemoryDatabaseBack(again);
});

it("makes a new one while all are in use", () => {
  const [a, b] = [takeMemoryDatabase((db) => void db.exec(schema)), takeMemoryDatabase((db) => void db.exec(schema))];
  expect(a).not.toBe(b);
  giveMemoryDatabaseBack(a);
  giveMemoryDatabaseBack(b);
});
