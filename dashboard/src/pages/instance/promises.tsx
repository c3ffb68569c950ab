import type { Place } from "../../api/instance.ts";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { Unloaded } from "../../ui/states.tsx";
import { usePromises, type WorkflowPromise } from "./use-instance.ts";

/** The durable promises of a workflow: those that have been completed, and those that something waits for. */
export function Promises({ of }: { readonly of: Place }) {
  const { data, error, refetch } = usePromises(of);
  return (
    <section className="card promises" aria-label="Promises">
      <h2>Promises</h2>
      {data === undefined ? (
        <Unloaded what="promises" error={error} retry={refetch} />
      ) : data.length === 0 ? (
        <p className="muted">None: nothing waits for a promise of this workflow, and none has been completed.</p>
      ) : (
        <ul className="entries">
          {data.map((promise) => (
            <li key={promise.name} aria-label={promise.name}>
              <PromiseView of={promise} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const OUTCOMES = {
  unresolved: { label: "Unresolved", tone: "waiting", icon: "clock" },
  failure: { label: "Rejected", tone: "bad", icon: "cross" },
  value: { label: "Resolved", tone: "good", icon: "check" },
} as const;

function PromiseView({ of: { name, outcome } }: { readonly of: WorkflowPromise }) {
  const { label, tone, icon } = OUTCOMES[outcome.kind];
  return (
    <>
      <p className="promise">
        <strong>{name}</strong>
        <span className="status" data-tone={tone}>
          <Icon name={icon} size={13} /> {label}
        </span>
      </p>
      {outcome.kind === "failure" && <p className="note-failure said">{outcome.message}</p>}
      {outcome.kind === "value" && <Payload title="Value" bytes={outcome.bytes} />}
    </>
  );
}
