import { defineConfig } from "vitest/config";

const oneFileAtATime = { fileParallelism: false, maxWorkers: 1 } as const;
const minuteMs = 60_000;

/**
 * The projects, cheapest first, each named after its folder under test/ (scripts/test-report.mjs counts by that).
 * `unit` needs nothing but `npm install`; the others start servers and endpoints as processes
 * (test/support/toolchain.ts knows where they are), so they run one file at a time and one project after the other.
 * Forks rather than threads: better-sqlite3 is a native module, and a crash stays in its file.
 */
export default defineConfig({
  test: {
    pool: "forks",
    exclude: ["**/node_modules/**", "**/dist/**"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{sdk,server,testing,dashboard,bench,scripts,examples}/**/*.test.ts"],
          // On a machine that does other things as well a second of work takes its time.
          testTimeout: minuteMs,
          // vitest would leave one of two processors idle.
          maxWorkers: "100%",
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "cli",
          include: ["test/cli/**/*.test.ts"],
          testTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "testing",
          include: ["test/testing/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "sdk-types",
          include: ["test/sdk-types/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: 2 * minuteMs,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "examples",
          include: ["test/examples/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: "dev",
          include: ["test/dev/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: 2 * minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: "clients",
          include: ["test/clients/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: "companions",
          include: ["test/companions/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 6 },
        },
      },
      {
        extends: true,
        test: {
          name: "dashboard",
          include: ["test/dashboard/**/*.test.ts"],
          testTimeout: 3 * minuteMs,
          hookTimeout: 3 * minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 9 },
        },
      },
      {
        extends: true,
        test: {
          name: "oracle",
          include: ["test/oracle/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: 2 * minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 7 },
        },
      },
      {
        extends: true,
        test: {
          name: "query",
          include: ["test/query/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: 2 * minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 7 },
        },
      },
      {
        extends: true,
        test: {
          name: "restate-cli",
          include: ["test/restate-cli/**/*.test.ts"],
          testTimeout: 2 * minuteMs,
          hookTimeout: minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 7 },
        },
      },
      {
        extends: true,
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          // In the long form (`npm run fuzz`) it is an hour's work.
          testTimeout: 120 * minuteMs,
          maxWorkers: "100%",
          sequence: { groupOrder: 10 },
        },
      },
      {
        extends: true,
        test: {
          name: "torture",
          include: ["test/torture/**/*.test.ts"],
          testTimeout: 15 * minuteMs,
          hookTimeout: 2 * minuteMs,
          ...oneFileAtATime,
          sequence: { groupOrder: 8 },
        },
      },
    ],
  },
});
