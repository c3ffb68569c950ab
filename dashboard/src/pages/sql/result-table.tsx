import { useRouter } from "@tanstack/react-router";
import { type CSSProperties, memo, type PointerEvent, useMemo, useRef, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { count } from "../../ui/format.ts";
import { Payload } from "../../ui/payload.tsx";
import { useRows } from "../../ui/rows.ts";
import { type Column, cellOf, NARROWEST_PX, type Row, widthOf } from "./results.ts";

const ROW_PX = 32;
/** Browsers have a highest element, at 16 million pixels or more. */
const MOST_SHOWN = 500_000;

interface Opened {
  readonly title: string;
  readonly text: string;
}

/** A result of any length: only the rows in sight are in the document. */
export function ResultTable({ rows, columns }: { readonly rows: readonly Row[]; readonly columns: readonly Column[] }) {
  const scroller = useRef<HTMLElement>(null);
  const [widths, setWidths] = useState<ReadonlyMap<string, number>>(new Map());
  const [opened, setOpened] = useState<Opened>();
  const first = useMemo(() => columns.map((column) => widthOf(column, rows)), [columns, rows]);
  const shown = Math.min(rows.length, MOST_SHOWN);
  const { places, heightPx } = useRows(scroller, shown, ROW_PX);
  const current = columns.map(({ name }, index) => widths.get(name) ?? first[index] ?? NARROWEST_PX);
  const style = { "--columns": current.map((px) => `${px}px`).join(" ") } as CSSProperties;
  const resize = (name: string, px: number) =>
    setWidths(new Map(widths).set(name, Math.max(NARROWEST_PX, Math.min(2000, Math.round(px)))));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <section className="results" ref={scroller} tabIndex={0} aria-label="Answer" style={style}>
        <div role="table" aria-label="Answer" aria-rowcount={rows.length + 1} aria-colcount={columns.length}>
          <div role="rowgroup" className="results-head">
            <div role="row" className="results-row" aria-rowindex={1}>
              {columns.map(({ name, isNumber }, index) => (
                <span key={name} role="columnheader" data-number={isNumber || undefined} title={name}>
                  <span className="results-name">{name}</span>
                  <Handle
                    name={name}
                    px={current[index] ?? NARROWEST_PX}
                    fitPx={first[index] ?? NARROWEST_PX}
                    onResize={resize}
                  />
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className="results-body" style={{ height: heightPx }}>
            {places.map(({ index, topPx, slot }) => (
              <ResultRow
                key={slot}
                row={rows[index] as Row}
                index={index}
                topPx={topPx}
                columns={columns}
                onOpen={setOpened}
              />
            ))}
          </div>
        </div>
        {shown < rows.length && (
          <p className="muted pad">
            The first {count(shown)} of {count(rows.length)} are shown; an export has all of them.
          </p>
        )}
      </section>
      {opened !== undefined && (
        <Dialog isOpen onClose={() => setOpened(undefined)} title={opened.title} size="wide">
          <Payload title="Value" bytes={new TextEncoder().encode(opened.text)} />
        </Dialog>
      )}
    </>
  );
}

interface ResultRowProps {
  readonly row: Row;
  readonly index: number;
  readonly topPx: number;
  readonly columns: readonly Column[];
  readonly onOpen: (opened: Opened) => void;
}

const ResultRow = memo(function ResultRow({ row, index, topPx, columns, onOpen }: ResultRowProps) {
  return (
    <div
      role="row"
      className="results-row"
      aria-rowindex={index + 2}
      data-index={index}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {columns.map(({ name, isNumber }) => (
        <span key={name} role="cell" data-number={isNumber || undefined}>
          <Value value={row[name]} name={name} onOpen={onOpen} />
        </span>
      ))}
    </div>
  );
});

/** More than that is of no use in a cell, and makes it slow. */
const CELL_CHARACTERS = 300;

function Value(props: { readonly value: unknown; readonly name: string; readonly onOpen: (opened: Opened) => void }) {
  const cell = cellOf(props.value);
  switch (cell.kind) {
    case "null":
      return <span className="none">null</span>;
    case "invocation":
      return <IdLink to={`/invocations/${cell.text}`} text={cell.text} />;
    case "deployment":
      return <IdLink to={`/deployments?id=${cell.text}`} text={cell.text} />;
    case "text":
      return <span title={cell.text}>{cell.text}</span>;
    case "json":
    case "long":
      return (
        <button
          type="button"
          className="results-open"
          title="Open"
          onClick={() => props.onOpen({ title: props.name, text: cell.text })}
        >
          {cell.kind === "json" ? (
            <code>{cell.text.slice(0, CELL_CHARACTERS)}</code>
          ) : (
            cell.text.slice(0, CELL_CHARACTERS)
          )}
        </button>
      );
  }
}

/** A link of the router costs too much to make hundreds of while somebody scrolls. */
function IdLink({ to, text }: { readonly to: string; readonly text: string }) {
  const router = useRouter();
  return (
    <a
      href={`/ui${to}`}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        router.history.push(`/ui${to}`);
      }}
    >
      <code>{text}</code>
    </a>
  );
}

const STEP_PX = 16;

interface HandleProps {
  readonly name: string;
  readonly px: number;
  /** What a double click sets. */
  readonly fitPx: number;
  readonly onResize: (name: string, px: number) => void;
}

/** The edge of a column: dragged, or moved with the arrow keys. */
function Handle({ name, px, fitPx, onResize }: HandleProps) {
  const drag = useRef<{ readonly x: number; readonly px: number } | undefined>(undefined);
  return (
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${name}`}
      aria-valuenow={px}
      aria-valuemin={NARROWEST_PX}
      aria-valuemax={2000}
      tabIndex={0}
      className="results-handle"
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, px };
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined) onResize(name, drag.current.px + event.clientX - drag.current.x);
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onDoubleClick={() => onResize(name, fitPx)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        onResize(name, px + (event.key === "ArrowLeft" ? -STEP_PX : STEP_PX));
      }}
    />
  );
}
