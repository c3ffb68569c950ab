import type { ListedInvocation } from "../../api/invocation.ts";
import type { Change } from "../../live/messages.ts";

type Mutable = { -readonly [name in keyof ListedInvocation]: ListedInvocation[name] };

/** A row after a change, as far as the feed tells; the rest comes with the next fetch of the row. */
export function patched(row: ListedInvocation | undefined, change: Change): ListedInvocation {
  const { id, service, handler, key, scope, status, failure, createdAtMs, atMs } = change;
  const next: Mutable =
    row === undefined
      ? {
          id,
          target: [service, ...(key === undefined ? [] : [key]), handler].join("/"),
          target_service_name: service,
          target_handler_name: handler,
          target_service_ty: key === undefined ? "service" : "virtual_object",
          status: "ready",
          created_at: new Date(createdAtMs).toISOString(),
          ...(key === undefined ? {} : { target_service_key: key }),
          ...(scope === undefined ? {} : { scope }),
        }
      : { ...row };
  // An attempt that only begins, or somebody's pause, leaves the time of the last modification as it was.
  if (change.journal === true || status === "completed" || failure !== undefined) {
    next.modified_at = new Date(atMs).toISOString();
  }
  if (status === undefined || status === "removed") return next;
  next.status = status;
  delete next.next_retry_at;
  if (status === "running") next.running_at ??= new Date(atMs).toISOString();
  if (status !== "running") {
    delete next.last_failure;
    delete next.retry_count;
  }
  const said = failure === undefined ? undefined : `[${failure.code}] ${failure.message}`;
  if (status === "completed") {
    next.completed_at = new Date(atMs).toISOString();
    next.completion_result = failure === undefined ? "success" : "failure";
    if (said !== undefined) next.completion_failure = said;
  } else if (said !== undefined) next.last_failure = said;
  if (status === "backing-off") {
    if (change.failedAttempts !== undefined) next.retry_count = change.failedAttempts;
    if (change.nextAttemptMs !== undefined) next.next_retry_at = new Date(change.nextAttemptMs).toISOString();
  }
  return next;
}
