import { admin } from "../../api/admin.ts";
import { useLive } from "../../live/use-live.ts";
import type { Suspensions } from "./suspensions.ts";

/** When an invocation was suspended, while it goes on. */
export function useSuspensions(id: string) {
  return useLive({
    key: ["suspensions", id],
    fetch: (signal) => admin<Suspensions>(`/restate-lite/invocations/${id}/suspensions`, { signal }),
    // What is written into a journal suspends nobody, but an edit may drop what is known.
    on: (change) => change.id === id && (change.status !== undefined || change.journal === true),
    everyMs: 300,
  });
}
