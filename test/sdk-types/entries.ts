import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An entry of an official package, and ours that replaces it. */
export interface Entry {
  readonly official: string;
  /** What a program imports from the official package. */
  readonly declarations: string;
  readonly runtime: string;
  readonly ours: string;
}

function entry(official: string, packageName: string, file: string, ours: string): Entry {
  const dist = `${root}test/node_modules/@restatedev/${packageName}/dist`;
  return {
    official,
    declarations: `${dist}/${file}.d.ts`,
    runtime: `${dist}/${file}.js`,
    ours: `${root}${ours}`,
  };
}

export const entries: readonly Entry[] = [
  entry("@restatedev/restate-sdk", "restate-sdk", "index", "sdk/index.ts"),
  entry("@restatedev/restate-sdk/node", "restate-sdk", "node", "sdk/node.ts"),
  entry("@restatedev/restate-sdk/fetch", "restate-sdk", "fetch", "sdk/fetch.ts"),
  entry("@restatedev/restate-sdk/lambda", "restate-sdk", "lambda", "sdk/lambda.ts"),
  entry("@restatedev/restate-sdk-clients", "restate-sdk-clients", "index", "sdk/clients/index.ts"),
  entry("@restatedev/restate-sdk-core", "restate-sdk-core", "index", "sdk/core/index.ts"),
];
