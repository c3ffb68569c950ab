import type { Instance, Queued, StateEntry } from "../../api/instance.ts";

/** A change of state that waits, at its turn as far as it can be foreseen. */
export interface Step {
  readonly position: number;
  /** The state that it finds. */
  readonly before: readonly StateEntry[];
  /** It is for another state than that, so it will be dropped. */
  readonly isDoomed: boolean;
}

/** The state when all changes that wait have had their turns, if nobody else changes it. */
export interface Foresight {
  readonly entries: readonly StateEntry[];
  readonly version: string;
  readonly steps: readonly Step[];
}

export function foresee({ entries, version, queue }: Pick<Instance, "entries" | "version" | "queue">): Foresight {
  let state = { entries, version };
  const steps: Step[] = [];
  for (const { position, change } of queue) {
    if (change === undefined) continue;
    const isDoomed = !mayApply(change, state.version);
    steps.push({ position, before: state.entries, isDoomed });
    if (!isDoomed) state = { entries: change.entries, version: change.leads_to };
  }
  return { ...state, steps };
}

/** Other programs name versions of their own, which only the server can check. */
function mayApply({ version }: NonNullable<Queued["change"]>, now: string): boolean {
  return version === undefined || version === now || !version.startsWith("rl1_");
}

/** What becomes of an entry that changes that wait are about; `value` is `undefined` when it goes. */
export interface Coming {
  readonly value: string | undefined;
}

/** The entries that will be others, by name. */
export function comingOf(entries: readonly StateEntry[], foreseen: readonly StateEntry[]): ReadonlyMap<string, Coming> {
  const now = new Map(entries.map(({ name, value }) => [name, value]));
  const then = new Map(foreseen.map(({ name, value }) => [name, value]));
  const names = new Set([...now.keys(), ...then.keys()]);
  return new Map(
    [...names].filter((name) => now.get(name) !== then.get(name)).map((name) => [name, { value: then.get(name) }]),
  );
}
