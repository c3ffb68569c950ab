import { encodeInvocationId } from "../../sdk/protocol/index.ts";
import type { RestartResult } from "../engine/index.ts";
import type { OpenServer } from "../start.ts";
import { deploymentStatements } from "../storage/index.ts";

/** What the development loop does to a running server beyond registering deployments. Each call is one turn. */
export class DevControl {
  readonly #server: OpenServer;
  readonly #statements: ReturnType<typeof deploymentStatements>;

  constructor(server: OpenServer) {
    this.#server = server;
    this.#statements = deploymentStatements(server.storage.db);
  }

  /** Ids of the unfinished invocations that need a deployment: pinned to it, or with an attempt on it. */
  invocationsOn(deployment: string): Set<string> {
    return new Set(this.#on(deployment).map(({ id }) => encodeInvocationId(id)));
  }

  /**
   * Moves what is unfinished on a deployment to those of the others that serve it.
   * @param only these of them; absent: all
   * @returns which were moved, and why others were not
   */
  moveInvocations(
    from: string,
    to: readonly string[],
    only?: ReadonlySet<string>,
  ): { moved: string[]; refused: string[] } {
    const { engine, registry, storage } = this.#server;
    const targets = new Map(to.flatMap((id) => registry.servicesOf(id).map(({ name }) => [name, id] as const)));
    const refused: string[] = [];
    const moved: string[] = [];
    for (const { seq, id: bytes, service } of this.#on(from)) {
      const id = encodeInvocationId(bytes);
      if (only !== undefined && !only.has(id)) continue;
      const target = targets.get(service);
      if (target === undefined) {
        refused.push(`${id}: ${service} is not served any more`);
        continue;
      }
      try {
        storage.turns.apply(() => engine.move(seq, target));
        moved.push(id);
      } catch (error) {
        refused.push(`${id}: ${(error as Error).message}`);
      }
    }
    return { moved, refused };
  }

  /** Forgets a deployment that nothing needs any more. */
  forget(deployment: string): void {
    const { registry, storage } = this.#server;
    if (registry.deployment(deployment) !== undefined) storage.turns.apply(() => registry.remove(deployment));
  }

  pause(invocationId: string): void {
    this.#server.storage.turns.apply(() => this.#server.engine.pause(invocationId));
  }

  resume(invocationId: string): void {
    this.#server.storage.turns.apply(() => this.#server.engine.resume(invocationId, undefined));
  }

  /** Ends an invocation whose journal does not fit the code any more, and starts a new one from its input. */
  startAgain(invocationId: string): RestartResult {
    const { engine, registry, storage } = this.#server;
    const [name = ""] = engine.describe(invocationId)?.target.split("/") ?? [];
    const service = registry.service(name);
    // A workflow has one invocation a key: to end it would only lose it.
    if (service?.type === "Workflow") return { kind: "workflow" };
    return storage.turns.apply(() => {
      engine.kill(invocationId);
      return engine.restart(invocationId, { from: 0, deployment: undefined });
    });
  }

  /** Clears the state of all keys; of a key that an invocation holds, when that has finished. */
  clearState(): number {
    const keys = this.#statements.keysWithState.all();
    this.#server.storage.turns.apply(() => {
      for (const { service, scope, key } of keys) {
        this.#server.engine.mutateState(service, scope, key, { entries: [] });
      }
    });
    return keys.length;
  }

  #on(deployment: string): { seq: number; id: Buffer; service: string }[] {
    const { engine, statements } = this.#server;
    const pinned = this.#statements.pinned.all(deployment);
    const known = new Set(pinned.map(({ seq }) => seq));
    for (const attempt of engine.running()) {
      if (attempt.deployment !== deployment || known.has(attempt.seq)) continue;
      const row = statements.invocations.bySeq.get(attempt.seq);
      if (row !== undefined) pinned.push({ seq: row.seq, id: row.id, service: row.service });
    }
    return pinned;
  }
}
