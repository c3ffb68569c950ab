import path from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const minuteMs = 60_000;

/** Apart from `npm test`: what these tests need besides npm packages, `npm run test:languages` installs. */
export default defineConfig({
  root: path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", ".."),
  test: {
    name: "languages",
    include: ["test/languages/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: minuteMs,
    hookTimeout: minuteMs,
  },
});
