import { useQuery } from "@tanstack/react-query";
import { quoted, sql } from "../../api/sql.ts";
import type { Entry } from "./journal.ts";

export interface StoredBody {
  readonly index: number;
  readonly entry_type: string;
  readonly entry_json?: string;
  readonly raw?: string;
}

/** What an entry and its completion hold. @param edits how often somebody has edited the journal so far */
export function useBodies(id: string, { index, completedBy, endMs }: Entry, edits: number, enabled: boolean) {
  return useQuery({
    // Edits give an index other contents.
    queryKey: ["entry", id, index, completedBy, endMs, edits],
    enabled,
    queryFn: ({ signal }) => {
      const indexes = [index, ...(completedBy === undefined ? [] : [completedBy])].join(", ");
      return sql<StoredBody>(
        `SELECT index, entry_type, entry_json, raw FROM sys_journal WHERE id = ${quoted(id)} AND index IN (${indexes}) ORDER BY index`,
        signal,
      );
    },
  });
}
