// `npm run compatibility` writes docs/compatibility.md: the table of differences from test/oracle/differences.ts, and the
// tables of areas and numbers from what the last `npm test` and the last `npm run test:languages` counted. With
// `--check` it writes nothing, and fails when the document says something else, when something differs without a
// reason, or when a project that the document names as evidence did not pass.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { documentUrl, withDifferences, withSection } from "../test/oracle/document.ts";
import { areasTable, evidenceOf, numbersTable } from "./compatibility.ts";
import { countByProject, languagesReportFile, reportFile } from "./test-report.mjs";

const isCheck = process.argv.includes("--check");
const problems = [];

/** What a project counted: its own report, or vitest's. */
function reportOf(project) {
  const file =
    project === "languages" ? languagesReportFile : path.join(path.dirname(reportFile), `${project}-report.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const command = project === "languages" ? "npm run test:languages" : `npm test -- --project ${project}`;
    problems.push(`there is no report of ${project}: \`${command}\` did not run, or did not come to its end`);
    return undefined;
  }
}

const projects = ["oracle", "query", "restate-cli", "languages"];
const reports = Object.fromEntries(projects.map((project) => [project, reportOf(project)]));
const present = readFileSync(documentUrl, "utf8");
let expected = withDifferences(present);
if (projects.every((project) => reports[project] !== undefined)) {
  const numbers = numbersTable(reports);
  expected = withSection(withSection(expected, "areas", areasTable(reports)), "numbers", numbers.text);
  for (const what of numbers.unexplained) problems.push(`different without a reason, or missing: ${what}`);
}

if (isCheck) {
  const [had, wanted] = [present, expected].map((text) => text.split("\n"));
  const gone = had.filter((line) => !wanted.includes(line)).map((line) => `- ${line}`);
  const added = wanted.filter((line) => !had.includes(line)).map((line) => `+ ${line}`);
  if (present !== expected) {
    problems.push(`docs/compatibility.md does not say what the tests say; \`npm run compatibility\` writes it`);
    for (const line of [...gone, ...added]) console.error(line);
  }
  problems.push(...evidenceProblems(expected));
} else if (present !== expected) writeFileSync(documentUrl, expected);

for (const problem of problems) console.error(`compatibility: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

/** Projects that the document names, and that did not pass as a whole. */
function evidenceProblems(text) {
  const counts = new Map();
  for (const file of [reportFile, languagesReportFile]) {
    try {
      for (const [project, count] of countByProject(file)) counts.set(project, count);
    } catch {
      return [`there is no report at ${file}: \`npm test\` and \`npm run test:languages\` leave one`];
    }
  }
  return evidenceOf(text).flatMap((project) => {
    const { passed = 0, failed = 0, skipped = [] } = counts.get(project) ?? {};
    if (passed > 0 && failed === 0 && skipped.length === 0) return [];
    return [`test/${project} is named as evidence: ${passed} passed, ${failed} failed, ${skipped.length} skipped`];
  });
}
