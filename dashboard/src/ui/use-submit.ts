import { useRef, useState } from "react";
import { toast } from "./toasts.tsx";

/** What a dialog does when somebody says yes. What goes wrong is shown in it, or shortly said when it has been left. */
export function useSubmit(title: string, onSubmit: () => Promise<void>, onClose: () => void) {
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);
  const isLeft = useRef(false);

  function leave(): void {
    isLeft.current = true;
    onClose();
  }

  async function submit(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      await onSubmit();
      // By now another dialog may be open in its place.
      if (!isLeft.current) onClose();
    } catch (refused) {
      if (isLeft.current) toast("bad", `${title} ${(refused as Error).message}`);
      setError(refused as Error);
      setIsBusy(false);
    }
  }

  return { error, isBusy, submit: () => void submit(), leave };
}
