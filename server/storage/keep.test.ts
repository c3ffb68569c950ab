import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const server = fileURLToPath(new URL("..", import.meta.url));

it("nothing of SQLite is made in passing: no pragma() and no iterate() that is not kept", () => {
  const sources = readdirSync(server, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  expect(sources.length).toBeGreaterThan(50);
  expect(
    sources.filter((file) => /(?<!keep\(\w+)\.(pragma|iterate)\(/.test(readFileSync(join(server, file), "utf8"))),
  ).toEqual([]);
});
