/**
 * `npm run bench:suspended`: what 100,000 suspended invocations cost in memory, in time to restart after a crash, and
 * in the latency of other calls; on the real server and on ours, beside the same figures without them.
 */
import { benchmarkPart } from "./part.ts";
import { suspendedReport } from "./suspended/report.ts";

await benchmarkPart("suspended", { rounds: 3 }, suspendedReport);
