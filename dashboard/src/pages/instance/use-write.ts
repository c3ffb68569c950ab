import { useState } from "react";
import type { Place } from "../../api/instance.ts";
import { type Conflict, type Edit, type Edited, edit, overwriting } from "./edit.ts";

export type OnDone = (edits: readonly Edit[], edited: Edited) => void;

/** Edits that meet something else than what was seen. */
export interface Refused {
  readonly edits: readonly Edit[];
  readonly conflicts: readonly Conflict[];
}

/** Writes edits; what does not work stays to be shown: the error, or with what the edits conflict. */
export function useWrite(place: Place, onDone: OnDone, first?: Refused) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [refused, setRefused] = useState(first);
  async function write(edits: readonly Edit[]): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      const edited = await edit(place, edits);
      if (edited.outcome === "conflict") setRefused({ edits, conflicts: edited.conflicts });
      else onDone(edits, edited);
    } catch (problem) {
      setError((problem as Error).message);
    } finally {
      setIsBusy(false);
    }
  }
  /** Over what has been shown as the conflict, and nothing that came later. */
  async function overwrite(): Promise<void> {
    if (refused !== undefined) await write(overwriting(refused.edits, refused.conflicts));
  }
  return { write, overwrite, isBusy, error, setError, conflicts: refused?.conflicts ?? [] };
}
