import type { Handler, Service, ServiceEdit } from "../../../registry/types.ts";
import type { Targets } from "./journal-json.ts";

const TYPES = { Service: "service", VirtualObject: "virtual_object", Workflow: "workflow" } as const;
const DAY_MS = 86_400_000;

type StoredService = Omit<Service, "handlers"> & { handlers: Handler[] };

/** The services of the moment, for columns that say what the registry knows. */
export class Services implements Targets {
  readonly #byName = new Map<string, StoredService>();
  readonly #edits = new Map<string, ServiceEdit>();

  /** @param rows the JSON of every revision in order: the last one of a name counts */
  constructor(
    rows: readonly { readonly service: string }[],
    edits: readonly { readonly name: string; readonly revision: number; readonly edit: string }[],
  ) {
    for (const { service } of rows) {
      const parsed = JSON.parse(service) as StoredService;
      this.#byName.set(parsed.name, parsed);
    }
    for (const { name, revision, edit } of edits) {
      if (this.#byName.get(name)?.revision === revision) this.#edits.set(name, JSON.parse(edit) as ServiceEdit);
    }
  }

  serviceType(name: string, hasKey: boolean): string {
    const service = this.#byName.get(name);
    if (service !== undefined) return TYPES[service.type];
    return hasKey ? "virtual_object" : "service";
  }

  isPublic(name: string): boolean {
    return this.#edits.get(name)?.isPublic ?? this.#byName.get(name)?.isPublic ?? true;
  }

  handlerType(name: string, handler: string) {
    return this.#handler(name, handler)?.type;
  }

  /**
   * How long a completed invocation, or its journal, stays.
   * @param isKept whether it has an idempotency key or came over the ingress
   */
  retentionOf(name: string, handler: string, what: string, isRun: boolean, isKept: boolean): number {
    const journalMs = this.#retentionMs(name, handler, "journalRetentionMs");
    const completionMs = isRun
      ? this.#retentionMs(name, handler, "workflowRetentionMs")
      : isKept
        ? this.#retentionMs(name, handler, "idempotencyRetentionMs")
        : journalMs;
    return what === "journal" ? Math.min(journalMs, completionMs) : completionMs;
  }

  #retentionMs(
    name: string,
    handler: string,
    setting: "journalRetentionMs" | "workflowRetentionMs" | "idempotencyRetentionMs",
  ): number {
    return this.#edits.get(name)?.[setting] ?? this.#handler(name, handler)?.[setting] ?? DAY_MS;
  }

  #handler(name: string, handler: string): Handler | undefined {
    return this.#byName.get(name)?.handlers.find((candidate) => candidate.name === handler);
  }
}
