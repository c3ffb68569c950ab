import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Drop, dropAfter } from "../../api/edits.ts";
import { shortId } from "../../api/invocation.ts";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { plural } from "../../ui/format.ts";
import { Failure, Loading } from "../../ui/states.tsx";
import { toast } from "../../ui/toasts.tsx";
import type { Entry } from "./journal.ts";
import { lineName, verbOf } from "./words.ts";

interface DropDialogProps {
  readonly id: string;
  readonly entry: Entry;
  readonly onClose: () => void;
}

/** Drops what is behind an entry of a paused invocation, after saying what that does and what it cannot undo. */
export function DropDialog({ id, entry, onClose }: DropDialogProps) {
  const [keepsSignals, setKeepsSignals] = useState(true);
  const options = { after: entry.index, keepsSignals };
  const plan = useQuery({
    queryKey: ["drop", id, options],
    queryFn: ({ signal }) => dropAfter(id, { ...options, isDryRun: true }, signal),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <ConfirmDialog
      title={`Drop what follows ${lineName(entry)}?`}
      description={<p>The handler replays its journal up to this entry and does again what comes behind.</p>}
      verb="Drop and keep paused"
      isDestructive
      isWide
      isDisabled={plan.data === undefined}
      onClose={onClose}
      onConfirm={async () => {
        const dropped = await dropAfter(id, { ...options, isDryRun: false });
        toast("good", `Dropped ${plural(dropped.entry_count, "entry", "entries")}. Resume it to go on.`);
      }}
    >
      {plan.error !== null && <Failure error={plan.error} />}
      {plan.isPending && <Loading what="what it would drop" />}
      {plan.data !== undefined && <Consequences drop={plan.data} />}
      {(plan.data?.signal_count ?? 0) > 0 && (
        <label className="form-check">
          <input type="checkbox" checked={keepsSignals} onChange={(event) => setKeepsSignals(event.target.checked)} />
          Keep {plural(plan.data?.signal_count ?? 0, "signal")} that came later: results of awakeables, and requests to
          cancel
        </label>
      )}
    </ConfirmDialog>
  );
}

/** What it does to the world outside of the journal. */
function Consequences({ drop }: { readonly drop: Drop }) {
  const { entries, entry_count, detached, promises, restored_keys, changed_keys, cleared_all } = drop;
  const has = (...types: string[]) => entries.some(({ type }) => types.includes(type));
  return (
    <ul className="consequences">
      <Consequence title={`Dropped: ${plural(entry_count, "entry", "entries")}`}>
        {entries
          .slice(0, 12)
          .map(({ index, type, name }) => `#${index} ${verbOf(type)}${name === undefined ? "" : ` ${name}`}`)
          .join(", ")}
        {entry_count > 12 && ", …"}
      </Consequence>
      {has("Run") && (
        <Consequence title="Runs are run again">What they have done outside stays done, and is done twice.</Consequence>
      )}
      {has("Call", "OneWayCall") && (
        <Consequence title="Calls and sends are made again">
          {detached.length > 0 ? (
            <>
              {detached.slice(0, 5).map((callee, at) => (
                <span key={callee}>
                  {at > 0 && ", "}
                  <Link to="/invocations/$id" params={{ id: callee }}>
                    {shortId(callee)}
                  </Link>
                </span>
              ))}
              {detached.length > 5 && ` and ${detached.length - 5} more`} {detached.length === 1 ? "goes" : "go"} on,
              and nobody hears the result: cancel it if it must not.
            </>
          ) : (
            "What was called before stays as it is."
          )}
        </Consequence>
      )}
      {restored_keys.length > 0 && (
        <Consequence title="State that goes back to this point">{restored_keys.join(", ")}</Consequence>
      )}
      {(changed_keys.length > 0 || cleared_all) && (
        <Consequence title="State that stays as the dropped entries left it" isWarning>
          {changed_keys.join(", ")}
          {cleared_all && `${changed_keys.length > 0 ? ", and " : ""}keys that were cleared`}: the journal does not say
          what it was before.
        </Consequence>
      )}
      {promises.length > 0 && (
        <Consequence title="Promises that stay completed" isWarning>
          {promises.join(", ")}: completing one again fails with 409.
        </Consequence>
      )}
      {has("CompleteAwakeable", "SendSignal") && (
        <Consequence title="Signals and awakeables that it sent stay sent" isWarning>
          The second time changes nothing for an awakeable that is completed.
        </Consequence>
      )}
    </ul>
  );
}

interface ConsequenceProps {
  readonly title: string;
  readonly isWarning?: boolean;
  readonly children: ReactNode;
}

function Consequence({ title, isWarning, children }: ConsequenceProps) {
  return (
    <li data-warning={isWarning || undefined}>
      <strong>{title}</strong>
      <span>{children}</span>
    </li>
  );
}
