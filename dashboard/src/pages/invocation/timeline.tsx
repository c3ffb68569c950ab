import { useMemo, useState } from "react";
import type { Invocation } from "../../api/invocation.ts";
import { plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { duration, msOf, useNow } from "../../ui/time.ts";
import { ENTRY_LIMIT, type Entry, type Line } from "./journal.ts";
import { Lines } from "./lines.tsx";
import { scaleOf, viewOf } from "./scale.ts";
import { StateView } from "./state-view.tsx";
import { SuspensionLine } from "./suspension-line.tsx";
import type { Suspension } from "./suspensions.ts";
import { useJournal } from "./use-journal.ts";
import { useSuspensions } from "./use-suspensions.ts";
import { lineName } from "./words.ts";

type Kind = "even" | "linear";

/** Each level shows half of the time of the one before. */
const ZOOM_LEVELS = 10;
const POSITIONS = 200;

/** The journal on time: what the handler did, how long it took, what failed on the way and what it waits for now. */
export function Timeline({ of }: { readonly of: Invocation }) {
  const [kind, setKind] = useState<Kind>("even");
  const [zoom, setZoom] = useState({ level: 0, position: 0 });
  const [upTo, setUpTo] = useState<number>();
  const journal = useJournal(of.id);
  const isLive = of.status !== "completed";
  const now = useNow();
  const startMs = msOf(of.created_at) as number;
  const { data: suspended } = useSuspensions(of.id);
  const times = useMemo(
    () => (journal.data === undefined ? [] : timesOf(journal.data.lines, suspended?.suspensions ?? [])),
    [journal.data, suspended],
  );
  const endMs = isLive
    ? Math.max(now, ...times.slice(-1))
    : Math.max(msOf(of.completed_at) ?? startMs, times.at(-1) ?? startMs);
  const scale = useMemo(
    () => scaleOf(kind, startMs, endMs, times, viewOf(zoom.level, zoom.position / POSITIONS)),
    [kind, startMs, endMs, times, zoom],
  );
  if (journal.error !== null && journal.data === undefined) {
    return <Failure error={journal.error} onRetry={() => void journal.refetch()} />;
  }
  if (journal.data === undefined) return <Loading what="the journal" />;
  const { lines, isCut } = journal.data;
  const entries = lines.filter((line) => line.kind === "entry");
  const looked = upTo === undefined ? undefined : (entries.findLast(({ index }) => index <= upTo) ?? entries[0]);
  const hasState = of.target_service_ty !== "service" && entries.length > 0;
  return (
    <section className="timeline" aria-label="Journal">
      <header className="section-head">
        <h2>
          Journal <span className="muted num">{plural(lines.length, "line")}</span>
        </h2>
        <div className="timeline-tools">
          {hasState && (
            <button
              type="button"
              className="button"
              aria-pressed={looked !== undefined}
              onClick={() => setUpTo(looked === undefined ? entries.at(-1)?.index : undefined)}
            >
              <Icon name="state" size={14} /> State at a point
            </button>
          )}
          <Zoom zoom={zoom} onChange={setZoom} />
          <fieldset className="segmented">
            <legend className="visually-hidden">Scale of time</legend>
            {(
              [
                ["even", "Steps"],
                ["linear", "True time"],
              ] as const
            ).map(([value, label]) => (
              <button key={value} type="button" aria-pressed={kind === value} onClick={() => setKind(value)}>
                {label}
              </button>
            ))}
          </fieldset>
        </div>
      </header>
      {lines.length === 0 ? (
        <p className="muted pad">
          {isLive ? "Nothing is written yet." : "The journal is gone: its retention is over, or it was purged."}
        </p>
      ) : (
        <>
          {looked !== undefined && (
            <div className="state-panel">
              <Slider entries={entries} looked={looked} onChange={setUpTo} />
              <StateView of={of} journal={journal.data} entry={looked} />
            </div>
          )}
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
            <SuspensionLine id={of.id} {...{ lines, scale, endMs }} depth={0} />
            <Lines
              id={of.id}
              of={of}
              journal={journal.data}
              depth={0}
              upTo={looked?.index}
              {...{ scale, endMs, isLive }}
            />
          </div>
        </>
      )}
      {isCut && <p className="muted pad">Only the first {ENTRY_LIMIT} entries are shown.</p>}
    </section>
  );
}

function timesOf(lines: readonly Line[], suspensions: readonly Suspension[]): number[] {
  const times = lines.flatMap((line): readonly (number | undefined)[] =>
    line.kind === "entry" ? [line.atMs, line.endMs] : line.kind === "failure" ? line.atMs : [line.atMs],
  );
  // Their ends are those of what they waited for, which are there.
  times.push(...suspensions.map(({ sinceMs }) => sinceMs));
  return times.filter((ms) => ms !== undefined).sort((a, b) => a - b);
}

interface ZoomProps {
  readonly zoom: { readonly level: number; readonly position: number };
  readonly onChange: (zoom: { level: number; position: number }) => void;
}

/** How much of the time is seen, and which part of it: two sliders, for mouse and keyboard alike. */
function Zoom({ zoom: { level, position }, onChange }: ZoomProps) {
  return (
    <div className="zoom">
      <input
        type="range"
        aria-label="Zoom"
        title="Zoom"
        aria-valuetext={level === 0 ? "all of the time" : `${2 ** level} times`}
        min={0}
        max={ZOOM_LEVELS}
        value={level}
        onChange={(event) => onChange({ level: event.target.valueAsNumber, position })}
      />
      <input
        type="range"
        aria-label="Part of the time"
        title="Part of the time"
        aria-valuetext={`${Math.round((position / POSITIONS) * 100)} %`}
        min={0}
        max={POSITIONS}
        value={position}
        disabled={level === 0}
        onChange={(event) => onChange({ level, position: event.target.valueAsNumber })}
      />
    </div>
  );
}

interface SliderProps {
  readonly entries: readonly Entry[];
  readonly looked: Entry;
  readonly onChange: (index: number) => void;
}

/** Goes from entry to entry. */
function Slider({ entries, looked, onChange }: SliderProps) {
  const place = entries.indexOf(looked);
  return (
    <label className="state-slider">
      <span>
        State after <strong>{lineName(looked)}</strong>
      </span>
      <input
        type="range"
        aria-label="State as of entry"
        aria-valuetext={lineName(looked)}
        min={0}
        max={entries.length - 1}
        value={place}
        onChange={(event) => onChange(entries[event.target.valueAsNumber]?.index ?? 0)}
      />
    </label>
  );
}
