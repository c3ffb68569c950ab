// Prints "<passed> <failed>" over all projects of the last `npm test` and the last `npm run test:languages`; a skipped
// test counts as failed. `--failed` prints what failed instead, a line each.
import { countByProject, failures, languagesReportFile, reportFile } from "./test-report.mjs";

if (process.argv.includes("--failed")) {
  for (const file of [reportFile, languagesReportFile]) {
    try {
      for (const failure of failures(file)) console.log(failure);
    } catch {
      // Without a report, the step itself has failed.
    }
  }
  process.exit();
}

let passed = 0;
let failed = 0;
for (const [command, file] of [
  ["npm test", reportFile],
  ["npm run test:languages", languagesReportFile],
]) {
  try {
    for (const count of countByProject(file).values()) {
      passed += count.passed;
      failed += count.failed + count.skipped.length;
    }
  } catch {
    console.error(`there is no report of \`${command}\`: it did not come to its end`);
    process.exit(1);
  }
}
console.log(`${passed} ${failed}`);
