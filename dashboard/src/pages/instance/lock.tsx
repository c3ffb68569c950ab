import { Link } from "@tanstack/react-router";
import type { Queued } from "../../api/instance.ts";
import { type ListedInvocation, shortId, statusOf } from "../../api/invocation.ts";
import { plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { difference } from "./edit.ts";
import { foresee, type Step } from "./foresight.ts";
import { nameText } from "./names.ts";
import type { InstanceAnswer } from "./use-instance.ts";

/** Who holds the key, since when, and who waits for it, in order. */
export function Lock({ of, isWorkflow }: { readonly of: InstanceAnswer; readonly isWorkflow: boolean }) {
  const { holder, queue, waiting, invocations } = of;
  const { steps } = foresee(of);
  const listed = queue.filter(({ id }) => id !== undefined).length;
  return (
    <section className="card lock" aria-label="Lock and inbox">
      <h2>{isWorkflow ? "Run and inbox" : "Lock and inbox"}</h2>
      {holder === undefined ? (
        <p className="lock-free">
          <Icon name="check" size={14} />
          {isWorkflow ? "Its run has not begun, or has ended." : "No invocation holds the key."}
        </p>
      ) : (
        <div className="lock-holder">
          <p className="muted">Holds the key</p>
          <Member id={holder} row={invocations.get(holder)} since={(row) => row.running_at ?? row.created_at} />
        </div>
      )}
      {queue.length > 0 && (
        <>
          <h3>
            {waiting === 0 ? "Inbox" : `${plural(waiting, "call")} ${waiting === 1 ? "waits" : "wait"}`}, first come,
            first served
          </h3>
          <ol className="inbox">
            {queue.map((queued) => (
              <li key={queued.position}>
                {queued.id === undefined ? (
                  <Change of={queued} step={steps.find(({ position }) => position === queued.position)} />
                ) : (
                  <Member id={queued.id} row={invocations.get(queued.id)} since={(row) => row.created_at} />
                )}
              </li>
            ))}
          </ol>
          {waiting > listed && <p className="muted">… and {plural(waiting - listed, "more call")}</p>}
        </>
      )}
    </section>
  );
}

interface MemberProps {
  readonly id: string;
  /** `undefined`: it went between two looks. */
  readonly row: ListedInvocation | undefined;
  readonly since: (row: ListedInvocation) => string;
}

export function Member({ id, row, since }: MemberProps) {
  return (
    <div className="member">
      <Link to="/invocations/$id" params={{ id }} className="member-name">
        {row === undefined ? <code>{shortId(id)}</code> : row.target_handler_name}
      </Link>
      {row !== undefined && (
        <>
          <StatusBadge status={statusOf(row)} />
          <Ago at={since(row)} />
        </>
      )}
    </div>
  );
}

function Change({ of: { change }, step }: { readonly of: Queued; readonly step: Step | undefined }) {
  const { set, removed } = difference(step?.before ?? [], change?.entries ?? []);
  const parts = step?.isDoomed
    ? ["will not be applied: the state is another by now"]
    : [...named("sets", set), ...named("removes", removed)];
  return (
    <div className="member" data-change="">
      <span className="member-name">
        <Icon name="state" size={13} /> Change of state
      </span>
      <span className="muted member-note">{parts.length === 0 ? "leaves it as it is" : parts.join("; ")}</span>
    </div>
  );
}

const NAMED = 3;

function named(verb: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, NAMED).map(nameText).join(", ");
  return [`${verb} ${shown}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`];
}
