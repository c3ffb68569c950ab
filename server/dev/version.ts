import type { DevProcess } from "./process.ts";

/** One state of the developer's code, running. */
export interface Version {
  readonly number: number;
  readonly process: DevProcess;
  /** Ids of its deployments: one, unless a command has several endpoints. */
  readonly deployments: readonly string[];
  readonly services: readonly string[];
  /** Its end is our doing. */
  isEnding: boolean;
  /** It has been replaced; these unfinished invocations still need it. */
  waitsFor: Set<string> | undefined;
}
