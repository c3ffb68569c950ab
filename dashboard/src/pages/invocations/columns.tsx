import type { ColumnDef, RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import { type ListedInvocation, shortId, statusOf } from "../../api/invocation.ts";
import { plural } from "../../ui/format.ts";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { duration, fullTime, keptFor, msOf, useClock } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";

declare module "@tanstack/react-table" {
  // biome-ignore lint/correctness/noUnusedVariables: the declaration that this extends has them.
  interface ColumnMeta<TData extends RowData, TValue> {
    readonly label: string;
    /** Of the grid: fixed ones in pixels, the others share what is left. */
    readonly width: string;
    readonly isNumber?: boolean;
    readonly cell: (row: ListedInvocation) => ReactNode;
  }
}

function column(
  id: string,
  label: string,
  width: string,
  cell: (row: ListedInvocation) => ReactNode,
  isNumber = false,
): ColumnDef<ListedInvocation> {
  return { id, meta: { label, width, cell, isNumber } };
}

const none = <span className="none">–</span>;
const text = (value: string | undefined): ReactNode =>
  value === undefined ? none : <span title={value}>{value}</span>;
const code = (value: string | undefined): ReactNode =>
  value === undefined ? none : <code title={value}>{value}</code>;

const id = (value: string | undefined): ReactNode =>
  value === undefined ? none : <code title={value}>{shortId(value)}</code>;

/** What the server calls the size of a journal is how many entries it has. */
const entries = (size: number | undefined): ReactNode =>
  size === undefined ? none : <span className="num">{plural(size, "entry", "entries")}</span>;

const KINDS = { service: "Service", virtual_object: "Virtual object", workflow: "Workflow" } as const;

/** How long it took, or takes: from creation (or its due time) to the end. */
function Took({ row }: { readonly row: ListedInvocation }) {
  const fromMs = msOf(row.scheduled_start_at ?? row.created_at) as number;
  const toMs = msOf(row.completed_at);
  const text = useClock((now) =>
    toMs === undefined && fromMs > now ? undefined : duration(Math.max(0, (toMs ?? now) - fromMs)),
  );
  if (text === undefined) return none;
  return <span className={toMs === undefined ? "num going" : "num"}>{text}</span>;
}

/** What is worth saying beside the status: the failure, or when it goes on. */
function Note({ row }: { readonly row: ListedInvocation }) {
  const failure = row.completion_failure ?? row.last_failure;
  if (row.status === "scheduled") {
    return (
      <span className="note">
        starts <Ago at={row.scheduled_start_at} />
      </span>
    );
  }
  if (row.status === "backing-off") {
    return (
      <span className="note" title={failure}>
        {row.next_retry_at !== undefined && (
          <>
            tries again <Ago at={row.next_retry_at} />
            {" · "}
          </>
        )}
        <span className="note-failure">{firstLine(failure)}</span>
      </span>
    );
  }
  if (failure === undefined) return null;
  return (
    <span className="note note-failure" title={failure}>
      {firstLine(failure)}
    </span>
  );
}

const firstLine = (said: string | undefined): string => said?.split("\n", 1)[0] ?? "";

export const COLUMNS: ColumnDef<ListedInvocation>[] = [
  column("status", "Status", "118px", (row) => <StatusBadge status={statusOf(row)} />),
  column("target", "Target", "minmax(200px, 2fr)", (row) => <Target of={row} />),
  column("note", "Failure or next step", "minmax(140px, 1.6fr)", (row) => <Note row={row} />),
  column("id", "Id", "136px", (row) => id(row.id)),
  column("created", "Created", "88px", (row) => <Ago at={row.created_at} />, true),
  column("took", "Duration", "84px", (row) => <Took row={row} />, true),
  column("attempts", "Attempts", "76px", (row) => row.retry_count ?? none, true),
  column("created_at", "Created at", "196px", (row) => <span className="num">{fullTime(row.created_at)}</span>),
  column("modified", "Modified", "88px", (row) => <Ago at={row.modified_at} />, true),
  column("due", "Due", "88px", (row) => <Ago at={row.scheduled_start_at} />, true),
  column("running", "Running since", "104px", (row) => <Ago at={row.running_at} />, true),
  column("completed", "Completed", "96px", (row) => <Ago at={row.completed_at} />, true),
  column("kind", "Service type", "110px", (row) => KINDS[row.target_service_ty]),
  column("service", "Service", "minmax(110px, 1fr)", (row) => text(row.target_service_name)),
  column("handler", "Handler", "minmax(110px, 1fr)", (row) => text(row.target_handler_name)),
  column("key", "Key", "minmax(110px, 1fr)", (row) => code(row.target_service_key)),
  column("invoker", "Called by", "minmax(120px, 1fr)", (row) => text(row.invoked_by_target ?? row.invoked_by)),
  column("deployment", "Deployment", "150px", (row) => code(row.pinned_deployment_id)),
  column("idempotency", "Idempotency key", "minmax(120px, 1fr)", (row) => code(row.idempotency_key)),
  column("scope", "Scope", "110px", (row) => code(row.scope)),
  column("limit", "Limit key", "110px", (row) => code(row.limit_key)),
  column("restarted", "Restarted from", "136px", (row) => id(row.restarted_from)),
  column("size", "Journal size", "96px", (row) => entries(row.journal_size), true),
  column("protocol", "Protocol", "76px", (row) => row.pinned_service_protocol_version ?? none, true),
  column("kept", "Result kept", "96px", (row) => text(keptFor(row.completion_retention)), true),
  column("journal_kept", "Journal kept", "100px", (row) => text(keptFor(row.journal_retention)), true),
];

export const FIRST_COLUMNS: readonly string[] = ["status", "target", "note", "id", "created", "took", "attempts"];
