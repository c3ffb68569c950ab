import { tableFromIPC } from "apache-arrow";
import { beforeAll, describe, expect, it } from "vitest";
import { Transcript } from "../../engine/transcript.fixture.ts";
import { runQuery } from "./process/run.ts";
import { QueryDatabase } from "./tables/index.ts";
import { loadParser } from "./translate/index.ts";

const t = new Transcript();
let database: QueryDatabase;
beforeAll(async () => {
  await loadParser();
  database = new QueryDatabase(t.storage.db.serialize());
});

async function ask(query: string, format: "json" | "arrow" = "json"): Promise<Buffer> {
  const chunks = await runQuery(database, {
    ...{ kind: "ask", query, format, image: undefined, live: [], flow: t.engine.flow(), nowMs: t.clock.nowMs() },
    limits: { rows: 1000, bytes: 1_000_000, memoryBytes: 2 ** 30 },
  });
  return Buffer.concat(chunks);
}

const BIG = "9007199254740993";

describe("whole numbers beyond 2^53", () => {
  /** As the real server answers, to the byte. */
  it.each([
    [`SELECT ${BIG} AS n`, `{"n":${BIG}}`],
    [
      `SELECT -${BIG} AS n, 1 = 1 AS yes, 1 = 2 AS no, 1.5 AS half, 'x' AS text`,
      `{"n":-${BIG},"yes":true,"no":false,"half":1.5,"text":"x"}`,
    ],
    ["SELECT 9223372036854775807 AS n", '{"n":9223372036854775807}'],
    [`SELECT cast('${BIG}' AS bigint) AS n, cast('+5' AS int) AS m`, `{"n":${BIG},"m":5}`],
    [`SELECT ${BIG} + 1 AS n, ${BIG} % 10 AS m, ${BIG} / 3 AS d`, '{"n":9007199254740994,"m":3,"d":3002399751580331}'],
    [`SELECT (${BIG} + 2) / ${BIG} AS n`, '{"n":1}'],
    [
      `SELECT sum(n) AS a, max(n) AS b, first_value(n) AS c FROM (SELECT ${BIG} AS n)`,
      `{"a":${BIG},"b":${BIG},"c":${BIG}}`,
    ],
    [`SELECT greatest(${BIG}, 1) AS g, least(${BIG}, 9007199254740995) AS l`, `{"g":${BIG},"l":${BIG}}`],
    [`SELECT greatest('a', 'b') AS g, least(2, null) AS l`, '{"g":"b","l":2}'],
    [`SELECT array_agg(n) AS n FROM (SELECT ${BIG} AS n)`, `{"n":[${BIG}]}`],
  ])("%s", async (query, row) => {
    expect((await ask(query)).toString()).toBe(`{"rows":[${row}]}`);
  });

  it("are exact in Arrow, too", async () => {
    const table = tableFromIPC(await ask(`SELECT ${BIG} AS n, true AS yes, now() AS now, 2.5 AS half`, "arrow"));
    expect(table.get(0)?.toJSON()).toMatchObject({ n: BigInt(BIG), yes: true, half: 2.5 });
  });

  it("beyond 2^63 are none when a text is cast to one", async () => {
    const cast = ask("SELECT cast('9223372036854775808' AS bigint) AS n");
    await expect(cast).rejects.toThrow("Cannot cast string '9223372036854775808' to value of Int64 type");
    await expect(ask("SELECT 1 / (9223372036854775807 - 9223372036854775807)")).rejects.toThrow("Divide by zero");
  });
});
