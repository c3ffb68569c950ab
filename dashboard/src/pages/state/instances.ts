import { placeCondition } from "../../api/instance.ts";
import { containing, quoted, sql } from "../../api/sql.ts";

/** An object or workflow of which something is stored. */
export interface ListedInstance {
  readonly service: string;
  readonly key: string;
  readonly scope?: string;
  readonly entries: number;
  readonly size: number;
  /** Invocations that have not ended, those in the inbox among them. */
  readonly live: number;
  /** Invocations in the inbox. */
  readonly waiting: number;
}

export interface Instances {
  readonly rows: readonly ListedInstance[];
  /** How many there are, beyond those listed. */
  readonly total: number;
}

/** What has state, promises or invocations: each of them makes an instance. */
const SOURCES = [
  `SELECT service_name AS service, service_key AS key, scope, 1 AS entries, value_length AS size, 0 AS live, 0 AS waiting FROM state`,
  `SELECT service_name AS service, service_key AS key, scope, 0 AS entries, 0 AS size, 0 AS live, 0 AS waiting FROM sys_promise`,
  `SELECT target_service_name AS service, target_service_key AS key, scope, 0 AS entries, 0 AS size,
    CASE WHEN status = 'completed' THEN 0 ELSE 1 END AS live, CASE WHEN status = 'inboxed' THEN 1 ELSE 0 END AS waiting
  FROM sys_invocation_status WHERE target_service_key IS NOT NULL`,
].join(" UNION ALL ");

export interface InstanceFilter {
  readonly service?: string | undefined;
  /** A part of the key, in upper or lower case. */
  readonly text: string;
}

function instancesQuery({ service, text }: InstanceFilter, limit: number): string {
  const conditions = [
    ...(service === undefined ? [] : [`service = ${quoted(service)}`]),
    ...(text === "" ? [] : [`key ILIKE ${containing(text)}`]),
  ];
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT service, key, scope, sum(entries) AS entries, sum(size) AS size, sum(live) AS live, sum(waiting) AS waiting, count(*) OVER () AS total FROM (${SOURCES}) i${where} GROUP BY service, key, scope ORDER BY service, key, scope LIMIT ${limit}`;
}

export async function instances(filter: InstanceFilter, limit: number, signal: AbortSignal): Promise<Instances> {
  const rows = await sql<ListedInstance & { readonly total: number }>(instancesQuery(filter, limit), signal);
  return { rows, total: rows[0]?.total ?? 0 };
}

const PREVIEW_CHARACTERS = 60;

interface PreviewRow {
  readonly service_name: string;
  readonly service_key: string;
  readonly scope?: string;
  readonly key: string;
  readonly value?: string;
}

/** How the state of each begins: names and values, by {@link nameOf}. */
export async function previews(
  of: readonly ListedInstance[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const places = of.filter(({ entries }) => entries > 0).map((one) => `(${placeCondition(one, "")})`);
  if (places.length === 0) return found;
  const rows = await sql<PreviewRow>(
    `SELECT service_name, service_key, scope, key, substr(value_utf8, 1, ${PREVIEW_CHARACTERS + 1}) AS value FROM state WHERE ${places.join(" OR ")} ORDER BY key LIMIT 2000`,
    signal,
  );
  for (const { service_name: service, service_key, scope, key, value = "bytes" } of rows) {
    const name = nameOf({ service, key: service_key, scope });
    const cut = value.length > PREVIEW_CHARACTERS ? `${value.slice(0, PREVIEW_CHARACTERS)}…` : value;
    const before = found.get(name);
    found.set(name, `${before === undefined ? "" : `${before}, `}${key}: ${cut}`);
  }
  return found;
}

export const nameOf = ({
  service,
  key,
  scope,
}: Pick<ListedInstance, "service" | "key"> & { scope?: string | undefined }): string =>
  JSON.stringify([service, key, scope]);
