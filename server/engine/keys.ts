import { type InvocationRow, InvocationStatus } from "../storage/index.ts";
import type { Kernel } from "./kernel.ts";
import { mayBeVersion } from "./state-version.ts";

/** A queued change of an object's whole state, as the admin API asks for it. */
export interface StateMutation {
  readonly entries: readonly (readonly [nameBase64: string, valueBase64: string])[];
  /** The version that the state must have when its turn comes; otherwise nothing is changed. */
  readonly version?: string;
}

/**
 * The lock of (service, scope, key). An exclusive handler holds it from start to completion, through suspension and
 * retries; who comes later waits in the inbox, first in, first out.
 */
export class Keys {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Takes the lock for `row`, or puts `row` into the inbox. Returns whether it holds the lock. */
  acquire(service: string, scope: string, key: string, seq: number): boolean {
    const { keys } = this.#kernel.statements;
    if (keys.lockHolder.get(service, scope, key) === undefined) {
      keys.lock.run(service, scope, key, seq);
      return true;
    }
    keys.enqueue.run(service, scope, key, service, scope, key, seq, null);
    return false;
  }

  /** The holder is done: the next in the inbox gets the lock and becomes ready. */
  release(row: InvocationRow): void {
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
        if (next.mutation !== null) this.#mutate(service, scope, key, next.mutation);
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
    this.#kernel.statements.keys.removeFromInbox.run(row.service, row.scope, row.key ?? "", row.seq);
  }

  holder(service: string, scope: string, key: string): number | undefined {
    return this.#kernel.statements.keys.lockHolder.get(service, scope, key);
  }

  /** Applies a change of state at once when nobody holds the key, else after the running invocation. */
  mutateState(service: string, scope: string, key: string, mutation: StateMutation): void {
    const body = Buffer.from(JSON.stringify(mutation));
    const { keys } = this.#kernel.statements;
    if (keys.lockHolder.get(service, scope, key) === undefined) this.#mutate(service, scope, key, body);
    else keys.enqueue.run(service, scope, key, service, scope, key, null, body);
  }

  #mutate(service: string, scope: string, key: string, body: Buffer): void {
    const { keys } = this.#kernel.statements;
    const mutation = JSON.parse(body.toString()) as StateMutation;
    const { version } = mutation;
    if (version !== undefined && !mayBeVersion(version, keys.stateNames.get(service, scope, key) === undefined)) {
      this.#kernel.log("warn", `Dropped a change of the state of ${service}/${key}: the state has another version`, {
        version,
      });
      return;
    }
    keys.clearAllState.run(service, scope, key);
    for (const [name, value] of mutation.entries) {
      keys.setState.run(service, scope, key, Buffer.from(name, "base64"), Buffer.from(value, "base64"));
    }
  }
}
