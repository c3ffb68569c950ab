// Prints "<passed> <failed>" over all projects of the last `npm test`; a skipped test counts as failed.
import { countByProject } from "./test-report.mjs";

let passed = 0;
let failed = 0;
let counts;
try {
  counts = countByProject();
} catch {
  console.error("there is no test report: `npm test` did not come to its end");
  process.exit(1);
}
for (const count of counts.values()) {
  passed += count.passed;
  failed += count.failed + count.skipped.length;
}
console.log(`${passed} ${failed}`);
