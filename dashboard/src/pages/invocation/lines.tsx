import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Invocation } from "../../api/invocation.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { duration, fullTime, msOf } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";
import { Bar, type BarTone, indent, Ticks } from "./bar.tsx";
import { EntryDetails } from "./entry-details.tsx";
import type { Edit, Entry, FailedAttempts, Intervention, Journal } from "./journal.ts";
import { MismatchView } from "./mismatch-view.tsx";
import type { Scale } from "./scale.ts";
import { SuspensionLine } from "./suspension-line.tsx";
import { useJournal } from "./use-journal.ts";
import { iconOf, verbOf } from "./words.ts";

interface LinesProps {
  readonly id: string;
  /** The invocation of the page; `undefined` for the journal of one that it called. */
  readonly of: Invocation | undefined;
  readonly journal: Journal;
  readonly scale: Scale;
  readonly endMs: number;
  readonly isLive: boolean;
  readonly depth: number;
  /** Index of the entry up to which somebody looks; what is behind is dimmed. */
  readonly upTo?: number | undefined;
}

export function Lines({ journal, upTo, ...rest }: LinesProps) {
  const { lines, edits } = journal;
  const entries = lines.filter((line) => line.kind === "entry");
  const lastIndex = entries.at(-1)?.index;
  const lastFailure = lines.findLast((line) => line.kind === "failure");
  return (
    <>
      {lines.map((line) => {
        const isLater = upTo !== undefined && (line.kind === "entry" ? line.index : line.after + 0.5) > upTo;
        const props = { ...rest, isLater };
        switch (line.kind) {
          case "entry":
            return (
              <EntryLine
                key={`entry ${line.index}`}
                {...props}
                entry={line}
                edits={edits}
                isLast={line.index === lastIndex}
              />
            );
          case "failure":
            return (
              <FailureLine
                key={`failure ${line.atMs[0]}`}
                {...props}
                failure={line}
                entries={entries}
                isLast={line === lastFailure}
              />
            );
          case "edit":
            return <EditLine key={`edit ${line.atMs} ${line.detail.length}`} {...props} edit={line} />;
          default:
            return <EventLine key={`event ${line.atMs}`} {...props} event={line} />;
        }
      })}
    </>
  );
}

interface LineProps extends Omit<LinesProps, "journal" | "upTo"> {
  readonly isLater: boolean;
}

interface EntryLineProps extends LineProps {
  readonly entry: Entry;
  readonly edits: number;
  readonly isLast: boolean;
}

function EntryLine({ id, of, entry, edits, isLast, scale, endMs, isLive, depth, isLater }: EntryLineProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [isNested, setIsNested] = useState(false);
  const { type, name, atMs, callee, isPending, hasFailed } = entry;
  const to = entry.endMs ?? (isPending && isLive ? endMs : atMs);
  const tookMs = atMs === undefined || to === undefined ? undefined : to - atMs;
  return (
    <>
      <div
        className="line"
        data-failed={hasFailed || undefined}
        data-later={isLater || undefined}
        data-depth={depth}
        style={indent(depth)}
      >
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
            {entry.isEdited && <span className="tag">edited</span>}
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
          tone={toneOf(entry, isLive)}
          text={
            isPending && isLive ? (
              <PendingText entry={entry} isSuspended={of?.status === "suspended"} tookMs={tookMs} />
            ) : tookMs === undefined || tookMs === 0 ? null : (
              duration(tookMs)
            )
          }
        />
      </div>
      {isOpen && <EntryDetails id={id} of={of} entry={entry} isLast={isLast} edits={edits} />}
      {isNested && callee !== undefined && <Nested id={callee.id} scale={scale} endMs={endMs} depth={depth + 1} />}
    </>
  );
}

function toneOf({ hasFailed, isPending, callee, type }: Entry, isLive: boolean): BarTone {
  if (hasFailed) return "bad";
  if (isPending && isLive) return "pending";
  return callee !== undefined ? "call" : type === "Sleep" ? "idle" : "good";
}

interface PendingTextProps {
  readonly entry: Entry;
  /** The handler does not run while it waits. */
  readonly isSuspended: boolean;
  readonly tookMs: number | undefined;
}

function PendingText({ entry, isSuspended, tookMs }: PendingTextProps) {
  return (
    <>
      {isSuspended && "suspended, "}
      {entry.dueMs === undefined ? (
        tookMs !== undefined && duration(tookMs)
      ) : (
        <>
          due <Ago at={entry.dueMs} />
        </>
      )}
    </>
  );
}

/** The journal of a called invocation, on the time of its caller. */
function Nested({ id, scale, endMs, depth }: Pick<LineProps, "id" | "scale" | "endMs" | "depth">) {
  const journal = useJournal(id);
  if (journal.data === undefined) {
    return <div className="line line-note">{journal.error === null ? "Loading…" : journal.error.message}</div>;
  }
  const { lines } = journal.data;
  if (lines.length === 0) return <div className="line line-note">Nothing of it is stored.</div>;
  const isLive = !lines.some((line) => line.kind === "entry" && line.type === "Output");
  return (
    <>
      <SuspensionLine id={id} {...{ lines, scale, endMs, depth }} />
      <Lines id={id} of={undefined} journal={journal.data} {...{ scale, endMs, isLive, depth }} />
    </>
  );
}

interface FailureLineProps extends LineProps {
  readonly failure: FailedAttempts;
  readonly entries: readonly Entry[];
  /** It is the last failure of the invocation. */
  readonly isLast: boolean;
}

function FailureLine({ of, failure, entries, isLast, scale, depth, isLater }: FailureLineProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { atMs, message, code, restateCode, stacktrace, commandName, commandIndex, isMismatch } = failure;
  const dueMs = isLast && of?.status === "backing-off" ? msOf(of.next_retry_at) : undefined;
  // The same failure again is no second event: the invocation counts them.
  const count = Math.max(atMs.length, isLast && of?.status === "backing-off" ? (of.retry_count ?? 0) : 0);
  return (
    <>
      <div className="line" data-failed data-later={isLater || undefined} data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button type="button" className="line-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <span className="line-index num">{count > 1 ? `×${count}` : ""}</span>
            <Icon name="retry" size={14} />
            <span className="line-verb">{count > 1 ? "Attempts failed" : "Attempt failed"}</span>
            <span className="line-name">{message.split("\n", 1)[0]}</span>
          </button>
        </span>
        <Ticks
          at={atMs}
          scale={scale}
          text={
            dueMs === undefined ? undefined : (
              <>
                next attempt <Ago at={dueMs} />
              </>
            )
          }
        />
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
            {dueMs !== undefined && (
              <div>
                <dt>Next attempt</dt>
                <dd className="num">
                  {fullTime(dueMs)} (<Ago at={dueMs} />)
                </dd>
              </div>
            )}
          </dl>
          {isMismatch ? (
            <MismatchView failure={failure} entries={entries} />
          ) : (
            <pre className="stack">{stacktrace ?? message}</pre>
          )}
        </div>
      )}
    </>
  );
}

/** What stands between the entries: a line with a point in time, and what is known of it. */
interface PointProps extends Pick<LineProps, "scale" | "depth" | "isLater"> {
  readonly icon: IconName;
  readonly verb: string;
  readonly name?: string;
  readonly atMs: number;
  readonly detail: string;
}

function PointLine({ icon, verb, name, atMs, detail, scale, depth, isLater }: PointProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <div className="line" data-later={isLater || undefined} data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button type="button" className="line-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <span className="line-index" />
            <Icon name={icon} size={14} />
            <span className="line-verb">{verb}</span>
            {name !== undefined && <span className="line-name">{name}</span>}
          </button>
        </span>
        <Ticks at={[atMs]} scale={scale} tone="idle" />
      </div>
      {isOpen && <pre className="details stack">{JSON.stringify(JSON.parse(detail), null, 2)}</pre>}
    </>
  );
}

function EventLine({ event, ...rest }: LineProps & { readonly event: Intervention }) {
  const { type, atMs, detail } = event;
  return <PointLine {...rest} icon={type === "Paused" ? "pause" : "bolt"} verb={type} atMs={atMs} detail={detail} />;
}

function EditLine({ edit, ...rest }: LineProps & { readonly edit: Edit }) {
  const { what, atMs, detail } = edit;
  const name =
    what.kind === "result"
      ? `result of ${[verbOf(what.type), what.name].filter((part) => part !== undefined).join(" ")} (#${what.entry})`
      : `${what.entryCount} dropped behind #${what.after}`;
  return <PointLine {...rest} icon="step" verb="Edited" name={name} atMs={atMs} detail={detail} />;
}
