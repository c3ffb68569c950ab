import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import type { Kernel } from "./kernel.ts";
import { mayBeVersion } from "./state-version.ts";

/** Which object or workflow. Its lock, inbox, state and promises belong to it. */
export interface ObjectKey {
  readonly service: string;
  /** Empty: none. */
  readonly scope: string;
  readonly key: string;
}

/** What names an object in the row of one of its invocations. */
type Keyed = Pick<InvocationRow, keyof ObjectKey>;

/** A queued change of an object's whole state, as the admin API asks for it. */
export interface StateMutation {
  readonly entries: readonly (readonly [nameBase64: string, valueBase64: string])[];
  /** The version that the state must have when its turn comes; otherwise nothing is changed. */
  readonly version?: string;
}

/** What has become of a change of state. */
export type MutationResult =
  | { readonly outcome: "applied" }
  /** The state has another version. */
  | { readonly outcome: "dropped" }
  /** It waits in the inbox, where `position` names it, and is dropped or applied when its turn comes. */
  | { readonly outcome: "queued"; readonly position: number };

/**
 * The lock of (service, scope, key). An exclusive handler holds it from start to completion, through suspension and
 * retries; who comes later waits in the inbox, first in, first out.
 */
export class Keys {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Takes the lock for an invocation, or puts it into the inbox.
   * @returns its position there, to be stored in its row; `undefined`: it holds the lock
   */
  acquire(row: Keyed & Pick<InvocationRow, "seq">): number | undefined {
    const { keys } = this.#kernel.statements;
    const { service, scope, seq } = row;
    const key = row.key ?? "";
    if (keys.lockHolder.get(service, scope, key) === undefined) {
      keys.lock.run(service, scope, key, seq);
      return undefined;
    }
    return keys.enqueue.get(service, scope, key, service, scope, key, seq, null);
  }

  /** The holder is done: the next in the inbox gets the lock and becomes ready. */
  release(row: Keyed): void {
    const { keys, invocations } = this.#kernel.statements;
    const { service, scope } = row;
    const key = row.key ?? "";
    for (;;) {
      const next = keys.firstInInbox.get(service, scope, key);
      if (next === undefined) {
        keys.unlock.run(service, scope, key);
        return;
      }
      keys.dequeue.run(service, scope, key, next.position);
      if (next.seq === null) {
        if (next.mutation !== null) this.#mutate({ service, scope, key }, mutationOf(next.mutation), next.position);
        continue;
      }
      keys.passLock.run(next.seq, service, scope, key);
      invocations.setStatus.run(InvocationStatus.Ready, next.seq);
      this.#kernel.attempts.ready(next.seq);
      this.#tellReady(next.seq);
      return;
    }
  }

  #tellReady(seq: number): void {
    const { observation, statements } = this.#kernel;
    if (!observation.isWatched) return;
    const row = statements.invocations.bySeq.get(seq);
    if (row !== undefined) observation.tell(row, { kind: "ready" });
  }

  /** Takes an invocation that waits for the lock out of the inbox. */
  leaveInbox(row: InvocationRow): void {
    const { service, scope, key, inboxed, seq } = row;
    if (inboxed !== null) this.#kernel.statements.keys.removeFromInbox.run(service, scope, key ?? "", inboxed, seq);
  }

  holder({ service, scope, key }: Keyed): number | undefined {
    return this.#kernel.statements.keys.lockHolder.get(service, scope, key ?? "");
  }

  /** Applies a change of state at once when nobody holds the key, else after the running invocation. */
  mutateState(object: ObjectKey, mutation: StateMutation): MutationResult {
    const { keys } = this.#kernel.statements;
    const { service, scope, key } = object;
    if (keys.lockHolder.get(service, scope, key) === undefined) {
      return { outcome: this.#mutate(object, mutation) ? "applied" : "dropped" };
    }
    const body = Buffer.from(JSON.stringify(mutation));
    const position = keys.enqueue.get(service, scope, key, service, scope, key, null, body);
    return { outcome: "queued", position: position ?? 0 };
  }

  /** @returns whether it was applied */
  #mutate({ service, scope, key }: ObjectKey, { version, entries }: StateMutation, position?: number): boolean {
    const { observation, statements } = this.#kernel;
    const { keys } = statements;
    const tell = (outcome: "applied" | "dropped") =>
      observation.tellState({ service, key, scope: scope === "" ? undefined : scope, outcome, position });
    if (version !== undefined && !mayBeVersion(version, keys.allState.all(service, scope, key))) {
      this.#kernel.log("warn", `Dropped a change of the state of ${service}/${key}: the state has another version`, {
        version,
      });
      tell("dropped");
      return false;
    }
    keys.clearAllState.run(service, scope, key);
    for (const [name, value] of entries) {
      keys.setState.run(service, scope, key, Buffer.from(name, "base64"), Buffer.from(value, "base64"));
    }
    tell("applied");
    return true;
  }
}

function mutationOf(body: Buffer): StateMutation {
  return JSON.parse(body.toString()) as StateMutation;
}
