import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Where the programs of the benchmark are. */
export interface Toolchain {
  /** Runs the endpoint, because the official SDK needs a newer Node than our server does. */
  readonly node24: string;
  readonly restateServer: string;
  readonly restateLite: string;
}

/**
 * Puts the programs in place and says where they are: ours is built from the present sources, the others are the
 * development dependencies under `test/` unless BENCH_NODE24 and BENCH_RESTATE_SERVER name others.
 *
 * @param build whether to build ours; otherwise dist/ is taken as it is
 */
export async function toolchain(build: boolean): Promise<Toolchain> {
  if (build) await import(new URL("../../scripts/build.mjs", import.meta.url).href);
  const restateLite = path.join(root, "dist", "cli.js");
  const { BENCH_NODE24, BENCH_RESTATE_SERVER } = process.env;
  if (BENCH_NODE24 !== undefined && BENCH_RESTATE_SERVER !== undefined) {
    return { node24: existing(BENCH_NODE24), restateServer: existing(BENCH_RESTATE_SERVER), restateLite };
  }
  // reason: a JavaScript module without declarations, which npm scripts run before any TypeScript loader.
  const install = (await import(new URL("../../test/install.mjs", import.meta.url).href)) as {
    installTestTools(): Promise<void>;
    node24(): string;
  };
  await install.installTestTools();
  const platform = `${process.platform}-${process.arch}`;
  const packaged = path.join(root, "test/node_modules/@restatedev", `restate-server-${platform}`, "bin/restate-server");
  return {
    node24: BENCH_NODE24 ?? install.node24(),
    restateServer: existing(BENCH_RESTATE_SERVER ?? packaged),
    restateLite,
  };
}

function existing(file: string): string {
  if (existsSync(file)) return file;
  throw new Error(`${file} does not exist`);
}
