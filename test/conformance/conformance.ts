import { afterAll, beforeAll, describe } from "vitest";
import type { ServerKind } from "../support/index.ts";
import type { Mode } from "./modes.ts";
import { Stand } from "./stand.ts";
import { suites } from "./suites/index.ts";

/**
 * The servers that the suite judges: ours, or those that CONFORMANCE_SERVERS names (comma-separated: ours, real,
 * real-experimental). Running it on the real server proves the tests right before they judge ours.
 */
export const serversUnderTest = (process.env.CONFORMANCE_SERVERS ?? "ours").split(",") as ServerKind[];

/** Declares the whole suite in one mode, on each server under test. */
export function conformance(mode: Mode): void {
  describe.each(serversUnderTest)(`%s, ${mode}`, (kind) => {
    const stand = new Stand(kind, mode);
    beforeAll(() => stand.setUp());
    afterAll(() => stand.tearDown());
    for (const [topic, suite] of Object.entries(suites)) describe.concurrent(topic, () => suite(stand));
  });
}
