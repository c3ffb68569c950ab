/**
 * `npm run bench:sdk`: attempts on an endpoint of the bundled SDK beside one of the official SDK, both over HTTP/2 on
 * Node 24, driven by a bare client: no server, no journal, no flush. Each round measures every cell on both, one right
 * after the other; figures are medians over the rounds.
 */
import path from "node:path";
import { type Bed, circumstances, onBed } from "./bed.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { loadText, recordPart, Samples } from "./results/index.ts";
import { footprintTable } from "./sdk/footprint.ts";
import { measureSdks, sdkTable } from "./sdk/report.ts";
import { Endpoint, type EndpointSdk } from "./servers/index.ts";

const DEFAULT_ROUNDS = 5;

const options = optionsOrExit();
try {
  await onBed(options, compareSdks);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function compareSdks(bed: Bed): Promise<void> {
  const ours = await Endpoint.start(bed.programs.node24, path.join(bed.folder, "our-endpoint.log"), "ours");
  const endpoints = new Map<EndpointSdk, Endpoint>([
    ["official", bed.endpoint],
    ["ours", ours],
  ]);
  const taken = new Map([...endpoints.keys()].map((sdk) => [sdk, new Samples()]));
  try {
    for (let round = 0; round < options.rounds; round++) {
      console.error(`round ${round + 1} of ${options.rounds}`);
      await measureSdks(endpoints, bed.load, options, taken, round);
    }
  } finally {
    await ours.stop();
  }
  console.error("imports");
  const footprint = await footprintTable(bed.programs.node24, options);
  const text = [
    "## The bundled SDK beside the official one",
    circumstances(bed, loadText(), [
      `rounds: ${options.rounds}; ${(options.measureMs / 1000).toFixed(1)} s a cell and round`,
    ]),
    sdkTable(taken),
    "Before the first call:",
    footprint,
  ].join("\n\n");
  console.log(text);
  if (options.shouldRecord) console.error(`recorded in ${path.relative(process.cwd(), recordPart("sdk", text))}`);
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2), DEFAULT_ROUNDS, []);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}
