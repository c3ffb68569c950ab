import { useEffect, useRef, useState } from "react";
import type { Place } from "../../api/instance.ts";
import { useFeed } from "../../live/use-live.ts";
import type { Edit } from "./edit.ts";
import { type Outcome, type Pending, settle } from "./pending.ts";
import type { InstanceAnswer } from "./use-instance.ts";

interface Listener {
  onApplied(edits: readonly Edit[]): void;
  onDropped(edits: readonly Edit[]): void;
}

/** Waits for the turns of edits, and says what has become of them. */
export function usePending(place: Place, of: InstanceAnswer, listener: Listener) {
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const outcomes = useRef(new Map<number, { readonly outcome: Outcome; readonly heardAtMs: number }>());
  const latest = useRef({ pending, listener });
  latest.current = { pending, listener };
  useFeed((event) => {
    if (event.type !== "changes") return;
    for (const { service, key, scope, outcome, position } of event.states ?? []) {
      const isHere = service === place.service && key === place.key && scope === place.scope;
      if (!isHere || position === undefined) continue;
      // The first that is heard of a place is of the edit that waits there; the place is given out again after it.
      const isKnown = outcomes.current.has(position) && latest.current.pending.some((one) => one.position === position);
      if (!isKnown) outcomes.current.set(position, { outcome, heardAtMs: performance.now() });
    }
  });
  useEffect(() => {
    if (pending.length === 0) return;
    const { waiting, applied, dropped } = settle(pending, of, (position) => outcomes.current.get(position)?.outcome);
    if (waiting.length === pending.length) return;
    const over = pending.filter((one) => !waiting.includes(one));
    for (const { position } of over) outcomes.current.delete(position);
    setPending((now) => now.filter((one) => !over.includes(one)));
    for (const { edits } of applied) latest.current.listener.onApplied(edits);
    if (dropped.length > 0) latest.current.listener.onDropped(dropped);
  }, [pending, of]);
  return {
    wait(one: Pending): void {
      const heard = outcomes.current.get(one.position);
      if (heard !== undefined && heard.heardAtMs < one.sentAtMs) outcomes.current.delete(one.position);
      setPending((others) => [...others, one]);
    },
  };
}
