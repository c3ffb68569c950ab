import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useLive } from "../../live/use-live.ts";
import { bytes, count, plural } from "../../ui/format.ts";
import { InstanceLink, instanceAddress } from "../../ui/instance-link.tsx";
import { useMedia } from "../../ui/media.ts";
import { type Instances, type ListedInstance, nameOf, previews } from "./instances.ts";

const ROW_PX = 38;
const NARROW_ROW_PX = 60;
/** Instances whose state is fetched at a time. */
const BLOCK = 50;
/** More are asked for when this many rows are left to be scrolled to. */
const AHEAD = 200;

interface TableProps {
  readonly of: Instances;
  readonly onMore: () => void;
}

/** Objects and workflows, any number: only the rows in sight are in the document. */
export function InstanceTable({ of, onMore }: TableProps) {
  const { rows, total } = of;
  const isNarrow = useMedia("(max-width: 719px)");
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const navigate = useNavigate();
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are remembered until told.
  useEffect(() => virtualizer.measure(), [rowPx]);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isMoreWanted = rows.length < total && last > rows.length - AHEAD;
  useEffect(() => {
    if (isMoreWanted) onMore();
  }, [isMoreWanted, onMore]);
  const seen = usePreviews(rows, items[0]?.index ?? 0, last);
  const hasScopes = rows.some(({ scope }) => scope !== undefined);
  const activeIndex = Math.min(active, Math.max(0, rows.length - 1));

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const page = Math.floor((scroller.current?.clientHeight ?? 400) / rowPx) - 1;
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      j: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      k: activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: rows.length - 1,
    };
    const row = rows[activeIndex];
    const to = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || row === undefined) return;
    if (to !== undefined) {
      const index = Math.max(0, Math.min(rows.length - 1, to));
      setActive(index);
      virtualizer.scrollToIndex(index, { align: "auto" });
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
    } else if (event.key === "Enter" && (event.target as HTMLElement).role === "row")
      void navigate(instanceAddress(row));
    else return;
    event.preventDefault();
  }

  const columns = isNarrow
    ? "minmax(0, 1fr)"
    : `minmax(110px, 1fr) minmax(130px, 1.2fr) ${hasScopes ? "minmax(70px, 0.7fr) " : ""}minmax(120px, 2.4fr) 74px 80px minmax(150px, 1fr)`;
  const heads = isNarrow
    ? ["Instance"]
    : ["Object", "Key", ...(hasScopes ? ["Scope"] : []), "State", "Entries", "Size", "Now"];
  return (
    <div
      className="grid instances"
      role="grid"
      aria-label="Objects and workflows"
      aria-rowcount={total + 1}
      style={{ "--columns": columns } as CSSProperties}
      data-narrow={isNarrow || undefined}
    >
      <div className="grid-scroll" ref={scroller} data-testid="rows">
        <div className="grid-head" role="rowgroup">
          <div className="grid-row" role="row" aria-rowindex={1}>
            {heads.map((head) => (
              <span
                key={head}
                role="columnheader"
                className="grid-cell"
                data-number={head === "Entries" || head === "Size" || undefined}
              >
                {head}
              </span>
            ))}
          </div>
        </div>
        <div className="grid-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
          {items.map(({ index, start }) => {
            const row = rows[index] as ListedInstance;
            return (
              <div
                key={`${row.service}/${row.scope ?? ""}/${row.key}`}
                className="grid-row"
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                data-instance={`${row.service}/${row.key}`}
                tabIndex={index === activeIndex ? 0 : -1}
                style={{ transform: `translateY(${start}px)` }}
                onFocus={() => setActive(index)}
                onClick={(event) => {
                  const isLink = (event.target as HTMLElement).closest("a") !== null;
                  if (!isLink && window.getSelection()?.isCollapsed !== false) void navigate(instanceAddress(row));
                }}
                onKeyDown={undefined}
              >
                {isNarrow ? (
                  <Lines of={row} />
                ) : (
                  <Cells of={row} hasScopes={hasScopes} preview={seen?.get(nameOf(row))} />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** How the state of those in sight begins. */
function usePreviews(rows: readonly ListedInstance[], first: number, last: number) {
  const block = Math.floor(first / BLOCK) * BLOCK;
  const shown = rows.slice(block, Math.ceil((last + 1) / BLOCK) * BLOCK);
  const names = new Set(shown.map(nameOf));
  const isShown = (of: { service: string; key?: string; scope?: string }) =>
    of.key !== undefined && names.has(nameOf({ ...of, key: of.key }));
  const { data } = useLive({
    key: ["previews", ...shown.map((row) => `${nameOf(row)} ${row.entries}`)],
    fetch: (signal) => previews(shown, signal),
    on: isShown,
    onState: isShown,
    everyMs: 500,
  });
  // What is fetched for another block does not take away what is known of this one.
  const known = useRef(data);
  if (data !== undefined) known.current = data;
  return known.current;
}

interface CellsProps {
  readonly of: ListedInstance;
  readonly hasScopes: boolean;
  readonly preview: string | undefined;
}

function Cells({ of, hasScopes, preview }: CellsProps) {
  return (
    <>
      <span role="gridcell" className="grid-cell">
        {of.service}
      </span>
      <span role="gridcell" className="grid-cell">
        <InstanceLink of={of} />
      </span>
      {hasScopes && (
        <span role="gridcell" className="grid-cell">
          {of.scope === undefined ? <span className="none">–</span> : <code>{of.scope}</code>}
        </span>
      )}
      <span role="gridcell" className="grid-cell">
        {preview !== undefined && (
          <code className="muted" title={preview}>
            {preview}
          </code>
        )}
      </span>
      <span role="gridcell" className="grid-cell" data-number>
        {count(of.entries)}
      </span>
      <span role="gridcell" className="grid-cell" data-number>
        {bytes(of.size)}
      </span>
      <span role="gridcell" className="grid-cell">
        <Now of={of} />
      </span>
    </>
  );
}

function Lines({ of }: { readonly of: ListedInstance }) {
  return (
    <span role="gridcell" className="grid-cell">
      <span className="row-lines">
        <span className="target">
          <span className="target-service">{of.service}</span>
          <span className="target-slash">/</span>
          <InstanceLink of={of} />
        </span>
        <span className="row-line">
          {of.scope !== undefined && <code>{of.scope}</code>}
          {plural(of.entries, "entry", "entries")} · {bytes(of.size)}
          <Now of={of} />
        </span>
      </span>
    </span>
  );
}

/** What goes on there. */
function Now({ of: { live, waiting } }: { readonly of: ListedInstance }) {
  if (live === 0) return <span className="none">–</span>;
  const active = live - waiting;
  return (
    <span className="instance-now">
      {active > 0 && <span>{count(active)} active</span>}
      {waiting > 0 && <span className="muted">{count(waiting)} in the inbox</span>}
    </span>
  );
}
