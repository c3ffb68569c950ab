import { Link } from "@tanstack/react-router";
import { shortId } from "../../api/invocation.ts";
import { Ago } from "../../ui/time-view.tsx";
import type { Draft } from "./draft.ts";
import { useSession } from "./session.ts";

export interface PastCall {
  readonly at: number;
  readonly handler: string;
  readonly isSend: boolean;
  readonly draft: Draft;
  /** `undefined`: there was no answer. */
  readonly status: number | undefined;
  readonly invocationId: string | undefined;
}

const KEPT = 20;
/** Longer inputs are not worth a place among the last calls. */
const INPUT_LIMIT = 50_000;

/** The last calls of a service's handlers in this session, the latest first. */
export function usePastCalls(service: string): [readonly PastCall[], (call: PastCall) => void] {
  const [{ calls }, setPast] = useSession<{ readonly calls: readonly PastCall[] }>(`${service}:calls`, () => ({
    calls: [],
  }));
  return [
    calls,
    (call) => {
      if (call.draft.text.length + call.draft.hex.length < INPUT_LIMIT)
        setPast({ calls: [call, ...calls].slice(0, KEPT) });
    },
  ];
}

interface CallHistoryProps {
  readonly past: readonly PastCall[];
  readonly handler: string;
  readonly onUse: (call: PastCall) => void;
}

export function CallHistory({ past, handler, onUse }: CallHistoryProps) {
  const own = past.filter((call) => call.handler === handler);
  if (own.length === 0) return null;
  return (
    <details className="past-calls">
      <summary>
        Last calls <span className="muted num">{own.length}</span>
      </summary>
      <ol>
        {own.map((call) => (
          <li key={call.at}>
            <span className="num past-status" data-failed={(call.status ?? 500) >= 400 || undefined}>
              {call.status ?? "none"}
            </span>
            <span className="past-input">
              {call.draft.key !== "" && <strong>{call.draft.key} </strong>}
              <code>{call.draft.mode === "bytes" ? call.draft.hex : call.draft.text.replaceAll(/\s+/g, " ")}</code>
            </span>
            <span className="muted">
              {call.isSend ? "sent" : "called"} <Ago at={call.at} />
            </span>
            {call.invocationId !== undefined && (
              <Link to="/invocations/$id" params={{ id: call.invocationId }}>
                {shortId(call.invocationId)}
              </Link>
            )}
            <button type="button" className="button quiet" onClick={() => onUse(call)}>
              Use again
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
