import type { Place } from "../../api/instance.ts";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { usePromises, type WorkflowPromise } from "./use-instance.ts";

/** The durable promises of a workflow: those that have been completed, and those that something waits for. */
export function Promises({ of }: { readonly of: Place }) {
  const { data, error, refetch } = usePromises(of);
  return (
    <section className="card promises" aria-label="Promises">
      <h2>Promises</h2>
      {data === undefined ? (
        error === null ? (
          <Loading what="promises" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
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

function PromiseView({ of: { name, outcome } }: { readonly of: WorkflowPromise }) {
  switch (outcome.kind) {
    case "unresolved":
      return (
        <p className="promise">
          <strong>{name}</strong>
          <span className="status" data-tone="waiting">
            <Icon name="clock" size={13} /> Unresolved
          </span>
        </p>
      );
    case "failure":
      return (
        <>
          <p className="promise">
            <strong>{name}</strong>
            <span className="status" data-tone="bad">
              <Icon name="cross" size={13} /> Rejected
            </span>
          </p>
          <p className="note-failure said">{outcome.message}</p>
        </>
      );
    case "value":
      return (
        <>
          <p className="promise">
            <strong>{name}</strong>
            <span className="status" data-tone="good">
              <Icon name="check" size={13} /> Resolved
            </span>
          </p>
          <Payload title="Value" bytes={outcome.bytes} />
        </>
      );
  }
}
