import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStorage } from "./storage.ts";

const migrationsDir = join(import.meta.dirname, "../../migrations");
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "restate-lite-presence-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Opens a storage, does `harm`, and resolves with what the log says of it. */
async function complaintAfter(harm: (dataDir: string) => void): Promise<string> {
  const dataDir = join(root, "data");
  const logged: string[] = [];
  const storage = openStorage(
    {
      dataDir,
      durability: "process",
      migrationsDir,
      log: (level, message) => void logged.push(`${level}: ${message}`),
      onFatal: (error) => {
        throw error;
      },
    },
    { presenceIntervalMs: 10 },
  );
  harm(dataDir);
  await vi.waitFor(() => expect(logged).not.toEqual([]), { timeout: 10_000 });
  await storage.close();
  expect(logged).toHaveLength(1);
  return logged[0] ?? "";
}

describe("a database under a running server", () => {
  it("that is deleted with its directory is said to be gone, once, and what to do", async () => {
    const said = await complaintAfter((dataDir) => rmSync(dataDir, { recursive: true }));
    expect(said).toMatch(/^error: The database \S+\/data\/restate\.db was deleted under the server\. .* Restart it/);
  });

  it("that has another file in its place is said to be replaced", async () => {
    const said = await complaintAfter((dataDir) => {
      renameSync(join(dataDir, "restate.db"), join(dataDir, "elsewhere.db"));
      writeFileSync(join(dataDir, "restate.db"), "");
    });
    expect(said).toContain("was replaced under the server");
  });
});
