import { CommandTemplate, InputCommand, isCommand, MessageType } from "../../sdk/protocol/index.ts";
import { ServerError } from "../errors.ts";
import type { ServiceType } from "../registry/types.ts";
import { type InvocationRow, InvocationStatus, type JournalRow } from "../storage/index.ts";
import { Origin } from "./invocations.ts";
import type { Kernel } from "./kernel.ts";

/** How an invocation is restarted as new. */
export interface RestartOptions {
  /** Index of the last journal entry that is kept; 0 keeps the input alone. */
  readonly from: number;
  /** Id of the deployment to go on with behind a kept prefix; `undefined`: the latest one of the service. */
  readonly deployment: string | undefined;
}

export type RestartResult =
  | { readonly kind: "restarted"; readonly id: string }
  | { readonly kind: "unknown" | "not-started" | "running" }
  /** Its journal is gone, or it is the run of a workflow, which has one invocation a key. */
  | { readonly kind: "no-input" | "workflow" }
  /** The prefix is longer than the journal, or has a command without its result. */
  | { readonly kind: "incomplete-prefix" }
  /** The deployment does not speak the protocol that the prefix was written in. */
  | { readonly kind: "other-protocol" };

/** Making a new invocation out of a completed one: the same target and input, and as much of its journal as asked for. */
export class Restarts {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Restarts a completed invocation as a new one, which has neither its idempotency key nor its caller.
   * @throws ServerError RL_UNKNOWN_DEPLOYMENT, RT0018 when nothing serves the target any more
   */
  restart(row: InvocationRow | undefined, { from, deployment }: RestartOptions): RestartResult {
    if (row === undefined) return { kind: "unknown" };
    if (row.status === InvocationStatus.Scheduled || row.status === InvocationStatus.Inboxed) {
      return { kind: "not-started" };
    }
    if (row.status !== InvocationStatus.Completed) return { kind: "running" };
    if (this.#typeOf(row) === "Workflow") return { kind: "workflow" };
    const { journal } = this.#kernel;
    const input = journal.ofType(row.seq, MessageType.InputCommand)[0];
    if (input === undefined) return { kind: "no-input" };
    if (from === 0) return { kind: "restarted", id: this.#create(row, input) };
    const prefix = prefixOf(journal.rows(row.seq), from);
    if (prefix === undefined) return { kind: "incomplete-prefix" };
    const pin = this.#pinOf(row, deployment);
    if (pin === undefined) return { kind: "other-protocol" };
    return { kind: "restarted", id: this.#create(row, input, { entries: prefix, ...pin }) };
  }

  /** Deletes what is kept of a restarted invocation besides its row. */
  forget(row: InvocationRow): void {
    if (row.origin === Origin.Restart) this.#kernel.statements.restarts.delete.run(row.seq);
  }

  /** The id that the random numbers of an invocation follow from: a kept journal may depend on the original's. */
  seedOf(row: InvocationRow): Buffer {
    if (row.origin !== Origin.Restart) return row.id;
    return this.#kernel.statements.restarts.seed.get(row.seq) ?? row.id;
  }

  #create(
    original: InvocationRow,
    input: JournalRow,
    prefix?: { entries: readonly JournalRow[]; deploymentId: string; protocol: number },
  ): string {
    const { invocations, journal, attempts, statements, clock } = this.#kernel;
    const { headers, value } = InputCommand.decode(input.body);
    const { row } = invocations.create(
      {
        target: {
          service: original.service,
          handler: original.handler,
          key: original.key ?? undefined,
          scope: original.scope === "" ? undefined : original.scope,
        },
        headers: headers.map(({ key, value: text }) => [key, text] as const),
        body: value ?? Buffer.alloc(0),
        idempotencyKey: undefined,
        limitKey: original.limit_key ?? undefined,
        executeAtMs: undefined,
      },
      Origin.Restart,
    );
    statements.restarts.insert.run(row.seq, original.id, prefix === undefined ? row.id : this.seedOf(original));
    if (prefix !== undefined) {
      prefix.entries.forEach(({ type, notification, body }, index) => {
        if (index > 0) journal.append(row.seq, index, type, notification, body);
      });
      statements.invocations.pin.run(prefix.deploymentId, prefix.protocol, clock.nowMs(), row.seq);
      attempts.journalGrew(row.seq);
    }
    return invocations.textId(row);
  }

  #typeOf(row: InvocationRow): ServiceType | undefined {
    const { registry } = this.#kernel;
    const pinned = row.deployment === null ? undefined : registry.serviceOn(row.service, row.deployment);
    return (pinned ?? registry.service(row.service))?.type;
  }

  /** Where the copy of a journal goes on; `undefined` when the deployment does not speak its protocol. */
  #pinOf(row: InvocationRow, wanted: string | undefined): { deploymentId: string; protocol: number } | undefined {
    const { registry } = this.#kernel;
    const id = wanted ?? registry.service(row.service)?.deploymentId ?? "";
    const deployment = registry.deployment(id);
    if (deployment === undefined) throw new ServerError(404, "RL_UNKNOWN_DEPLOYMENT", `${id} is not registered`);
    const protocol = row.protocol ?? deployment.maxProtocolVersion;
    const isSpoken = protocol >= deployment.minProtocolVersion && protocol <= deployment.maxProtocolVersion;
    return isSpoken ? { deploymentId: id, protocol } : undefined;
  }
}

/**
 * The entries up to `from` and, behind them, the results that their commands got later. `undefined` when the journal
 * is shorter, or one of the commands has no result.
 */
function prefixOf(entries: readonly JournalRow[], from: number): JournalRow[] | undefined {
  if (from >= entries.length) return undefined;
  const prefix = entries.slice(0, from + 1);
  const missing = new Set(prefix.flatMap(resultsOf));
  for (const { notification } of prefix) if (notification !== null) missing.delete(notification);
  for (const entry of entries.slice(from + 1)) {
    if (entry.notification !== null && missing.delete(entry.notification)) prefix.push(entry);
  }
  return missing.size === 0 ? prefix : undefined;
}

/** Completion ids of the results that a command gets. */
function resultsOf({ type, body }: JournalRow): number[] {
  if (!isCommand(type)) return [];
  const { resultCompletionId, invocationIdNotificationIdx } = CommandTemplate.decode(body);
  return [resultCompletionId, invocationIdNotificationIdx].filter((id) => id !== undefined);
}
