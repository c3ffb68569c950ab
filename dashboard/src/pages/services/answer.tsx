import { Link } from "@tanstack/react-router";
import { invocation, shortId, statusOf } from "../../api/invocation.ts";
import { useLive } from "../../live/use-live.ts";
import { FactLines } from "../../ui/fact-lines.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { duration } from "../../ui/time.ts";
import { Timeline } from "../invocation/timeline.tsx";
import type { Answer, CallInFlight } from "./use-call.ts";

const TITLES = { call: "Answer", send: "Accepted", result: "Result" } as const;

/** What came back, and the invocation while it runs. */
export function AnswerView(props: Pick<CallInFlight, "outcome" | "invocationId"> & { readonly onAttach: () => void }) {
  const { outcome, invocationId, onAttach } = props;
  const canAttach = invocationId !== undefined && (outcome.kind === "stopped" || isAccepted(outcome));
  return (
    <>
      {outcome.kind === "unreachable" && (
        <div className="failure" role="alert">
          <Icon name="alert" />
          <p>{outcome.message}</p>
        </div>
      )}
      {outcome.kind === "stopped" && <p className="muted">Nobody waits any more; the invocation goes on.</p>}
      {outcome.kind === "waiting" && (
        <p className="muted" role="status">
          {outcome.what === "send" ? "Sending…" : "Waiting for the result…"}
        </p>
      )}
      {outcome.kind === "answer" && <Shown title={TITLES[outcome.of]} answer={outcome.answer} />}
      {canAttach && (
        <div>
          <button type="button" className="button" onClick={onAttach}>
            <Icon name="clock" size={14} /> Wait for its result
          </button>
        </div>
      )}
      {invocationId !== undefined && <Running id={invocationId} />}
    </>
  );
}

function isAccepted(outcome: CallInFlight["outcome"]): boolean {
  return outcome.kind === "answer" && outcome.of === "send" && outcome.answer.status < 300;
}

function Shown({ title, answer }: { readonly title: string; readonly answer: Answer }) {
  const { status, headers, body, tookMs } = answer;
  return (
    <div className="answer" data-failed={status >= 400 || undefined} role="status">
      <strong className="num">{status}</strong>
      <span className="muted num">{duration(tookMs)}</span>
      {headers.length > 0 && (
        <details>
          <summary>Headers</summary>
          <FactLines of={headers} />
        </details>
      )}
      <Payload key={title} title={title} bytes={body} />
    </div>
  );
}

function Running({ id }: { readonly id: string }) {
  const { data } = useLive({
    key: ["invocation", id],
    fetch: async (signal) => (await invocation(id, signal)) ?? null,
    on: (change) => change.id === id,
  });
  if (data === undefined || data === null) return null;
  return (
    <div className="running">
      <header>
        <StatusBadge status={statusOf(data)} />
        <Link to="/invocations/$id" params={{ id }}>
          {shortId(id)}
        </Link>
      </header>
      <Timeline of={data} />
    </div>
  );
}
