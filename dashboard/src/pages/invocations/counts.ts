import { STATUSES, type Status, statusCondition } from "../../api/invocation.ts";
import { sql } from "../../api/sql.ts";
import { conditionOf, type Filter } from "./filter.ts";

export type Counts = Readonly<Record<Status, number>>;

/** How many there are in each status, whatever statuses the filter names. */
export async function countByStatus(filter: Filter, signal: AbortSignal): Promise<Counts> {
  const where = conditionOf({ ...filter, statuses: [] }, Date.now());
  const columns = STATUSES.map((status) => `count(*) FILTER (WHERE ${statusCondition([status])}) AS "${status}"`);
  const [row] = await sql<Counts>(`SELECT ${columns.join(", ")} FROM sys_invocation ${where}`, signal);
  if (row === undefined) throw new Error("The server has counted nothing.");
  return row;
}
