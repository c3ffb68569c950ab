import { Link } from "@tanstack/react-router";
import { type CSSProperties, Fragment, useMemo, useState } from "react";
import type { Invocation } from "../../api/invocation.ts";
import { plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { duration, fullTime, msOf, useNow } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";
import { EntryDetails } from "./entry-details.tsx";
import { ENTRY_LIMIT, type Entry, type FailedAttempts, type Intervention, type Journal, type Line } from "./journal.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { useJournal } from "./use-journal.ts";
import { iconOf, verbOf } from "./words.ts";

type Zoom = "even" | "linear";

/** The journal on time: what the handler did, how long it took, what failed on the way and what it waits for now. */
export function Timeline({ of }: { readonly of: Invocation }) {
  const [zoom, setZoom] = useState<Zoom>("even");
  const journal = useJournal(of.id);
  const isLive = of.status !== "completed";
  const now = useNow();
  const startMs = msOf(of.created_at) as number;
  const times = useMemo(() => (journal.data === undefined ? [] : timesOf(journal.data.lines)), [journal.data]);
  const endMs = isLive
    ? Math.max(now, ...times.slice(-1))
    : Math.max(msOf(of.completed_at) ?? startMs, times.at(-1) ?? startMs);
  const scale = useMemo(() => scaleOf(zoom, startMs, endMs, times), [zoom, startMs, endMs, times]);
  if (journal.error !== null && journal.data === undefined) return <Failure error={journal.error} />;
  if (journal.data === undefined) return <Loading what="the journal" />;
  const { lines, isCut } = journal.data;
  return (
    <section className="timeline" aria-label="Journal">
      <header className="section-head">
        <h2>
          Journal <span className="muted num">{plural(lines.length, "line")}</span>
        </h2>
        <fieldset className="segmented">
          <legend className="visually-hidden">Scale of time</legend>
          {(
            [
              ["even", "Steps"],
              ["linear", "True time"],
            ] as const
          ).map(([value, label]) => (
            <button key={value} type="button" aria-pressed={zoom === value} onClick={() => setZoom(value)}>
              {label}
            </button>
          ))}
        </fieldset>
      </header>
      {lines.length === 0 ? (
        <p className="muted pad">
          {isLive ? "Nothing is written yet." : "The journal is gone: its retention is over, or it was purged."}
        </p>
      ) : (
        <div className="lines">
          <div className="line line-axis" aria-hidden="true">
            <span />
            <span className="axis">
              {scale.marks.map(({ place, sinceStartMs }) => (
                <span key={place} style={{ left: `${place * 100}%` }}>
                  {duration(sinceStartMs)}
                </span>
              ))}
            </span>
          </div>
          <Lines id={of.id} journal={journal.data} scale={scale} endMs={endMs} isLive={isLive} depth={0} />
        </div>
      )}
      {isCut && <p className="muted pad">Only the first {ENTRY_LIMIT} entries are shown.</p>}
    </section>
  );
}

function timesOf(lines: readonly Line[]): number[] {
  const times = lines.flatMap((line): readonly (number | undefined)[] =>
    line.kind === "entry" ? [line.atMs, line.endMs] : line.kind === "failure" ? line.atMs : [line.atMs],
  );
  return times.filter((ms) => ms !== undefined).sort((a, b) => a - b);
}

interface LinesProps {
  readonly id: string;
  readonly journal: Journal;
  readonly scale: Scale;
  readonly endMs: number;
  readonly isLive: boolean;
  readonly depth: number;
}

function Lines({ id, journal, scale, endMs, isLive, depth }: LinesProps) {
  return (
    <>
      {journal.lines.map((line) =>
        line.kind === "entry" ? (
          <EntryLine key={`entry ${line.index}`} {...{ id, entry: line, scale, endMs, isLive, depth }} />
        ) : line.kind === "failure" ? (
          <FailureLine key={`failure ${line.atMs[0]}`} failure={line} scale={scale} depth={depth} />
        ) : (
          <EventLine key={`event ${line.atMs}`} event={line} scale={scale} depth={depth} />
        ),
      )}
    </>
  );
}

interface EntryLineProps extends Omit<LinesProps, "journal"> {
  readonly entry: Entry;
}

function EntryLine({ id, entry, scale, endMs, isLive, depth }: EntryLineProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [isNested, setIsNested] = useState(false);
  const { type, name, atMs, callee, isPending, hasFailed, dueMs } = entry;
  const to = entry.endMs ?? (isPending && isLive ? endMs : atMs);
  const tookMs = atMs === undefined || to === undefined ? undefined : to - atMs;
  return (
    <>
      <div className="line" data-failed={hasFailed || undefined} data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button
            type="button"
            className="line-toggle"
            aria-expanded={isOpen}
            aria-label={`${verbOf(type)} ${callee?.target ?? name ?? ""}: details`}
            onClick={() => setIsOpen(!isOpen)}
          >
            <span className="line-index num">{entry.index}</span>
            <Icon name={hasFailed ? "cross" : iconOf(type)} size={14} />
            <span className="line-verb">{verbOf(type)}</span>
            <span className="line-name">{callee?.target ?? name}</span>
          </button>
          {callee !== undefined && (
            <>
              <button
                type="button"
                className="icon-button small"
                aria-expanded={isNested}
                aria-label={`Journal of ${callee.target}`}
                title={isNested ? "Hide its journal" : "Show its journal here"}
                onClick={() => setIsNested(!isNested)}
              >
                <Icon name={isNested ? "down" : "plus"} size={13} />
              </button>
              <Link
                to="/invocations/$id"
                params={{ id: callee.id }}
                className="icon-button small"
                aria-label={`Open ${callee.target}`}
                title="Open this invocation"
              >
                <Icon name="arrow" size={13} />
              </Link>
            </>
          )}
        </span>
        <Bar
          from={atMs}
          to={to}
          scale={scale}
          tone={
            hasFailed
              ? "bad"
              : isPending && isLive
                ? "pending"
                : callee !== undefined
                  ? "call"
                  : type === "Sleep"
                    ? "idle"
                    : "good"
          }
          text={
            isPending && isLive && dueMs !== undefined ? (
              <>
                due <Ago at={dueMs} />
              </>
            ) : tookMs === undefined || (tookMs === 0 && !isPending) ? null : (
              duration(tookMs)
            )
          }
        />
      </div>
      {isOpen && <EntryDetails id={id} entry={entry} />}
      {isNested && callee !== undefined && <Nested id={callee.id} scale={scale} endMs={endMs} depth={depth + 1} />}
    </>
  );
}

/** The journal of a called invocation, on the time of its caller. */
function Nested({ id, scale, endMs, depth }: Omit<LinesProps, "journal" | "isLive">) {
  const journal = useJournal(id);
  if (journal.data === undefined) {
    return <div className="line line-note">{journal.error === null ? "Loading…" : journal.error.message}</div>;
  }
  const { lines } = journal.data;
  if (lines.length === 0) return <div className="line line-note">Nothing of it is stored.</div>;
  const isLive = !lines.some((line) => line.kind === "entry" && line.type === "Output");
  return <Lines id={id} journal={journal.data} scale={scale} endMs={endMs} isLive={isLive} depth={depth} />;
}

function FailureLine({ failure, scale, depth }: { failure: FailedAttempts; scale: Scale; depth: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const { atMs, message, code, restateCode, stacktrace, commandName, commandIndex } = failure;
  return (
    <>
      <div className="line" data-failed data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button type="button" className="line-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <span className="line-index num">{atMs.length > 1 ? `×${atMs.length}` : ""}</span>
            <Icon name="retry" size={14} />
            <span className="line-verb">{atMs.length > 1 ? "Attempts failed" : "Attempt failed"}</span>
            <span className="line-name">{message.split("\n", 1)[0]}</span>
          </button>
        </span>
        <span className="bars">
          {atMs.slice(-200).map((ms) => (
            <span key={ms} className="tick" title={fullTime(ms)} style={{ left: `${scale.at(ms) * 100}%` }} />
          ))}
        </span>
      </div>
      {isOpen && (
        <div className="details">
          <dl className="facts">
            <div>
              <dt>Code</dt>
              <dd>
                <code>{restateCode ?? code}</code>
              </dd>
            </div>
            {(commandName !== undefined || commandIndex !== undefined) && (
              <div>
                <dt>At</dt>
                <dd>{commandName ?? `command ${commandIndex}`}</dd>
              </div>
            )}
            <div>
              <dt>{atMs.length > 1 ? "Last" : "Time"}</dt>
              <dd className="num">{fullTime(atMs.at(-1) ?? 0)}</dd>
            </div>
          </dl>
          <pre className="stack">{stacktrace ?? message}</pre>
        </div>
      )}
    </>
  );
}

function EventLine({ event, scale, depth }: { event: Intervention; scale: Scale; depth: number }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Fragment>
      <div className="line" data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button type="button" className="line-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <span className="line-index" />
            <Icon name={event.type === "Paused" ? "pause" : "bolt"} size={14} />
            <span className="line-verb">{event.type}</span>
          </button>
        </span>
        <span className="bars">
          <span className="tick" data-tone="idle" style={{ left: `${scale.at(event.atMs) * 100}%` }} />
        </span>
      </div>
      {isOpen && <pre className="details stack">{JSON.stringify(JSON.parse(event.detail), null, 2)}</pre>}
    </Fragment>
  );
}

interface BarProps {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly scale: Scale;
  readonly tone: "good" | "bad" | "pending" | "call" | "idle";
  readonly text: React.ReactNode;
}

function Bar({ from, to, scale, tone, text }: BarProps) {
  if (from === undefined || to === undefined) return <span className="bars" />;
  const left = scale.at(from);
  const width = scale.at(to) - left;
  const isTextLeft = left + width > 0.8;
  return (
    <span className="bars">
      <span
        className="bar"
        data-tone={tone}
        title={`${fullTime(from)}, ${duration(to - from)}`}
        style={{ left: `${left * 100}%`, width: `max(4px, ${width * 100}%)` }}
      />
      {text !== null && (
        <span
          className="bar-text num"
          style={
            isTextLeft
              ? { right: `calc(${(1 - left) * 100}% + 6px)` }
              : { left: `calc(${(left + width) * 100}% + 8px)` }
          }
        >
          {text}
        </span>
      )}
    </span>
  );
}

const indent = (depth: number): CSSProperties => ({ "--depth": depth }) as CSSProperties;
