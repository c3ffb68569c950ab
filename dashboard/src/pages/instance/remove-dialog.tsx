import type { Place } from "../../api/instance.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { Conflicts } from "./conflicts.tsx";
import type { Edit } from "./edit.ts";
import { Held } from "./held.tsx";
import { nameText } from "./names.ts";
import { type OnDone, useWrite } from "./use-write.ts";

interface RemoveDialogProps {
  readonly place: Place;
  readonly edits: readonly Edit[];
  readonly isAll: boolean;
  readonly holder: string | undefined;
  readonly onClose: () => void;
  readonly onDone: OnDone;
}

/** Deletes one entry, or all that are there. */
export function RemoveDialog({ place, edits, isAll, holder, onClose, onDone }: RemoveDialogProps) {
  const { write, overwrite, isBusy, error, conflicts } = useWrite(place, onDone);
  const [first] = edits;
  const what = isAll || first === undefined ? plural(edits.length, "entry", "entries") : nameText(first.name);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size={conflicts.length > 0 ? "wide" : "narrow"}
      title={isAll ? `Clear ${what}?` : `Delete ${what}?`}
      description={
        <>
          <p>
            {isAll
              ? `The next handler of ${place.service}/${place.key} finds none of them. What others add meanwhile stays.`
              : `The next handler finds nothing under ${what}.`}
          </p>
          <Held by={holder} />
        </>
      }
    >
      {error !== undefined && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      {conflicts.length > 0 ? (
        <Conflicts of={conflicts} isBusy={isBusy} onOverwrite={() => void overwrite()} onClose={onClose} />
      ) : (
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button primary"
            data-destructive=""
            disabled={isBusy}
            onClick={() => void write(edits)}
          >
            {isAll ? "Clear all" : "Delete"}
          </button>
        </div>
      )}
    </Dialog>
  );
}
