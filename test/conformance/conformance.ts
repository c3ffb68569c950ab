import { afterAll, beforeAll, describe } from "vitest";
import type { SdkKind, ServerKind } from "../support/index.ts";
import type { Mode } from "./modes.ts";
import { Stand } from "./stand.ts";
import { suites } from "./suites/index.ts";

/**
 * The servers that the suite judges: ours, and the real one as it comes and with its experimental flags, which proves
 * that a test asks for what the real server does. CONFORMANCE_SERVERS narrows the list (comma-separated).
 */
export const serversUnderTest = (process.env.CONFORMANCE_SERVERS ?? "ours,real,real-experimental").split(
  ",",
) as ServerKind[];

/**
 * The SDKs that the suite judges, by running the same handlers (`endpoints/`) on each: the official one, which proves
 * that a handler asks for what that SDK does, and ours. CONFORMANCE_SDKS narrows the list.
 */
const sdksUnderTest = (process.env.CONFORMANCE_SDKS ?? "official,ours").split(",") as SdkKind[];

/** Each server under test with each SDK. Only our server runs services in its own process. */
export function pairsUnderTest(mode: Mode): [ServerKind, SdkKind][] {
  const servers = mode === "in-process" ? serversUnderTest.filter((kind) => kind === "ours") : serversUnderTest;
  return servers.flatMap((server) => sdksUnderTest.map((sdk): [ServerKind, SdkKind] => [server, sdk]));
}

/** Declares the whole suite in one mode, on each server under test, for each SDK. */
export function conformance(mode: Mode): void {
  describe.each(pairsUnderTest(mode))(`server %s, SDK %s, ${mode}`, (kind, sdk) => {
    const stand = new Stand(kind, sdk, mode);
    beforeAll(() => stand.setUp());
    afterAll(() => stand.tearDown());
    for (const [topic, suite] of Object.entries(suites)) describe.concurrent(topic, () => suite(stand));
  });
}
