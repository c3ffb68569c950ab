import type { Kernel } from "./kernel.ts";
import type { ObjectKey, StateMutation } from "./keys.ts";
import { type StateEntry, versionOf } from "./state-version.ts";

/** What waits for a key, in the order of `position`: an invocation, or a change of the state. */
export type Queued =
  | { readonly position: number; readonly id: string }
  | {
      readonly position: number;
      readonly mutation: StateMutation;
      /** The version that the state has when it is applied. */
      readonly leadsTo: string;
    };

/** A virtual object or workflow as it stands: its state with the version of it, who holds its key, who waits. */
export interface Instance {
  readonly version: string;
  readonly entries: readonly StateEntry[];
  /** Id of the invocation that holds the key. */
  readonly holder: string | undefined;
  /** All changes of state, and the first invocations. */
  readonly queue: readonly Queued[];
  /** How many invocations wait. */
  readonly waiting: number;
}

const INVOCATIONS = 100;

/** Says how an instance stands. Reads only. One that has nothing stored is as good as any other. */
export function describeInstance(kernel: Kernel, { service, scope, key }: ObjectKey): Instance {
  const { keys } = kernel.statements;
  const entries = keys.allState.all(service, scope, key);
  const holder = keys.lockHolder.get(service, scope, key);
  const idOf = (seq: number): string | undefined => {
    const row = kernel.statements.invocations.bySeq.get(seq);
    return row === undefined ? undefined : kernel.invocations.textId(row);
  };
  const invocations = keys.inboxedInvocations.all(service, scope, key, INVOCATIONS).flatMap(({ position, seq }) => {
    const id = idOf(seq);
    return id === undefined ? [] : [{ position, id }];
  });
  const mutations = keys.inboxedMutations.all(service, scope, key).map(({ position, mutation: body }) => {
    const mutation = JSON.parse(body.toString()) as StateMutation;
    return { position, mutation, leadsTo: versionOf(stateOf(mutation)) };
  });
  return {
    version: versionOf(entries),
    entries,
    holder: holder === undefined ? undefined : idOf(holder),
    queue: [...invocations, ...mutations].sort((a, b) => a.position - b.position),
    waiting: keys.inboxLength.get(service, scope, key) ?? 0,
  };
}

/** The state that a change makes, in the order of the names. */
function stateOf({ entries }: StateMutation): StateEntry[] {
  const values = new Map(
    entries.map(([name, value]) => [Buffer.from(name, "base64").toString("latin1"), Buffer.from(value, "base64")]),
  );
  return [...values]
    .map(([name, value]) => ({ name: Buffer.from(name, "latin1"), value }))
    .sort((a, b) => Buffer.compare(a.name, b.name));
}
