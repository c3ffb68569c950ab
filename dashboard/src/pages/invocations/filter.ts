import { type Invocation, STATUSES, type Status, statusCondition, statusOf } from "../../api/invocation.ts";
import { containing, quoted } from "../../api/sql.ts";
import type { Change } from "../../live/messages.ts";
import { msOf } from "../../ui/time.ts";

/** The parameters of the page's address. */
export const FILTER_NAMES = [
  ...([
    "q",
    "status",
    "service",
    "handler",
    "key",
    "scope",
    "idempotency",
    "caller",
    "deployment",
    "failure",
    "since",
    "until",
    "modified_since",
    "modified_until",
    "completed_since",
    "completed_until",
    "order",
  ] as const),
] as const;
export type FilterSearch = { [name in (typeof FILTER_NAMES)[number]]?: string };

export interface Filter {
  /** A part of the target, or an id. */
  readonly text: string | undefined;
  /** Empty: all. */
  readonly statuses: readonly Status[];
  readonly service: string | undefined;
  readonly handler: string | undefined;
  readonly key: string | undefined;
  readonly scope: string | undefined;
  readonly idempotency: string | undefined;
  /** A part of the target that has called it, or its id. */
  readonly caller: string | undefined;
  /** The id of the one that it is pinned to. */
  readonly deployment: string | undefined;
  /** A part of what a failed attempt or the end says. */
  readonly failure: string | undefined;
  /** Of the creation: how long ago (`15m`, `24h`, `7d`) or a time, as all bounds of time. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly modifiedSince: string | undefined;
  readonly modifiedUntil: string | undefined;
  readonly completedSince: string | undefined;
  readonly completedUntil: string | undefined;
  readonly isOldestFirst: boolean;
}

export function filterOf(search: FilterSearch): Filter {
  const wanted = new Set((search.status ?? "").split(","));
  return {
    text: search.q,
    statuses: STATUSES.filter((status) => wanted.has(status)),
    service: search.service,
    handler: search.handler,
    key: search.key,
    scope: search.scope,
    idempotency: search.idempotency,
    caller: search.caller,
    deployment: search.deployment,
    failure: search.failure,
    since: search.since,
    until: search.until,
    modifiedSince: search.modified_since,
    modifiedUntil: search.modified_until,
    completedSince: search.completed_since,
    completedUntil: search.completed_until,
    isOldestFirst: search.order === "oldest",
  };
}

export const isFiltered = (search: FilterSearch): boolean =>
  FILTER_NAMES.some((name) => name !== "order" && search[name] !== undefined);

const AGO = /^(\d{1,4})([mhd])$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds since the epoch of `15m` or of a time; `undefined` for what is neither. */
export function sinceMs(since: string | undefined, nowMs: number): number | undefined {
  if (since === undefined) return undefined;
  const ago = AGO.exec(since);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
  const ms = Date.parse(since);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A time from `sinceMs` to `untilMs`, both included; `undefined`: whenever. */
interface Span {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

function spanOf(since: string | undefined, until: string | undefined, nowMs: number): Span {
  return { sinceMs: sinceMs(since, nowMs), untilMs: sinceMs(until, nowMs) };
}

const createdSpan = ({ since, until }: Filter, nowMs: number) => spanOf(since, until, nowMs);
const modifiedSpan = (filter: Filter, nowMs: number) => spanOf(filter.modifiedSince, filter.modifiedUntil, nowMs);
const completedSpan = (filter: Filter, nowMs: number) => spanOf(filter.completedSince, filter.completedUntil, nowMs);

function spanConditions(column: string, span: Span): string[] {
  const bound = (operator: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${column} ${operator} ${quoted(new Date(ms).toISOString())}`];
  return [...bound(">=", span.sinceMs), ...bound("<=", span.untilMs)];
}

/** What has no time is in no span that has a bound. */
function isWithin(ms: number | undefined, span: Span): boolean {
  const { sinceMs: from = Number.NEGATIVE_INFINITY, untilMs: to = Number.POSITIVE_INFINITY } = span;
  return ms === undefined ? span.sinceMs === undefined && span.untilMs === undefined : ms >= from && ms <= to;
}

/** `WHERE …` of the filter, or nothing. */
export function conditionOf(filter: Filter, nowMs: number): string {
  const conditions: string[] = [];
  const { text, statuses, service, handler, key, scope, idempotency, caller, deployment, failure } = filter;
  if (text !== undefined) {
    conditions.push(text.startsWith("inv_") ? `id = ${quoted(text)}` : `target ILIKE ${containing(text)}`);
  }
  if (service !== undefined) conditions.push(`target_service_name = ${quoted(service)}`);
  if (handler !== undefined) conditions.push(`target_handler_name = ${quoted(handler)}`);
  if (key !== undefined) conditions.push(`target_service_key = ${quoted(key)}`);
  if (scope !== undefined) conditions.push(`scope = ${quoted(scope)}`);
  if (idempotency !== undefined) conditions.push(`idempotency_key = ${quoted(idempotency)}`);
  if (caller !== undefined) {
    conditions.push(
      caller.startsWith("inv_") ? `invoked_by_id = ${quoted(caller)}` : `invoked_by_target ILIKE ${containing(caller)}`,
    );
  }
  if (deployment !== undefined) conditions.push(`pinned_deployment_id = ${quoted(deployment)}`);
  conditions.push(
    ...spanConditions("created_at", createdSpan(filter, nowMs)),
    ...spanConditions("completed_at", completedSpan(filter, nowMs)),
    ...spanConditions("modified_at", modifiedSpan(filter, nowMs)),
  );
  if (statuses.length > 0) conditions.push(statusCondition(statuses));
  if (failure !== undefined) {
    const pattern = containing(failure);
    conditions.push(`(completion_failure ILIKE ${pattern} OR last_failure ILIKE ${pattern})`);
  }
  return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}

/** Whether the feed does not tell who belongs to the list. */
export const needsMore = (filter: Filter): boolean =>
  filter.idempotency !== undefined ||
  filter.caller !== undefined ||
  filter.deployment !== undefined ||
  followsJournal(filter);

function followsJournal(filter: Filter): boolean {
  const span = modifiedSpan(filter, 0);
  return span.sinceMs !== undefined || span.untilMs !== undefined;
}

/** Whether something written to a journal, with the status as it was, may make an invocation enter or leave the list. */
export function mayMove(filter: Filter, change: Change, isMember: boolean, nowMs: number): boolean {
  if (!followsJournal(filter) || isWithin(change.atMs, modifiedSpan(filter, nowMs)) === isMember) return false;
  return (["service", "handler", "key", "scope"] as const).every(
    (name) => filter[name] === undefined || filter[name] === change[name],
  );
}

/** What is known of an invocation when it has changed. */
export type Known = Pick<
  Invocation,
  "id" | "target" | "target_service_name" | "target_service_key" | "target_handler_name" | "status"
> &
  Pick<
    Partial<Invocation>,
    | ("completion_result" | "completion_failure" | "last_failure" | "pinned_deployment_id" | "scope")
    | ("modified_at" | "completed_at")
  > & {
    readonly createdAtMs: number;
  };

/** Whether an invocation belongs to the list, by what the feed says of it. */
export function matches(filter: Filter, known: Known, nowMs: number): boolean {
  const { text, statuses, service, handler, key, scope, deployment, failure } = filter;
  if (text !== undefined) {
    const isMatch = text.startsWith("inv_")
      ? known.id === text
      : known.target.toLowerCase().includes(text.toLowerCase());
    if (!isMatch) return false;
  }
  if (service !== undefined && known.target_service_name !== service) return false;
  if (handler !== undefined && known.target_handler_name !== handler) return false;
  if (key !== undefined && known.target_service_key !== key) return false;
  if (scope !== undefined && known.scope !== scope) return false;
  if (deployment !== undefined && known.pinned_deployment_id !== deployment) return false;
  if (!isWithin(known.createdAtMs, createdSpan(filter, nowMs))) return false;
  if (!isWithin(msOf(known.completed_at), completedSpan(filter, nowMs))) return false;
  if (!isWithin(msOf(known.modified_at), modifiedSpan(filter, nowMs))) return false;
  if (statuses.length > 0 && !statuses.includes(statusOf(known))) return false;
  if (failure === undefined) return true;
  const wanted = failure.toLowerCase();
  return [known.completion_failure, known.last_failure].some((said) => said?.toLowerCase().includes(wanted));
}
