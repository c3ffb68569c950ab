/**
 * `npm run bench:idle`: who waits behind handlers that only wait. A call behind 10,000 sleepers, a chain of 1,000
 * nested calls, the cancellation of an invocation with 10,000 children; on the real server and on ours.
 */
import { idleReport } from "./idle/report.ts";
import { benchmarkPart } from "./part.ts";

await benchmarkPart("idle", { rounds: 3, count: 10_000 }, idleReport);
