import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { count } from "./format.ts";
import { Icon } from "./icon.tsx";
import { usePressedRow } from "./pressed-row.ts";
import { useRows } from "./rows.ts";

const ROW_PX = 38;
const NARROW_ROW_PX = 60;
/** How far a row is looked for when it is not where it was. */
const NEAR = 1000;

/** The ids of all rows, in order. */
export interface Ids {
  readonly length: number;
  at(index: number): string | undefined;
}

interface GridProps<Row> {
  readonly label: string;
  readonly className?: string;
  readonly ids: Ids;
  /** How many rows there are, when not all of them are known yet. */
  readonly total?: number;
  /** Two lines a row instead of columns. */
  readonly isNarrow: boolean;
  /** The widths of the columns, in words of `grid-template-columns`. */
  readonly columns: string;
  readonly heads: ReactNode;
  readonly rowOf: (id: string, index: number) => Row;
  /** Rows are drawn anew when their row is another one, or this function. */
  readonly cells: (row: Row, id: string, isSelected: boolean) => ReactNode;
  readonly attributes: (row: Row, id: string) => Readonly<Record<`data-${string}`, string | undefined>>;
  /** Absent: rows cannot be selected. */
  readonly selected?: ReadonlySet<string>;
  readonly onOpen: (id: string, index: number) => void;
  /** Keys that are not the grid's own. @returns whether it was one */
  readonly onKey?: (event: KeyboardEvent, id: string) => boolean;
  /** The rows in sight. */
  readonly onSight: (first: number, last: number) => void;
  /** Whether somebody looks at something else than what comes at the top: further down, or at a row that has the focus. */
  readonly onAway?: (isAway: boolean) => void;
  /** Rows that wait above the first one until nobody is away. */
  readonly held?: number;
}

interface Active {
  readonly index: number;
  /** `undefined`: whatever is at the index. */
  readonly id: string | undefined;
}

/** A table of any length, walked with the keyboard: only the rows in sight are in the document. */
export function Grid<Row>(props: GridProps<Row>) {
  const { ids, isNarrow, selected, held = 0, onOpen, onKey, onSight, onAway } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = isNarrow ? NARROW_ROW_PX : ROW_PX;
  const { places, heightPx, scrollTo } = useRows(scroller, ids.length, rowPx);
  const [active, setActive] = useState<Active>({ index: 0, id: undefined });
  const activeIndex = indexOf(ids, active);
  const activeId = ids.at(activeIndex);
  const first = places[0]?.index ?? 0;
  const last = places.at(-1)?.index ?? 0;
  // Another list has other rows at the same places.
  useEffect(() => onSight(first, last), [onSight, first, last]);

  // Elements are taken over by other rows: the focus stays with the row that has it, and, while that is out of sight, at
  // the table, which hears the same keys.
  useLayoutEffect(() => {
    const table = scroller.current;
    const focused = document.activeElement as HTMLElement | null;
    if (table === null || focused === null || !table.contains(focused)) return;
    const row = focused.closest<HTMLElement>("[data-index]");
    if (row === null ? focused !== table : row.dataset.id === activeId) return;
    const wanted = table.querySelector<HTMLElement>(`[data-index="${activeIndex}"]`) ?? table;
    if (wanted !== focused) wanted.focus({ preventScroll: true });
  });

  const tellAway = useRef(() => {});
  tellAway.current = () => {
    const table = scroller.current;
    const focused = document.activeElement;
    if (table === null) return;
    const isAtRow = table.contains(focused) && (focused === table || focused?.closest("[data-index]") !== null);
    onAway?.(table.scrollTop > 0 || isAtRow);
  };
  const activate = useRef((index: number, id: string) => {
    setActive({ index, id });
    tellAway.current();
  });

  const pressedRow = usePressedRow((id, index) => {
    const now = indexOf(ids, { id, index });
    if (ids.at(now) === id) onOpen(id, now);
  });

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    if (event.ctrlKey || event.metaKey || event.altKey || activeId === undefined) return;
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
    if (to !== undefined) {
      const index = Math.max(0, Math.min(ids.length - 1, to));
      const isHome = event.key === "Home";
      if (isHome) onAway?.(false);
      setActive({ index, id: isHome ? undefined : ids.at(index) });
      scrollTo(index);
    } else if (event.key === "Enter" && isRow(event.target)) onOpen(activeId, activeIndex);
    else if (onKey?.(event, activeId) !== true) return;
    event.preventDefault();
  }

  return (
    <div
      className={props.className === undefined ? "grid" : `grid ${props.className}`}
      style={{ "--columns": props.columns } as CSSProperties}
      data-narrow={isNarrow || undefined}
    >
      {held > 0 && (
        <button
          type="button"
          className="button grid-held"
          onClick={({ currentTarget }) => {
            currentTarget.blur();
            scroller.current?.scrollTo(0, 0);
            onAway?.(false);
          }}
        >
          <Icon name="up" size={13} /> {count(held)} new
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the row that has the focus, and of none while that is out of sight. */}
      <div
        className="grid-scroll"
        ref={scroller}
        tabIndex={-1}
        data-testid="rows"
        onKeyDown={onKeyDown}
        {...pressedRow}
        onScroll={() => tellAway.current()}
        onBlur={() => queueMicrotask(() => tellAway.current())}
      >
        <div
          className="grid-inner"
          role="grid"
          aria-label={props.label}
          aria-rowcount={(props.total ?? ids.length) + 1}
          aria-multiselectable={selected === undefined ? undefined : true}
        >
          <div className="grid-head" role="rowgroup">
            <div className="grid-row" role="row" aria-rowindex={1}>
              {props.heads}
            </div>
          </div>
          <div className="grid-body" role="rowgroup" style={{ height: heightPx }}>
            {places.map(({ index, topPx, slot }) => {
              const id = ids.at(index);
              // A list that has just become shorter.
              if (id === undefined) return null;
              return (
                <GridRow
                  key={slot}
                  id={id}
                  index={index}
                  topPx={topPx}
                  row={props.rowOf(id, index)}
                  isActive={index === activeIndex}
                  isSelected={selected?.has(id)}
                  attributes={props.attributes as GridRowProps["attributes"]}
                  cells={props.cells as GridRowProps["cells"]}
                  onActivate={activate.current}
                  onOpen={onOpen}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

interface GridRowProps {
  readonly id: string;
  readonly index: number;
  readonly topPx: number;
  readonly row: unknown;
  readonly isActive: boolean;
  readonly isSelected: boolean | undefined;
  readonly attributes: GridProps<unknown>["attributes"];
  readonly cells: GridProps<unknown>["cells"];
  readonly onActivate: (index: number, id: string) => void;
  readonly onOpen: (id: string, index: number) => void;
}

const GridRow = memo(function GridRow(props: GridRowProps) {
  const { id, index, topPx, row, isActive, isSelected, attributes, cells, onActivate, onOpen } = props;
  return (
    <div
      className="grid-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-id={id}
      {...attributes(row, id)}
      tabIndex={isActive ? 0 : -1}
      style={{ transform: `translateY(${topPx}px)` }}
      onFocus={() => onActivate(index, id)}
      onClick={({ target }) => {
        const isOther = (target as Element).closest("a, input, .grid-check") !== null;
        if (!isOther && window.getSelection()?.isCollapsed !== false) onOpen(id, index);
      }}
      // The keys of rows are the table's.
      onKeyDown={undefined}
    >
      {cells(row, id, isSelected ?? false)}
    </div>
  );
});

export function Cell({
  children,
  isNumber,
}: {
  readonly children?: ReactNode;
  readonly isNumber?: boolean | undefined;
}) {
  return (
    <span role="gridcell" className="grid-cell" data-number={isNumber || undefined}>
      {children}
    </span>
  );
}

export function Head({
  children,
  isNumber,
}: {
  readonly children: ReactNode;
  readonly isNumber?: boolean | undefined;
}) {
  return (
    <span role="columnheader" className="grid-cell" data-number={isNumber || undefined}>
      {children}
    </span>
  );
}

const isRow = (target: EventTarget): boolean => target instanceof HTMLElement && target.role === "row";

function indexOf(ids: Ids, { id, index }: Active): number {
  const nearest = Math.max(0, Math.min(index, ids.length - 1));
  if (id === undefined) return nearest;
  for (let distance = 0; distance < NEAR; distance++) {
    if (ids.at(nearest + distance) === id) return nearest + distance;
    if (ids.at(nearest - distance) === id) return nearest - distance;
  }
  return nearest;
}
