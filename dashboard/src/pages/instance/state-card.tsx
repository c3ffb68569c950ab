import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Place, StateEntry } from "../../api/instance.ts";
import { bytes, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toasts.tsx";
import { ConflictDialog } from "./conflicts.tsx";
import { type Conflict, clearing, conflictsWith, type Edit, type Edited, edit } from "./edit.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { Entries } from "./entries.tsx";
import { comingOf, foresee } from "./foresight.ts";
import { nameText } from "./names.ts";
import { RemoveDialog } from "./remove-dialog.tsx";
import { type InstanceAnswer, instanceKey } from "./use-instance.ts";
import { usePending } from "./use-pending.ts";
import type { Refused } from "./use-write.ts";
import { sizeOfBase64 } from "./value.ts";

type Open =
  | { readonly kind: "edit"; readonly entry: StateEntry | undefined }
  | { readonly kind: "remove"; readonly edits: readonly Edit[]; readonly isAll: boolean };

interface StateCardProps {
  readonly place: Place;
  readonly of: InstanceAnswer;
  /** What no deployment serves cannot be changed. */
  readonly isServed: boolean;
}

/** The state of an instance, to read and to change. */
export function StateCard({ place, of, isServed }: StateCardProps) {
  const { entries, holder } = of;
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>();
  /** Edits that were not applied and have to be decided on, one after the other. */
  const [lost, setLost] = useState<readonly Refused[]>([]);
  const pending = usePending(place, of, {
    onApplied: (edits) => toast("good", `${doneText(edits)}, now that the key was free`),
    onDropped: (edits) => void onDropped(edits),
  });
  // What somebody edits is what changes that wait will leave there.
  const { entries: foreseen, steps } = foresee(of);
  const coming = comingOf(entries, foreseen);
  const close = () => setOpen(undefined);

  async function onDone(edits: readonly Edit[], edited: Edited): Promise<void> {
    // What is on its way may be older than the change.
    await client.invalidateQueries({ queryKey: instanceKey(place), exact: true });
    if (edited.outcome === "queued") pending.wait({ ...edited, edits });
    else toast("good", doneText(edits));
  }

  /** The server drops a change when anything of the state is another; what others have written elsewhere is in nobody's way. */
  async function onDropped(edits: readonly Edit[]): Promise<void> {
    try {
      const edited = await edit(place, edits);
      if (edited.outcome === "conflict") decideOn(edits, edited.conflicts);
      else await onDone(edits, edited);
    } catch (error) {
      toast("bad", `The change was not applied. ${(error as Error).message}`);
      decideOn(edits, conflictsWith(of.entries, edits));
    }
  }

  function decideOn(edits: readonly Edit[], conflicts: readonly Conflict[]): void {
    setLost((others) => [...others, { edits, conflicts }]);
  }

  function onDialogDone(edits: readonly Edit[], edited: Edited): void {
    close();
    void onDone(edits, edited);
  }

  const [undecided] = lost;
  const nextLost = () => setLost(([, ...others]) => others);

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
            disabled={!isServed}
            onClick={() => setOpen({ kind: "edit", entry: undefined })}
          >
            <Icon name="plus" size={14} /> Add
          </button>
          <button
            type="button"
            className="button"
            data-destructive=""
            disabled={!isServed || foreseen.length === 0}
            onClick={() => setOpen({ kind: "remove", edits: clearing(foreseen), isAll: true })}
          >
            <Icon name="trash" size={14} /> Clear all
          </button>
        </div>
      </header>
      {steps.length > 0 && (
        <p className="state-note" role="status">
          <Icon name="clock" size={14} />
          <span>
            {steps.length === 1 ? "A change of this state waits" : `${steps.length} changes of this state wait`} until{" "}
            {holderName ?? "the invocation before"} has ended. {steps.length === 1 ? "It" : "Each"} is applied if the
            state is then what it was made for. What you edit now waits behind, and is made on top.
          </span>
        </p>
      )}
      <Entries
        entries={entries}
        coming={coming}
        isReadOnly={!isServed}
        onEdit={(entry) => setOpen({ kind: "edit", entry })}
        onRemove={(entry) => setOpen({ kind: "remove", edits: clearing([entry]), isAll: false })}
      />
      {open?.kind === "edit" && (
        <EditDialog
          place={place}
          entry={open.entry}
          entries={foreseen}
          holder={holderName}
          onClose={close}
          onDone={onDialogDone}
        />
      )}
      {open?.kind === "remove" && (
        <RemoveDialog
          place={place}
          edits={open.edits}
          isAll={open.isAll}
          holder={holderName}
          onClose={close}
          onDone={onDialogDone}
        />
      )}
      {open === undefined && undecided !== undefined && (
        <ConflictDialog
          key={lost.length}
          place={place}
          refused={undecided}
          onClose={nextLost}
          onDone={(edits, edited) => {
            nextLost();
            void onDone(edits, edited);
          }}
        />
      )}
    </section>
  );
}

function doneText(edits: readonly Edit[]): string {
  const [first] = edits;
  if (edits.length !== 1 || first === undefined) {
    const verb = edits.every(({ now }) => now === undefined) ? "Cleared" : "Changed";
    return `${verb} ${plural(edits.length, "entry", "entries")}`;
  }
  return first.now === undefined ? `Deleted ${nameText(first.name)}` : `Wrote ${nameText(first.name)}`;
}
