import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { readInstance } from "../../api/instance.ts";
import type { Invocation } from "../../api/invocation.ts";
import { services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { Payload } from "../../ui/payload.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import type { Entry, Journal } from "./journal.ts";
import { type How, hidesOthers, type KeyAt, type StateAt, seenAt, stateAt, stateSteps, untouched } from "./state-at.ts";

interface StateViewProps {
  readonly of: Invocation;
  readonly journal: Journal;
  /** The entry that it is the state as of. */
  readonly entry: Entry;
}

/** The state of the invocation's object as of an entry, as far as the journal says. */
export function StateView({ of, journal, entry }: StateViewProps) {
  const { id } = of;
  const last = journal.lines.findLast((line) => line.kind === "entry")?.index;
  const isExclusive = useIsExclusive(of);
  const steps = useQuery({
    queryKey: ["state steps", id, last, journal.edits],
    queryFn: ({ signal }) => stateSteps(id, journal.lines, signal),
    placeholderData: (before) => before,
  });
  // From its first entry to its end an exclusive handler holds the key.
  const holdsKey = isExclusive === true && of.status !== "completed";
  const stored = useQuery({
    queryKey: ["state now", id, last, journal.edits],
    enabled: holdsKey,
    queryFn: ({ signal }) => storedState(of, signal),
    placeholderData: (before) => before,
  });
  const at = useMemo((): StateAt | undefined => {
    if (steps.data === undefined || isExclusive === undefined) return undefined;
    if (!isExclusive) return seenAt(steps.data, entry.index);
    const known = stateAt(steps.data, entry.index);
    if (known.isComplete || stored.data === undefined) return known;
    const keys = [...known.keys, ...untouched(steps.data, known, stored.data)];
    return { ...known, keys: keys.sort((a, b) => (a.key < b.key ? -1 : 1)) };
  }, [steps.data, stored.data, entry.index, isExclusive]);
  if (steps.error !== null) return <Failure error={steps.error} onRetry={() => void steps.refetch()} />;
  if (at === undefined) return <Loading what="the state" />;
  return (
    <section className="state-at" aria-label="State at this point">
      {at.keys.length === 0 ? (
        <p>{at.isComplete ? "Nothing is set." : "Nothing is known of the state at this point."}</p>
      ) : (
        <ul>
          {at.keys.map((key) => (
            <KeyView key={key.key} of={key} />
          ))}
        </ul>
      )}
      <p className="muted">
        {isExclusive === false
          ? "A shared handler looks while others write: this is what it has seen."
          : at.isComplete
            ? "All state was cleared before, so nothing else is set."
            : holdsKey && stored.data !== undefined && !journal.isCut && !steps.data?.some(hidesOthers)
              ? "Nothing else is set: only this invocation can change the state."
              : "What the journal does not mention is not known: the state at the start is not stored."}
      </p>
    </section>
  );
}

/** `undefined`: not known yet. A handler that is not registered any more counts as shared, of which less can be said. */
function useIsExclusive(of: Invocation): boolean | undefined {
  const known = useLive({ key: ["services"], fetch: services, onRegistry: true });
  if (known.data === undefined) return undefined;
  const service = known.data.find(({ name }) => name === of.target_service_name);
  const type = service?.handlers.find(({ name }) => name === of.target_handler_name)?.ty;
  return type === "Exclusive" || type === "Workflow";
}

async function storedState(of: Invocation, signal: AbortSignal): Promise<Map<string, Uint8Array>> {
  const place = { service: of.target_service_name, key: of.target_service_key ?? "", scope: of.scope };
  const { entries } = await readInstance(place, signal);
  return new Map(entries.map(({ name, value }) => [new TextDecoder().decode(bytesOf(name)), bytesOf(value)]));
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const BY: Readonly<Record<How, string>> = {
  set: "set at",
  cleared: "cleared at",
  read: "read at",
  later: "read later, at",
  now: "not touched, as it is stored now",
};

function KeyView({ of: { key, known } }: { readonly of: KeyAt }) {
  return (
    <li data-unknown={known.kind === "unknown" || undefined}>
      <header>
        <code>{key}</code>
        <span className="muted">
          {known.kind === "unknown" ? (
            "unknown: it was changed later, without having been read before"
          ) : (
            <>
              {BY[known.how]}
              {known.how !== "now" && <span className="num"> #{known.by}</span>}
            </>
          )}
        </span>
      </header>
      {known.kind === "value" && <Payload title="Value" bytes={known.value} />}
      {known.kind === "absent" && <p className="muted">not set</p>}
    </li>
  );
}
