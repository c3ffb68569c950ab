// Reads the JSON report that vitest leaves: counts by project, and what was skipped.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Where `npm test` leaves the report. */
export const reportFile = path.join(root, "node_modules", ".cache", "restate-lite", "test-report.json");
/** Where `npm run test:languages` leaves its own. */
export const languagesReportFile = path.join(path.dirname(reportFile), "languages-report.json");

/** Counts by project name. Throws when there is no report: vitest did not come to its end. */
export function countByProject(file = reportFile) {
  const byProject = new Map();
  for (const result of JSON.parse(readFileSync(file, "utf8")).testResults) {
    const place = path.relative(root, result.name).split(path.sep);
    const project = place[0] === "test" ? place[1] : "unit";
    const count = byProject.get(project) ?? { passed: 0, failed: 0, skipped: [] };
    byProject.set(project, count);
    for (const test of result.assertionResults) {
      if (test.status === "passed") count.passed += 1;
      else if (test.status === "failed") count.failed += 1;
      else count.skipped.push(`${place.join("/")}: ${test.fullName}`);
    }
    // A file that could not be loaded, or whose hook failed, has no failed test of its own to show.
    if (result.status === "failed" && !result.assertionResults.some((test) => test.status === "failed"))
      count.failed += 1;
  }
  return byProject;
}

/** What failed or was skipped: the test's file and name, and the first lines of why. Throws when there is no report. */
export function* failures(file = reportFile) {
  for (const result of JSON.parse(readFileSync(file, "utf8")).testResults) {
    const place = path.relative(root, result.name);
    const bad = result.assertionResults.filter(({ status }) => status !== "passed");
    for (const { fullName, status, failureMessages = [] } of bad) {
      const why = failureMessages.join("\n").split("\n").slice(0, 5).join("\n    ");
      yield `${status}: ${place}: ${fullName}\n    ${why}`;
    }
    if (result.status === "failed" && bad.length === 0) yield `failed: ${place}: ${result.message}`;
  }
}
