import { useState } from "react";
import type { Invocation } from "../../api/invocation.ts";
import { Icon } from "../../ui/icon.tsx";
import { DropDialog } from "./drop-dialog.tsx";
import type { StoredBody } from "./entry-bodies.ts";
import { ForkDialog } from "./fork-dialog.tsx";
import type { Entry } from "./journal.ts";
import { draftOf, resultKinds } from "./result.ts";
import { ResultDialog } from "./result-dialog.tsx";

interface EntryActionsProps {
  readonly of: Invocation;
  readonly entry: Entry;
  /** Whether commands come behind it. */
  readonly isLast: boolean;
  readonly bodies: readonly StoredBody[];
}

/** What can be done from an entry: a completed invocation is restarted from it, a paused one's journal is edited. */
export function EntryActions({ of, entry, isLast, bodies }: EntryActionsProps) {
  const [open, setOpen] = useState<"fork" | "result" | "drop">();
  const close = () => setOpen(undefined);
  const isPaused = of.status === "paused";
  const canFork = of.status === "completed" && of.target_service_ty !== "workflow" && entry.type !== "Output";
  const canEdit = isPaused && resultKinds(entry).length > 0;
  const canDrop = isPaused && !isLast;
  if (!canFork && !canEdit && !canDrop) return null;
  return (
    <div className="entry-actions">
      {canFork && (
        <button type="button" className="button" onClick={() => setOpen("fork")}>
          <Icon name="restart" size={14} /> Restart from here
        </button>
      )}
      {canEdit && (
        <button type="button" className="button" onClick={() => setOpen("result")}>
          <Icon name="step" size={14} /> {entry.isPending ? "Give a result" : "Edit the result"}
        </button>
      )}
      {canDrop && (
        <button type="button" className="button" data-destructive onClick={() => setOpen("drop")}>
          <Icon name="trash" size={14} /> Drop what follows
        </button>
      )}
      {open === "fork" && <ForkDialog of={of} entry={entry} onClose={close} />}
      {open === "result" && <ResultDialog id={of.id} entry={entry} initial={draftOf(entry, bodies)} onClose={close} />}
      {open === "drop" && <DropDialog id={of.id} entry={entry} onClose={close} />}
    </div>
  );
}
