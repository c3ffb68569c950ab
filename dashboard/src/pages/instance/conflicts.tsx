import type { Place } from "../../api/instance.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Payload } from "../../ui/payload.tsx";
import type { Conflict } from "./edit.ts";
import { nameText } from "./names.ts";
import { type OnDone, type Refused, useWrite } from "./use-write.ts";
import { fromBase64 } from "./value.ts";

interface ConflictsProps {
  readonly of: readonly Conflict[];
  readonly isBusy: boolean;
  readonly onOverwrite: () => void;
  readonly onClose: () => void;
}

/** What somebody has written meanwhile, beside what was to be written. Nothing is lost: one of both stays, as asked. */
export function Conflicts({ of, isBusy, onOverwrite, onClose }: ConflictsProps) {
  return (
    <div className="conflicts">
      <p className="form-error" role="alert">
        Nothing was written: the state has changed since you looked at it.
      </p>
      <ul>
        {of.map(({ name, is, now }) => (
          <li key={name} aria-label={`Conflict of ${nameText(name)}`}>
            <h3>{nameText(name)}</h3>
            <div className="conflict-sides">
              <Side title="There now" value={is} />
              <Side title="Yours" value={now} />
            </div>
          </li>
        ))}
      </ul>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Keep what is there
        </button>
        <button type="button" className="button primary" disabled={isBusy} onClick={onOverwrite}>
          Write yours over it
        </button>
      </div>
    </div>
  );
}

function Side({ title, value }: { readonly title: string; readonly value: string | undefined }) {
  if (value !== undefined) return <Payload key={value} title={title} bytes={fromBase64(value)} />;
  return (
    <div className="payload">
      <h4>{title}</h4>
      <p className="muted">no entry</p>
    </div>
  );
}

interface ConflictDialogProps {
  readonly place: Place;
  readonly refused: Refused;
  readonly onClose: () => void;
  readonly onDone: OnDone;
}

/** A change that has waited for its turn and was not applied. */
export function ConflictDialog({ place, refused, onClose, onDone }: ConflictDialogProps) {
  const writing = useWrite(place, onDone, refused);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title="Your change was not applied"
      description="When its turn came, the state was not any more what you had looked at."
    >
      <Conflicts
        of={writing.conflicts}
        isBusy={writing.isBusy}
        onOverwrite={() => void writing.overwrite()}
        onClose={onClose}
      />
      {writing.error !== undefined && (
        <p className="form-error" role="alert">
          {writing.error}
        </p>
      )}
    </Dialog>
  );
}
