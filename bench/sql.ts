/**
 * `npm run bench:sql`: SQL introspection over 100,000 invocations that have ended, on the real server and on ours: how
 * long queries take when nothing else happens, and what they do to the latency of calls when they run in a loop.
 *
 *   --invocations N   instead of 100000
 *
 * and --rounds, --seconds, --server, --no-build, --record and --smoke as in `bench/run.ts`.
 */
import { benchmarkPart } from "./part.ts";
import { sqlReport } from "./sql/report.ts";

const translate = (argument: string): string => argument.replace(/^--invocations(?==|$)/, "--count");
const usage = "  --invocations N  invocations in each server (100000)";

await benchmarkPart("sql", { rounds: 5, translate, usage }, sqlReport);
