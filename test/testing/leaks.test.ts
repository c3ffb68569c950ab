import { expect, it } from "vitest";
import { memoryDatabases } from "../../server/storage/index.ts";
import { RestateTestEnvironment } from "../../testing/index.ts";
import { counter, greeter } from "./services.ts";

const ENVIRONMENTS = 100;

/** What keeps a process alive, by kind. Those of the test runner itself are there before and after. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function once(clock: "real" | "auto"): Promise<void> {
  await using env = await RestateTestEnvironment.start({ services: [greeter, counter], clock });
  expect(await env.ingress().objectClient(counter, "k").add(1)).toBe(1);
  expect(await env.stateOf(counter, "k").getAll()).toEqual({ count: 1 });
  // What is unfinished when it stops leaves nothing behind either.
  await env.ingress().serviceSendClient(greeter).nap(3_600_000);
}

async function atRest(): Promise<Record<string, number>> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return resources();
}

it(`${ENVIRONMENTS} environments in one run leave no handle, no port and no database behind`, async () => {
  await once("real");
  const before = await atRest();
  const databases = memoryDatabases().all;
  for (let run = 0; run < ENVIRONMENTS; run++) await once(run % 2 === 0 ? "real" : "auto");
  const after = await atRest();
  expect(after.TCPServerWrap ?? 0).toBe(before.TCPServerWrap ?? 0);
  expect(after.Timeout ?? 0).toBeLessThanOrEqual((before.Timeout ?? 0) + 2);
  // Connections of the client's pool to servers that are gone close by themselves.
  expect(after.TCPSocketWrap ?? 0).toBeLessThanOrEqual((before.TCPSocketWrap ?? 0) + 4);
  expect(memoryDatabases()).toEqual({ all: databases, free: databases });
});

it("20 environments at the same time do not see one another", async () => {
  const environments = await Promise.all(
    Array.from({ length: 20 }, () => RestateTestEnvironment.start({ services: [counter] })),
  );
  await Promise.all(environments.map((env, index) => env.ingress().objectClient(counter, "k").add(index)));
  const counts = await Promise.all(environments.map((env) => env.stateOf(counter, "k").get("count")));
  expect(counts).toEqual(environments.map((_env, index) => index));
  const ports = new Set(environments.flatMap((env) => [env.baseUrl(), env.adminAPIBaseUrl()]));
  expect(ports.size).toBe(40);
  await Promise.all(environments.map((env) => env.stop()));
  const { all, free } = memoryDatabases();
  expect(free).toBe(all);
});
