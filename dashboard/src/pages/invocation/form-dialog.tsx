import { type ReactNode, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/states.tsx";

interface FormDialogProps {
  readonly title: string;
  readonly description: ReactNode;
  readonly verb: string;
  readonly isDestructive?: boolean;
  readonly isWide?: boolean;
  readonly isDisabled?: boolean;
  readonly onClose: () => void;
  /** Does it; what it throws is shown, and the dialog stays. */
  readonly onDone: () => Promise<void>;
  readonly children?: ReactNode;
}

/** A dialog that asks how, does it, and says why when that did not work. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, verb, isDestructive, isWide, isDisabled, onClose, onDone, children } = props;
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);

  async function submit(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      await onDone();
      onClose();
    } catch (refused) {
      setError(refused as Error);
      setIsBusy(false);
    }
  }

  return (
    <Dialog isOpen onClose={onClose} title={title} description={description} size={isWide ? "wide" : "narrow"}>
      {children}
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          data-destructive={isDestructive || undefined}
          disabled={isBusy || isDisabled}
          onClick={() => void submit()}
        >
          {verb}
        </button>
      </footer>
    </Dialog>
  );
}
