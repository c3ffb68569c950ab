import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parse } from "smol-toml";
import { expect, it } from "vitest";
import { otherSetting } from "../../server/config/others.ts";
import { namesOf, SETTINGS, type Setting } from "../../server/config/settings.ts";
import { restateServerPath } from "../support/toolchain.ts";

const settings = Object.values(SETTINGS) as Setting<unknown>[];

async function dumped(environment: Record<string, string> = {}): Promise<Map<string, unknown>> {
  const env = { PATH: process.env.PATH, ...environment };
  const { stdout } = await promisify(execFile)(restateServerPath, ["--dump-config"], { env });
  const values = new Map<string, unknown>();
  const flatten = (value: unknown, path: string): void => {
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isTable || path === SETTINGS.requestHeaders.path) values.set(path, value);
    else for (const [name, child] of Object.entries(value)) flatten(child, path === "" ? name : `${path}.${name}`);
  };
  flatten(parse(stdout), "");
  return values;
}

it("every setting that the real server has with a default is one of ours, or listed with the reason", async () => {
  const known = new Set(settings.flatMap(namesOf));
  const names = [...(await dumped()).keys()];
  expect(names.length).toBeGreaterThan(200);
  expect(names.filter((name) => !known.has(name) && otherSetting(name) === undefined)).toEqual([]);
  // Nor is one in both places, where the list would say that it has no effect.
  expect(names.filter((name) => known.has(name) && otherSetting(name) !== undefined)).toEqual([]);
});

it("ours have the real server's defaults", async () => {
  const values = await dumped();
  // Its headers are the one that every request has anyway.
  const shared = settings.filter(({ path }) => values.has(path) && path !== SETTINGS.requestHeaders.path);
  expect(shared.length).toBeGreaterThan(15);
  // There it counts in each partition, here for the whole server.
  const partitions = Number(values.get("default-num-partitions"));
  const times = new Map([[SETTINGS.concurrentInvocations.path, partitions]]);
  for (const { path, parse: read, otherwise } of shared) {
    const theirs = read(values.get(path));
    const factor = times.get(path);
    expect([path, factor === undefined ? theirs : Number(theirs) * factor]).toEqual([path, otherwise]);
  }
});

it("eager state is switched off there by the older name, too", async () => {
  const values = await dumped({ RESTATE_WORKER__INVOKER__DISABLE_EAGER_STATE: "true" });
  expect(values.get(SETTINGS.hasNoEagerState.path)).toBe(true);
  expect(values.get(SETTINGS.eagerStateLimitBytes.path)).toBe("0 B");
});
