import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Place, StateEntry } from "../../api/instance.ts";
import { useFeed } from "../../live/use-live.ts";
import { bytes, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toasts.tsx";
import { ConflictDialog } from "./conflicts.tsx";
import { clearing, conflictsOf, type Edit, type Edited, edit, isDone } from "./edit.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { Entries } from "./entries.tsx";
import { nameText } from "./names.ts";
import { RemoveDialog } from "./remove-dialog.tsx";
import { type InstanceAnswer, instanceKey } from "./use-instance.ts";
import type { Refused } from "./use-write.ts";
import { sizeOfBase64 } from "./value.ts";

type Open =
  | { readonly kind: "edit"; readonly entry: StateEntry | undefined }
  | { readonly kind: "remove"; readonly edits: readonly Edit[]; readonly isAll: boolean }
  | { readonly kind: "lost"; readonly refused: Refused };

/** A change that waits for its turn. */
interface Pending {
  readonly position: number;
  readonly edits: readonly Edit[];
}

interface StateCardProps {
  readonly place: Place;
  readonly of: InstanceAnswer;
  /** What no deployment serves cannot be changed. */
  readonly isServed: boolean;
}

/** The state of an instance, to read and to change. */
export function StateCard({ place, of, isServed }: StateCardProps) {
  const { entries, holder, queue } = of;
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const pending = usePending(place, of, onDropped);
  const isQueued = queue.some(({ change }) => change !== undefined);
  const isReadOnly = !isServed || isQueued;
  const close = () => setOpen(undefined);

  async function onDone(edits: readonly Edit[], edited: Edited): Promise<void> {
    close();
    // What is on its way may be older than the change.
    await client.invalidateQueries({ queryKey: instanceKey(place), exact: true });
    if (edited.outcome === "queued") pending.wait({ position: edited.position, edits });
    else toast("good", doneText(edits));
  }

  /** The server drops a change when anything of the state is another; what others have written elsewhere is in nobody's way. */
  async function onDropped(edits: readonly Edit[], now: readonly StateEntry[]): Promise<void> {
    const conflicts = conflictsOf(now, edits);
    if (conflicts.length > 0) setOpen({ kind: "lost", refused: { edits, conflicts } });
    else {
      try {
        const edited = await edit(place, edits);
        if (edited.outcome === "conflict") setOpen({ kind: "lost", refused: { edits, conflicts: edited.conflicts } });
        else await onDone(edits, edited);
      } catch (error) {
        toast("bad", `The change was not applied. ${(error as Error).message}`);
      }
    }
  }

  const holderName = holder === undefined ? undefined : (of.invocations.get(holder)?.target_handler_name ?? holder);
  const size = entries.reduce((sum, { name, value }) => sum + sizeOfBase64(name) + sizeOfBase64(value), 0);
  return (
    <section className="card state-card" aria-label="State">
      <header className="section-head">
        <h2>
          State{" "}
          <span className="muted num">
            {plural(entries.length, "entry", "entries")}, {bytes(size)}
          </span>
        </h2>
        <div className="actions">
          <button
            type="button"
            className="button"
            disabled={isReadOnly}
            onClick={() => setOpen({ kind: "edit", entry: undefined })}
          >
            <Icon name="plus" size={14} /> Add
          </button>
          <button
            type="button"
            className="button"
            data-destructive=""
            disabled={isReadOnly || entries.length === 0}
            onClick={() => setOpen({ kind: "remove", edits: clearing(entries), isAll: true })}
          >
            <Icon name="trash" size={14} /> Clear all
          </button>
        </div>
      </header>
      {isQueued && (
        <p className="state-note" role="status">
          <Icon name="clock" size={14} />
          <span>
            A change of this state waits until {holderName ?? "the invocation before it"} has ended. It is applied if
            the state is then as it was when the change was made. Until then it cannot be edited again.
          </span>
        </p>
      )}
      <Entries
        entries={entries}
        isReadOnly={isReadOnly}
        onEdit={(entry) => setOpen({ kind: "edit", entry })}
        onRemove={(entry) => setOpen({ kind: "remove", edits: clearing([entry]), isAll: false })}
      />
      {open?.kind === "edit" && (
        <EditDialog
          place={place}
          entry={open.entry}
          entries={entries}
          holder={holderName}
          onClose={close}
          onDone={onDone}
        />
      )}
      {open?.kind === "remove" && (
        <RemoveDialog
          place={place}
          edits={open.edits}
          isAll={open.isAll}
          holder={holderName}
          onClose={close}
          onDone={onDone}
        />
      )}
      {open?.kind === "lost" && <ConflictDialog place={place} refused={open.refused} onClose={close} onDone={onDone} />}
    </section>
  );
}

function doneText(edits: readonly Edit[]): string {
  const [first] = edits;
  if (edits.length !== 1 || first === undefined) return `Cleared ${plural(edits.length, "entry", "entries")}`;
  return first.now === undefined ? `Deleted ${nameText(first.name)}` : `Wrote ${nameText(first.name)}`;
}

type OnDropped = (edits: readonly Edit[], now: readonly StateEntry[]) => void;

/** Waits for the turn of a change, and says what has become of it. */
function usePending(place: Place, of: InstanceAnswer, onDropped: OnDropped) {
  const [pending, setPending] = useState<Pending>();
  const outcomes = useRef(new Map<number, "applied" | "dropped">());
  useFeed((event) => {
    if (event.type !== "changes") return;
    for (const { service, key, scope, outcome, position } of event.states ?? []) {
      const isHere = service === place.service && key === place.key && scope === place.scope;
      if (isHere && position !== undefined) outcomes.current.set(position, outcome);
    }
  });
  const dropped = useRef(onDropped);
  dropped.current = onDropped;
  useEffect(() => {
    if (pending === undefined) return;
    const { position, edits } = pending;
    if (of.queue.some((queued) => queued.position === position && queued.change !== undefined)) return;
    setPending(undefined);
    // A page that was away when it happened has not heard of it, and has to look.
    const outcome = outcomes.current.get(position) ?? (isDone(of.entries, edits) ? "applied" : "dropped");
    outcomes.current.delete(position);
    if (outcome === "applied") toast("good", `${doneText(edits)}, now that the key was free`);
    else dropped.current(edits, of.entries);
  }, [pending, of]);
  return { wait: setPending };
}
