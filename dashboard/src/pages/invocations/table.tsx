import { type Column, getCoreRowModel, useReactTable, type VisibilityState } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from "react";
import { type ListedInvocation, shortId, statusOf } from "../../api/invocation.ts";
import { useMedia } from "../../ui/media.ts";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { COLUMNS } from "./columns.tsx";
import type { InvocationList, ListView } from "./list.ts";

const ROW_PX = 38;
const NARROW_ROW_PX = 60;
const NO_ROWS: ListedInvocation[] = [];

interface TableProps {
  readonly list: InvocationList;
  readonly view: ListView;
  readonly visibility: VisibilityState;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (id: string, isSelected: boolean, isRange: boolean) => void;
  readonly onSelectAll: (isSelected: boolean) => void;
  readonly onOpen: (id: string) => void;
}

/** A table of any length: only the rows in sight are in the document. */
export function Table({ list, view, visibility, selected, onSelect, onSelectAll, onOpen }: TableProps) {
  const isNarrow = useMedia("(max-width: 719px)");
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const table = useReactTable({
    data: NO_ROWS,
    columns: COLUMNS,
    getCoreRowModel: getCoreRowModel(),
    state: { columnVisibility: visibility },
  });
  const columns = table.getVisibleLeafColumns();
  const { ids } = view;
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are remembered until told.
  useEffect(() => virtualizer.measure(), [rowPx]);
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => list.want(ids.slice(first, last + 1)), [list, ids, first, last]);
  const template = useMemo(
    () => (isNarrow ? "32px 1fr" : ["32px", ...columns.map((column) => column.columnDef.meta?.width)].join(" ")),
    [columns, isNarrow],
  );
  const activeIndex = Math.min(active, Math.max(0, ids.length - 1));

  function move(to: number): void {
    const index = Math.max(0, Math.min(ids.length - 1, to));
    setActive(index);
    virtualizer.scrollToIndex(index, { align: "auto" });
    // The row may have to be made first.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const id = ids[activeIndex];
    const page = Math.floor((scroller.current?.clientHeight ?? 400) / rowPx) - 1;
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      j: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      k: activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: ids.length - 1,
    };
    const to = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || id === undefined) return;
    if (to !== undefined) move(to);
    else if (event.key === "x" || event.key === " ") onSelect(id, !selected.has(id), event.shiftKey);
    else if (event.key === "Enter" && event.target === event.currentTarget.querySelector(":focus")) onOpen(id);
    else return;
    event.preventDefault();
  }

  const isAll = ids.length > 0 && selected.size === ids.length;
  return (
    <div
      className="grid"
      role="grid"
      aria-label="Invocations"
      aria-rowcount={ids.length + 1}
      aria-multiselectable="true"
      style={{ "--columns": template } as React.CSSProperties}
      data-narrow={isNarrow || undefined}
    >
      <div className="grid-scroll" ref={scroller} data-testid="rows">
        <div className="grid-head" role="rowgroup">
          <div className="grid-row" role="row" aria-rowindex={1}>
            <span role="columnheader" className="grid-cell grid-check">
              <input
                type="checkbox"
                aria-label="Select all"
                checked={isAll}
                ref={(box) => {
                  if (box !== null) box.indeterminate = selected.size > 0 && !isAll;
                }}
                onChange={(event) => onSelectAll(event.target.checked)}
              />
            </span>
            {isNarrow ? (
              <span role="columnheader" className="grid-cell">
                Invocation
              </span>
            ) : (
              columns.map((column) => (
                <span
                  key={column.id}
                  role="columnheader"
                  className="grid-cell"
                  data-number={column.columnDef.meta?.isNumber || undefined}
                >
                  {column.columnDef.meta?.label}
                </span>
              ))
            )}
          </div>
        </div>
        <div className="grid-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
          {items.map(({ index, start }) => {
            const id = ids[index] as string;
            return (
              <Row
                key={id}
                id={id}
                index={index}
                row={list.row(id)}
                top={start}
                columns={isNarrow ? undefined : columns}
                isSelected={selected.has(id)}
                isActive={index === activeIndex}
                onSelect={onSelect}
                onOpen={onOpen}
                onActivate={setActive}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly row: ListedInvocation | undefined;
  readonly top: number;
  /** `undefined`: two lines with what matters most. */
  readonly columns: readonly Column<ListedInvocation>[] | undefined;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onSelect: TableProps["onSelect"];
  readonly onOpen: TableProps["onOpen"];
  readonly onActivate: (index: number) => void;
}

const Row = memo(function Row(props: RowProps) {
  const { id, index, row, top, columns, isSelected, isActive, onSelect, onOpen, onActivate } = props;
  return (
    <div
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-id={id}
      data-status={row && statusOf(row)}
      tabIndex={isActive ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => onActivate(index)}
      onClick={() => window.getSelection()?.isCollapsed !== false && onOpen(id)}
      onKeyDown={undefined}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keeps a miss of the box from opening the row */}
      <span role="gridcell" className="grid-cell grid-check" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${shortId(id)}`}
          checked={isSelected}
          onChange={(event) => onSelect(id, event.target.checked, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </span>
      {row === undefined ? (
        <Cell>
          <span className="skeleton" />
        </Cell>
      ) : columns === undefined ? (
        <Cell>
          <span className="row-lines">
            <Target of={row} />
            <span className="row-line">
              <StatusBadge status={statusOf(row)} />
              <code>{shortId(id)}</code>
              <Ago at={row.created_at} />
            </span>
          </span>
        </Cell>
      ) : (
        columns.map((column) => (
          <Cell key={column.id} isNumber={column.columnDef.meta?.isNumber}>
            {column.columnDef.meta?.cell(row)}
          </Cell>
        ))
      )}
    </div>
  );
});

function Cell({ children, isNumber }: { readonly children: React.ReactNode; readonly isNumber?: boolean | undefined }) {
  return (
    <span role="gridcell" className="grid-cell" data-number={isNumber || undefined}>
      {children}
    </span>
  );
}
