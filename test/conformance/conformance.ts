import { afterAll, beforeAll, describe } from "vitest";
import type { ServerKind } from "../support/index.ts";
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

/** Declares the whole suite in one mode, on each server under test. */
export function conformance(mode: Mode): void {
  describe.each(serversUnderTest)(`%s, ${mode}`, (kind) => {
    const stand = new Stand(kind, mode);
    beforeAll(() => stand.setUp());
    afterAll(() => stand.tearDown());
    for (const [topic, suite] of Object.entries(suites)) describe.concurrent(topic, () => suite(stand));
  });
}
