import { useMemo, useState } from "react";
import { ACTION_NAMES, ACTIONS, type Action, actOnAll } from "../../api/actions.ts";
import { type ListedInvocation, statusOf } from "../../api/invocation.ts";
import { ActionButtons } from "../../ui/action-buttons.tsx";
import { ConfirmManyDialog } from "../../ui/dialog-confirm.tsx";
import { count, plural } from "../../ui/format.ts";

interface BulkProps {
  readonly selected: ReadonlySet<string>;
  readonly rowOf: (id: string) => ListedInvocation | undefined;
  readonly onClear: () => void;
}

/** What can be done to the selected ones. */
export function BulkBar({ selected, rowOf, onClear }: BulkProps) {
  const [action, setAction] = useState<Action>();
  return (
    <div className="bulk" role="toolbar" aria-label="Selected invocations">
      <strong className="num">{count(selected.size)} selected</strong>
      <div className="bulk-actions">
        <ActionButtons actions={ACTION_NAMES} onChoose={setAction} />
      </div>
      <button type="button" className="button quiet" onClick={onClear}>
        Clear selection
      </button>
      {action !== undefined && (
        <BulkDialog
          action={action}
          selected={selected}
          rowOf={rowOf}
          onClose={(isDone) => {
            setAction(undefined);
            if (isDone) onClear();
          }}
        />
      )}
    </div>
  );
}

interface BulkDialogProps extends Pick<BulkProps, "selected" | "rowOf"> {
  readonly action: Action;
  readonly onClose: (isDone: boolean) => void;
}

/** Asks, with the number; then shows how far it is. */
function BulkDialog({ action, selected, rowOf, onClose }: BulkDialogProps) {
  const { verb, meaning, isDestructive, statuses } = ACTIONS[action];
  // Frozen when the dialog opens: what changes meanwhile is not what was asked for. Of rows never seen nothing is known; the server decides.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const ids = useMemo(
    () =>
      [...selected].filter((id) => {
        const row = rowOf(id);
        return row === undefined || statuses.includes(statusOf(row));
      }),
    [],
  );
  const left = selected.size - ids.length;
  return (
    <ConfirmManyDialog
      title={`${verb} ${plural(ids.length, "invocation")}?`}
      description={
        <>
          <p>{meaning}</p>
          {left > 0 && (
            <p className="muted">{count(left)} of those selected are left out: their status does not allow it.</p>
          )}
        </>
      }
      {...{ verb, isDestructive, onClose }}
      n={ids.length}
      onConfirm={(onProgress, signal) => actOnAll(action, ids, onProgress, signal)}
    />
  );
}
