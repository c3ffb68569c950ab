import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../node_modules/.cache/restate-lite", import.meta.url));

/**
 * What a test run counted, for docs/compatibility.md (`scripts/check-compatibility.mjs`). Make it before the tests run:
 * an older report of that name is gone then. Write it only when all of them have run: nobody should quote the numbers
 * of a part.
 */
export class ReportFile {
  readonly #file: string;

  /** @param name of the project under test/ */
  constructor(name: string) {
    this.#file = path.join(folder, `${name}-report.json`);
    rmSync(this.#file, { force: true });
  }

  write(report: object): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(report, null, 2)}\n`);
  }
}
