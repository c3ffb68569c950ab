import { type Instance, type Place, placeCondition, readInstance } from "../../api/instance.ts";
import { type ListedInvocation, listedInvocations } from "../../api/invocation.ts";
import { sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { fromHex } from "./value.ts";

type Subject = Pick<Place, "service" | "scope"> & { readonly key?: string | undefined };

function isAbout({ service, key, scope }: Place): (change: Subject) => boolean {
  return (change) => change.service === service && change.key === key && change.scope === scope;
}

export const instanceKey = (place: Place) => keyOf("instance", place);

const keyOf = (what: string, { service, key, scope }: Place) => [what, service, key, scope] as const;

/** Changes of a busy key come in hundreds a second. */
const EVERY_MS = 250;

export interface InstanceAnswer extends Instance {
  /** The holder of the key and those who wait for it, by id. */
  readonly invocations: ReadonlyMap<string, ListedInvocation>;
}

/** State, lock and inbox, as they are now. */
export function useInstance(place: Place) {
  return useLive<InstanceAnswer>({
    key: instanceKey(place),
    fetch: async (signal) => {
      const instance = await readInstance(place, signal);
      const ids = [instance.holder, ...instance.queue.map(({ id }) => id)].filter((id) => id !== undefined);
      const rows = await listedInvocations(ids, signal);
      return { ...instance, invocations: new Map(rows.map((row) => [row.id, row])) };
    },
    on: isAbout(place),
    onState: isAbout(place),
    everyMs: EVERY_MS,
  });
}

const RECENT = 20;

/** The newest invocations of the key. */
export function useRecent(place: Place) {
  return useLive({
    key: keyOf("instance-invocations", place),
    fetch: async (signal) => {
      const found = await sql<{ id: string }>(
        `SELECT id FROM sys_invocation_status WHERE ${placeCondition(place, "target_")} ORDER BY created_at DESC LIMIT ${RECENT}`,
        signal,
      );
      const rows = await listedInvocations(
        found.map(({ id }) => id),
        signal,
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return found.flatMap(({ id }) => byId.get(id) ?? []);
    },
    on: isAbout(place),
    everyMs: EVERY_MS,
  });
}

/** A durable promise of a workflow. */
export interface WorkflowPromise {
  readonly name: string;
  readonly outcome:
    | { readonly kind: "unresolved" }
    | { readonly kind: "value"; readonly bytes: Uint8Array }
    | { readonly kind: "failure"; readonly message: string };
}

interface PromiseRow {
  readonly key: string;
  readonly completed: boolean;
  readonly completion_success_value?: string;
  readonly completion_failure?: string;
}

export function usePromises(place: Place) {
  return useLive({
    key: keyOf("instance-promises", place),
    fetch: async (signal) => {
      const rows = await sql<PromiseRow>(
        `SELECT key, completed, completion_success_value, completion_failure FROM sys_promise WHERE ${placeCondition(place, "")} ORDER BY key`,
        signal,
      );
      return rows.map(promiseOf);
    },
    on: isAbout(place),
    everyMs: EVERY_MS,
  });
}

function promiseOf({ key, completed, completion_success_value, completion_failure }: PromiseRow): WorkflowPromise {
  if (!completed) return { name: key, outcome: { kind: "unresolved" } };
  if (completion_failure !== undefined) return { name: key, outcome: { kind: "failure", message: completion_failure } };
  return { name: key, outcome: { kind: "value", bytes: fromHex(completion_success_value ?? "") } };
}
