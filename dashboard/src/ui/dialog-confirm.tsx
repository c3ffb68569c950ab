import { type ReactNode, useRef, useState } from "react";
import { Dialog } from "./dialog.tsx";
import { count, plural } from "./format.ts";
import { Failure } from "./states.tsx";
import { useSubmit } from "./use-submit.ts";

interface ConfirmProps {
  readonly title: string;
  /** What it means, to decide by. */
  readonly description: ReactNode;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDestructive?: boolean;
  readonly isWide?: boolean;
  readonly isDisabled?: boolean;
  /** What has to be chosen before. */
  readonly children?: ReactNode;
  /** Does it. What it throws is shown, and the dialog stays. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is done. */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, description, verb, isDestructive, isWide, isDisabled = false, children, onConfirm, onClose } = props;
  const { error, isBusy, submit, leave } = useSubmit(title, onConfirm, onClose);
  return (
    <Dialog isOpen onClose={leave} title={title} description={description} size={isWide ? "wide" : "narrow"}>
      {children}
      {error !== undefined && <Failure error={error} />}
      <Foot
        verb={verb}
        onClose={leave}
        isDestructive={isDestructive === true}
        close="Back"
        onConfirm={isDisabled || isBusy ? undefined : submit}
      />
    </Dialog>
  );
}

/** How far something is that is done many times. */
interface Progress {
  readonly done: number;
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

interface ConfirmManyProps {
  readonly title: string;
  readonly description: ReactNode;
  readonly verb: string;
  readonly isDestructive?: boolean;
  /** How many it will be done to. */
  readonly n: number;
  /** Does all of it; what fails does not hold up the others. `signal` stops before the next one. */
  readonly onConfirm: (onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<Progress>;
  /** `isBegun`: some of it has been done. */
  readonly onClose: (isBegun: boolean) => void;
}

/** The least time between two changes of the bar. */
const SHOWN_EVERY_MS = 60;
const SHOWN_REFUSALS = 5;

/** Asks with the number before something is done to many; then shows how far it is. */
export function ConfirmManyDialog(props: ConfirmManyProps) {
  const { title, description, verb, isDestructive, n, onConfirm, onClose } = props;
  const stop = useRef(new AbortController());
  const [progress, setProgress] = useState<Progress>();
  const [isOver, setIsOver] = useState(false);
  const past = progress === undefined ? 0 : progress.done + progress.failed.length;

  async function confirm(): Promise<void> {
    setProgress({ done: 0, failed: [] });
    let nextAt = 0;
    const end = await onConfirm((soFar) => {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + SHOWN_EVERY_MS;
      setProgress({ ...soFar });
    }, stop.current.signal);
    setProgress(end);
    setIsOver(true);
  }

  function close(): void {
    stop.current.abort();
    onClose(progress !== undefined);
  }

  return (
    <Dialog isOpen onClose={close} title={title} description={description}>
      {progress !== undefined && (
        <div className="progress">
          <progress max={Math.max(1, n)} value={past} aria-label={`${verb}: progress`} />
          <p className="num" role="status">
            {count(past)} of {count(n)}
            {progress.failed.length > 0 && <> · {plural(progress.failed.length, "refusal")}</>}
          </p>
          {progress.failed.length > 0 && (
            <ul className="refusals">
              {progress.failed.slice(0, SHOWN_REFUSALS).map(({ id, message }) => (
                <li key={id}>{message}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <Foot
        verb={`${verb} ${count(n)}`}
        isDestructive={isDestructive === true}
        close={isOver ? "Close" : progress === undefined ? "Back" : "Stop"}
        isBegun={progress !== undefined}
        onClose={close}
        onConfirm={n === 0 ? undefined : () => void confirm()}
      />
    </Dialog>
  );
}

interface FootProps {
  readonly verb: string;
  readonly isDestructive: boolean;
  readonly close: string;
  readonly isBegun?: boolean;
  readonly onClose: () => void;
  /** `undefined`: not now. */
  readonly onConfirm: (() => void) | undefined;
}

function Foot({ verb, isDestructive, close, isBegun = false, onClose, onConfirm }: FootProps) {
  return (
    <footer className="dialog-foot">
      <button type="button" className="button" onClick={onClose}>
        {close}
      </button>
      {!isBegun && (
        <button
          type="button"
          className="button primary"
          data-destructive={isDestructive || undefined}
          disabled={onConfirm === undefined}
          onClick={onConfirm}
        >
          {verb}
        </button>
      )}
    </footer>
  );
}
