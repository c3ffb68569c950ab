/**
 * `npm run bench:suspended`: what 100,000 suspended invocations cost in memory, in time to restart after a crash, and
 * in the latency of other calls; on the real server and on ours, beside the same figures without them.
 */
import path from "node:path";
import { type Bed, onBed } from "./bed.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { recordPart } from "./results/index.ts";
import { suspendedReport } from "./suspended/report.ts";

const DEFAULT_ROUNDS = 3;

const options = optionsOrExit();
try {
  await onBed(options, suspend);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function suspend(bed: Bed): Promise<void> {
  const text = await suspendedReport(bed, options);
  console.log(text);
  if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("suspended", text))}`);
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2), DEFAULT_ROUNDS);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
