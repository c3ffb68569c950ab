import { parseArgs } from "node:util";
import { SERVER_NAMES, type ServerKind } from "./servers/index.ts";

/** What both benchmarks understand on the command line. */
export interface Options {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** A smoke run counts answers instead of measuring for a time, so that a slow machine only makes it longer. */
  readonly answersPerConnection?: number;
  /** Quiet time before memory is read. */
  readonly settleMs: number;
  /** Suspended invocations. */
  readonly count: number;
  readonly isSmoke: boolean;
  readonly shouldRecord: boolean;
  readonly shouldBuild: boolean;
  readonly shouldProfile: boolean;
  readonly servers: readonly ServerKind["name"][];
  /** Names of the cells to measure; empty for all. */
  readonly only: readonly string[];
}

const SMOKE_ANSWERS = 4;

export const USAGE = `  --rounds N     rounds, each with both servers in turn (5; suspended: 3)
  --seconds S    measured seconds of a cell and round, after a warm-up of 40 % of it (5)
  --count N      suspended invocations (100000)
  --only A,B     only these cells: greet-1 greet-64 steps-1 steps-64 hot-key keys-64
  --server NAME  only this one: restate-server, restate-lite, or in-process (restate-lite with the services in it)
  --no-build     take dist/ as it is
  --record       write the results to bench/RESULTS.md
  --smoke        under a minute: every cell must give answers, no figure is judged
  --profile      one of ours (restate-lite, or --server in-process) under Node's profiler: what takes most CPU`;

/**
 * Parses the command line.
 *
 * @param rounds the default number of rounds
 * @param servers the servers that are measured unless one is asked for
 * @throws Error that says what is wrong
 */
export function parseOptions(
  args: readonly string[],
  rounds: number,
  servers: readonly ServerKind["name"][] = ["restate-server", "restate-lite"],
): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      count: { type: "string" },
      only: { type: "string" },
      server: { type: "string" },
      "no-build": { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
    },
  });
  const isSmoke = values.smoke;
  const isPart = isSmoke || values.profile || values.server !== undefined || values.only !== undefined;
  if (values.record && isPart) throw new Error("--record takes a whole run: no --smoke, --profile, --server, --only");
  const seconds = positive("seconds", values.seconds ?? (isSmoke ? "0.3" : "5"));
  return {
    rounds: wholeNumber("rounds", values.rounds ?? (isSmoke ? "1" : String(rounds))),
    warmUpMs: seconds * 400,
    measureMs: seconds * 1000,
    ...(isSmoke ? { answersPerConnection: SMOKE_ANSWERS } : {}),
    settleMs: isSmoke ? 200 : 3000,
    count: wholeNumber("count", values.count ?? (isSmoke ? "200" : "100000")),
    isSmoke,
    shouldRecord: values.record,
    shouldBuild: !values["no-build"],
    shouldProfile: values.profile,
    servers: serverNames(values.server, values.profile ? ["restate-lite"] : servers),
    only: values.only === undefined ? [] : values.only.split(","),
  };
}

function serverNames(
  given: string | undefined,
  otherwise: readonly ServerKind["name"][],
): readonly ServerKind["name"][] {
  if (given === undefined) return otherwise;
  const name = SERVER_NAMES.find((candidate) => candidate === given);
  if (name === undefined) throw new Error(`--server is one of ${SERVER_NAMES.join(", ")}, not ${given}`);
  return [name];
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new Error(`--${option} must be a positive number, not ${text}`);
  return value;
}

function wholeNumber(option: string, text: string): number {
  const value = positive(option, text);
  if (!Number.isInteger(value)) throw new Error(`--${option} must be a whole number, not ${text}`);
  return value;
}
