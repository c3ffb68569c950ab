import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLive } from "../../live/use-live.ts";
import { count } from "../../ui/format.ts";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { toast } from "../../ui/toasts.tsx";
import { holdOf, pauseQueue, type Queue, type QueueFilter, queues, SHOWN } from "./queues.ts";
import { WaitingDialog } from "./waiting-dialog.tsx";

/** The virtual queues: who waits, for what, and whether the queue is paused. */
export function QueueTable({ filter, text }: { readonly filter: QueueFilter; readonly text: string }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<Queue>();
  const { data, error, refetch } = useLive({
    key: ["flow", "queues", filter, text],
    fetch: (signal) => queues(filter, text, signal),
    on: ({ status }) => status !== undefined,
    onRegistry: true,
    everyMs: 500,
  });

  async function pause(queue: Queue, isPause: boolean): Promise<void> {
    try {
      await pauseQueue(queue.id, isPause);
      toast("good", `Queue of ${nameOf(queue)} ${isPause ? "paused" : "resumed"}`);
    } catch (refused) {
      toast("bad", (refused as Error).message);
    }
    await client.invalidateQueries({ queryKey: ["flow"] });
  }

  if (data === undefined) {
    return <Unloaded what="queues" error={error} retry={refetch} />;
  }
  if (data.length === 0) {
    return text !== "" ? (
      <Empty icon="filter" title="No queue has this in its name" />
    ) : (
      <p className="muted">
        {filter === "waiting" ? "Nothing waits, and no queue is paused." : "No invocation is unfinished."}
      </p>
    );
  }
  return (
    <>
      <div className="table-scroll">
        <table className="table flow-table">
          <thead>
            <tr>
              <th>Queue</th>
              <th>Scope</th>
              <th>Limit key</th>
              <th className="right">Waiting</th>
              <th className="right">Running</th>
              <th className="right">Suspended</th>
              <th>Waits for</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((queue) => (
              <tr key={queue.id} data-queue={queue.id} data-paused={queue.queue_is_paused || undefined}>
                <td>{nameOf(queue)}</td>
                <td>{queue.scope === undefined ? <span className="none">–</span> : <code>{queue.scope}</code>}</td>
                <td>
                  {queue.limit_key === undefined ? <span className="none">–</span> : <code>{queue.limit_key}</code>}
                </td>
                <td className="right num">
                  {queue.num_inbox === 0 ? (
                    <span className="none">0</span>
                  ) : (
                    <button
                      type="button"
                      className="button quiet"
                      aria-label={`${queue.num_inbox} waiting in the queue of ${nameOf(queue)}`}
                      onClick={() => setOpen(queue)}
                    >
                      {count(queue.num_inbox)}
                    </button>
                  )}
                </td>
                <td className="right num">{quietly(queue.num_running)}</td>
                <td className="right num">{quietly(queue.num_suspended)}</td>
                <td>
                  <HoldText queue={queue} />
                </td>
                <td className="right">
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={`${queue.queue_is_paused ? "Resume" : "Pause"} the queue of ${nameOf(queue)}`}
                    onClick={() => void pause(queue, !queue.queue_is_paused)}
                  >
                    {queue.queue_is_paused ? "Resume" : "Pause"}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {data.length === SHOWN && <p className="muted pad">The first {SHOWN}; search to see others.</p>}
      </div>
      {open !== undefined && <WaitingDialog queue={open} name={nameOf(open)} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const nameOf = ({ service_name, lock_name }: Queue): string => lock_name ?? service_name;

const quietly = (n: number) => (n === 0 ? <span className="none">0</span> : count(n));

function HoldText({ queue }: { readonly queue: Queue }) {
  const hold = holdOf(queue);
  switch (hold.kind) {
    case "paused":
      return (
        <span className="health" data-tone="trouble">
          Paused: nothing of it starts
        </span>
      );
    case "none":
      return <span className="none">–</span>;
    case "soon":
      return "about to start";
    case "scheduled":
      return (
        <>
          its time: <Ago at={hold.at} />
        </>
      );
    case "lock":
      return (
        <>
          the key of <code>{hold.lock}</code>
        </>
      );
    case "limit":
      return (
        <>
          room at <code>{hold.level}</code>
          {hold.rule !== undefined && (
            <span className="muted">
              {" "}
              by the rule <code>{hold.rule}</code>
            </span>
          )}
        </>
      );
  }
}
