/**
 * `npm run bench:large`: large results, on the real server and on ours with the same endpoint. How long small calls take
 * while ten calls move 20 MB each over the same endpoint, beside the same without them; and how many results of 64 kB,
 * 1 MB and 8 MB come through on 16 connections.
 *
 * --rounds, --seconds, --server, --no-build, --record and --smoke as in `bench/run.ts`.
 */
import path from "node:path";
import { type Bed, onBed } from "./bed.ts";
import { largeReport } from "./large/report.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { recordPart } from "./results/index.ts";

const DEFAULT_ROUNDS = 5;

const options = optionsOrExit();
try {
  await onBed(options, measure);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function measure(bed: Bed): Promise<void> {
  const text = await largeReport(bed, options);
  console.log(text);
  if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("large", text))}`);
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2), DEFAULT_ROUNDS);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
