/**
 * `npm run bench:idle`: who waits behind handlers that only wait. A call behind 10,000 sleepers, a chain of 1,000
 * nested calls, the cancellation of an invocation with 10,000 children; on the real server and on ours.
 */
import path from "node:path";
import { onBed } from "./bed.ts";
import { idleReport } from "./idle/report.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { recordPart } from "./results/index.ts";

const DEFAULT_ROUNDS = 3;
const DEFAULT_COUNT = 10_000;
const options = optionsOrExit();

try {
  await onBed(options, async (bed) => {
    const text = await idleReport(bed, options);
    console.log(text);
    if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("idle", text))}`);
  });
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

function optionsOrExit(): Options {
  try {
    const args = process.argv.slice(2);
    const parsed = parseOptions(args, DEFAULT_ROUNDS);
    return args.includes("--count") || parsed.isSmoke ? parsed : { ...parsed, count: DEFAULT_COUNT };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
