import type { ReactNode } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/states.tsx";
import { useSubmit } from "../../ui/use-submit.ts";

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
  const { error, isBusy, submit, leave } = useSubmit(title, onDone, onClose);

  return (
    <Dialog isOpen onClose={leave} title={title} description={description} size={isWide ? "wide" : "narrow"}>
      {children}
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={leave}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          data-destructive={isDestructive || undefined}
          disabled={isBusy || isDisabled}
          onClick={submit}
        >
          {verb}
        </button>
      </footer>
    </Dialog>
  );
}
