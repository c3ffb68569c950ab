import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { act } from "../../api/actions.ts";
import { type Awaited, type Description, describeInvocation } from "../../api/description.ts";
import { type Invocation, shortId } from "../../api/invocation.ts";
import { useLive } from "../../live/use-live.ts";
import { plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { toast } from "../../ui/toasts.tsx";
import { CycleView, Kill } from "./cycle-view.tsx";
import type { Line } from "./journal.ts";
import { MismatchView } from "./mismatch-view.tsx";
import { useJournal } from "./use-journal.ts";
import { verbOf } from "./words.ts";

/** Why it is not further, and what can be done about it. Nothing for what has ended well. */
export function Standing({ of }: { readonly of: Invocation }) {
  const { id, status } = of;
  const { data } = useLive({
    key: ["description", id],
    fetch: (signal) => describeInvocation(id, signal),
    on: (change) => change.id === id,
    enabled: status !== "completed",
  });
  const journal = useJournal(id);
  if (status === "completed") {
    if (of.completion_failure === undefined) return null;
    return (
      <section className="standing" data-tone="bad">
        <Icon name="cross" />
        <div>
          <strong>It ended with an error</strong>
          <p className="said">{of.completion_failure}</p>
        </div>
      </section>
    );
  }
  if (data === undefined) return null;
  const { waitsFor, lastFailure, retryCount } = data;
  const cycle = waitsFor !== undefined && "cycle" in waitsFor ? waitsFor.cycle : undefined;
  const isTrouble = status === "backing-off" || status === "paused" || cycle !== undefined;
  return (
    <section className="standing" data-tone={isTrouble ? "trouble" : "calm"}>
      <Icon name={isTrouble ? "alert" : status === "running" ? "play" : "clock"} />
      <div>
        <strong>
          <Why status={status} waitsFor={waitsFor} retryCount={retryCount} lines={journal.data?.lines ?? []} />
        </strong>
        {cycle !== undefined && <CycleView cycle={cycle} of={id} />}
        {data.cancelRequestedAtMs !== undefined && (
          <p className="said">
            It was asked to cancel <Ago at={data.cancelRequestedAtMs} />, and its handler has done nothing since: it
            hears of it where it next waits for something. Kill ends it without that.
          </p>
        )}
        {lastFailure !== undefined && <LastFailure failure={lastFailure} lines={journal.data?.lines ?? []} />}
      </div>
      {status === "backing-off" && <Again id={id} label="Retry now" />}
      {status === "paused" && <Again id={id} label="Resume" />}
      {cycle === undefined && data.cancelRequestedAtMs !== undefined && <Kill id={id} />}
      {cycle !== undefined && <Kill id={cycle.kill} />}
    </section>
  );
}

type WhyProps = Pick<Description, "status" | "waitsFor" | "retryCount"> & { readonly lines: readonly Line[] };

function Why({ status, waitsFor, retryCount, lines }: WhyProps) {
  switch (waitsFor?.kind) {
    case "time":
      return (
        <>
          Starts <Ago at={waitsFor.dueAtMs} />
        </>
      );
    case "key":
      return (
        <>
          Waits for its key
          {waitsFor.holder !== undefined && (
            <>
              , which{" "}
              <Link to="/invocations/$id" params={{ id: waitsFor.holder }}>
                {shortId(waitsFor.holder)}
              </Link>{" "}
              holds
            </>
          )}
        </>
      );
    case "slot":
      return waitsFor.taken < waitsFor.limit
        ? "Waits for an attempt to start"
        : `Waits for a place: ${plural(waitsFor.limit, "attempt")} at a time, and so many run`;
    case "limit":
      return (
        <>
          Waits for room: the rule <code>{waitsFor.rule}</code> limits how many run at <code>{waitsFor.level}</code>
        </>
      );
    case "queue":
      return (
        <>
          Waits, because its queue is paused: <Link to="/flow">Flow control</Link> resumes it
        </>
      );
    case "notifications":
      return waitText(waitsFor.await, status, pendingText(lines));
    case "retry":
      return (
        <>
          {retryCount === 1 ? "An attempt has failed" : `${retryCount} attempts have failed`}
          {waitsFor.dueAtMs !== undefined && (
            <>
              ; the next one starts <Ago at={waitsFor.dueAtMs} />
            </>
          )}
        </>
      );
    case "resume":
      return retryCount > 0
        ? `Paused after ${retryCount} failed attempts, until somebody resumes it`
        : "Paused, until somebody resumes it";
    case undefined:
      return status === "running" ? "An attempt runs now" : "An attempt is about to start";
  }
}

/** Signals 1 to 15 are the server's own; those from 17 on are awakeables. */
const FIRST_AWAKEABLE = 17;

/** What is pending in the journal, in the words of the journal. */
function pendingText(lines: readonly Line[]): string | undefined {
  const pending = lines.flatMap((line) => (line.kind === "entry" && line.isPending ? [line] : []));
  if (pending.length === 0 || pending.length > 3) return undefined;
  return pending.map(({ type, name, callee }) => `${verbOf(type)} ${callee?.target ?? name ?? ""}`.trim()).join(", ");
}

function waitText(awaited: Awaited, status: string, pending: string | undefined): string {
  const { waitingCompletions = [], waitingSignals = [], waitingNamedSignals = [] } = awaited;
  const awakeables = waitingSignals.filter((signal) => signal >= FIRST_AWAKEABLE).length;
  const what = [
    ...(waitingCompletions.length > 0
      ? [pending === undefined ? "the result of what is pending in its journal" : `the result of: ${pending}`]
      : []),
    ...(awakeables > 0 ? [awakeables === 1 ? "an awakeable" : `${awakeables} awakeables`] : []),
    ...waitingNamedSignals.map((name) => `the signal ${name}`),
  ];
  const verb = status === "running" ? "Runs, and waits for" : "Waits for";
  return `${verb} ${what.length === 0 ? "a result" : what.join(" or ")}`;
}

interface LastFailureProps {
  readonly failure: NonNullable<Description["lastFailure"]>;
  readonly lines: readonly Line[];
}

function LastFailure({ failure, lines }: LastFailureProps) {
  const { code, message, stacktrace, restateCode, relatedCommandIndex, relatedCommandName } = failure;
  if (restateCode === "RT0016") {
    // Without the journal there is nothing to compare with.
    if (lines.length === 0) return null;
    const related = { commandIndex: relatedCommandIndex, commandName: relatedCommandName, commandType: undefined };
    return (
      <MismatchView
        failure={{ message, stacktrace, ...related }}
        entries={lines.filter((line) => line.kind === "entry")}
      />
    );
  }
  return (
    <>
      <p className="said">
        <code>{restateCode ?? code}</code> {message}
        {relatedCommandName !== undefined && relatedCommandName !== "" && <> (at {relatedCommandName})</>}
      </p>
      {stacktrace !== undefined && (
        <details>
          <summary>Stack</summary>
          <pre className="stack">{stacktrace}</pre>
        </details>
      )}
    </>
  );
}

function Again({ id, label }: { readonly id: string; readonly label: string }) {
  const [isBusy, setIsBusy] = useState(false);
  return (
    <button
      type="button"
      className="button primary"
      disabled={isBusy}
      onClick={async () => {
        setIsBusy(true);
        try {
          await act("resume", id);
        } catch (error) {
          toast("bad", (error as Error).message);
        } finally {
          setIsBusy(false);
        }
      }}
    >
      <Icon name="play" size={14} /> {label}
    </button>
  );
}
