import { type Column, getCoreRowModel, useReactTable, type VisibilityState } from "@tanstack/react-table";
import { useCallback, useMemo } from "react";
import { type ListedInvocation, shortId, statusOf } from "../../api/invocation.ts";
import { Cell, Grid, Head } from "../../ui/grid.tsx";
import { useMedia } from "../../ui/media.ts";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { COLUMNS } from "./columns.tsx";
import type { InvocationList, ListView } from "./list.ts";

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

export function Table({ list, view, visibility, selected, onSelect, onSelectAll, onOpen }: TableProps) {
  const isNarrow = useMedia("(max-width: 719px)");
  const table = useReactTable({
    data: NO_ROWS,
    columns: COLUMNS,
    getCoreRowModel: getCoreRowModel(),
    state: { columnVisibility: visibility },
  });
  const columns = table.getVisibleLeafColumns();
  const { ids, held, version } = view;
  const template = useMemo(
    () => (isNarrow ? "32px 1fr" : ["32px", ...columns.map((column) => column.columnDef.meta?.width)].join(" ")),
    [columns, isNarrow],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version has other rows at the same places.
  const onSight = useCallback(
    (first: number, last: number) =>
      list.want(Array.from({ length: last + 1 - first }, (_, n) => ids.at(first + n) ?? "")),
    [list, version],
  );
  const onAway = useCallback((isAway: boolean) => (isAway ? list.hold() : list.release()), [list]);
  const cells = useCallback(
    (row: ListedInvocation | undefined, id: string, isSelected: boolean) => (
      <>
        <span role="gridcell" className="grid-cell grid-check">
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
        ) : isNarrow ? (
          <Lines of={row} />
        ) : (
          <Cells of={row} columns={columns} />
        )}
      </>
    ),
    [onSelect, isNarrow, columns],
  );
  const isAll = ids.length > 0 && selected.size === ids.length;
  return (
    <Grid
      label="Invocations"
      isNarrow={isNarrow}
      columns={template}
      ids={ids}
      rowOf={(id) => list.row(id)}
      cells={cells}
      attributes={attributesOf}
      selected={selected}
      onOpen={onOpen}
      onSight={onSight}
      onAway={onAway}
      onKey={(event, id) => {
        if (event.key !== "x" && event.key !== " ") return false;
        onSelect(id, !selected.has(id), event.shiftKey);
        return true;
      }}
      held={held}
      heads={
        <>
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
            <Head>Invocation</Head>
          ) : (
            columns.map(({ id, columnDef: { meta } }) => (
              <Head key={id} isNumber={meta?.isNumber}>
                {meta?.label}
              </Head>
            ))
          )}
        </>
      }
    />
  );
}

const attributesOf = (row: ListedInvocation | undefined) => ({ "data-status": row && statusOf(row) });

interface CellsProps {
  readonly of: ListedInvocation;
  readonly columns: readonly Column<ListedInvocation>[];
}

function Cells({ of, columns }: CellsProps) {
  return columns.map(({ id, columnDef: { meta } }) => (
    <Cell key={id} isNumber={meta?.isNumber}>
      {meta?.cell(of)}
    </Cell>
  ));
}

/** Two lines with what matters most. */
function Lines({ of }: { readonly of: ListedInvocation }) {
  return (
    <Cell>
      <span className="row-lines">
        <Target of={of} />
        <span className="row-line">
          <StatusBadge status={statusOf(of)} />
          <code>{shortId(of.id)}</code>
          <Ago at={of.created_at} />
        </span>
      </span>
    </Cell>
  );
}
