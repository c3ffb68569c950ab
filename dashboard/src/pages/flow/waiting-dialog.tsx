import { Link } from "@tanstack/react-router";
import { shortId } from "../../api/invocation.ts";
import { useLive } from "../../live/use-live.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Unloaded } from "../../ui/states.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { type Queue, SHOWN, waiting } from "./queues.ts";

const WAITING = "scheduled,pending,ready,backing-off";

/** Who waits in a queue, in the order in which they start. */
export function WaitingDialog(props: { readonly queue: Queue; readonly name: string; readonly onClose: () => void }) {
  const { queue, name, onClose } = props;
  const { data, error, refetch } = useLive({
    key: ["flow", "waiting", queue.id],
    fetch: (signal) => waiting(queue.id, signal),
    on: ({ service }) => service === queue.service_name,
    everyMs: 500,
  });
  const search = {
    ...{ service: queue.service_name, status: WAITING },
    ...(queue.scope === undefined ? {} : { scope: queue.scope }),
    ...(queue.lock_name === undefined ? {} : { key: queue.lock_name.slice(queue.service_name.length + 1) }),
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Waiting: ${name}`}
      size="wide"
      description={
        <p>
          In the order in which they start.{" "}
          <Link to="/invocations" search={search}>
            In the list of invocations
          </Link>
        </p>
      }
    >
      {data === undefined ? (
        <Unloaded what="invocations" error={error} retry={refetch} />
      ) : data.length === 0 ? (
        <p className="muted">Nothing waits any more.</p>
      ) : (
        <ol className="flow-waiting">
          {data.map(({ id, target, status, created_at }) => (
            <li key={id}>
              <StatusBadge status={status} />
              <Link to="/invocations/$id" params={{ id }}>
                {target}
              </Link>
              <code className="muted">{shortId(id)}</code>
              <Ago at={created_at} />
            </li>
          ))}
        </ol>
      )}
      {data?.length === SHOWN && <p className="muted">The first {SHOWN}.</p>}
    </Dialog>
  );
}
