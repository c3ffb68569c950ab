import { useLive } from "../../live/use-live.ts";
import { journalOf } from "./journal.ts";

/** The journal of an invocation, while it grows. */
export function useJournal(id: string) {
  return useLive({
    key: ["journal", id],
    fetch: (signal) => journalOf(id, signal),
    on: (change) => change.id === id,
  });
}
