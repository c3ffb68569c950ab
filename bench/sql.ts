/**
 * `npm run bench:sql`: SQL introspection over 100,000 invocations that have ended, on the real server and on ours: how
 * long queries take when nothing else happens, and what they do to the latency of calls when they run in a loop.
 *
 *   --invocations N   instead of 100000
 *
 * and --rounds, --seconds, --server, --no-build, --record and --smoke as in `bench/run.ts`.
 */
import path from "node:path";
import { type Bed, onBed } from "./bed.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { recordPart } from "./results/index.ts";
import { sqlReport } from "./sql/report.ts";

const DEFAULT_ROUNDS = 5;

const options = optionsOrExit();
try {
  await onBed(options, measure);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function measure(bed: Bed): Promise<void> {
  const text = await sqlReport(bed, options);
  console.log(text);
  if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("sql", text))}`);
}

function optionsOrExit(): Options {
  try {
    const args = process.argv.slice(2).map((arg) => arg.replace(/^--invocations(?==|$)/, "--count"));
    return parseOptions(args, DEFAULT_ROUNDS);
  } catch (error) {
    console.error(`${(error as Error).message}\n  --invocations N  invocations in each server (100000)\n${USAGE}`);
    process.exit(2);
  }
}
