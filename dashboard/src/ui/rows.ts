import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect } from "react";

/** Rows beyond those in sight, on each side: what is scrolled to is there already. */
const OVERSCAN = 6;

export interface RowPlace {
  readonly index: number;
  readonly topPx: number;
  /** A key for React: a row that comes into sight takes over the elements of one that has left it. */
  readonly slot: number;
}

export interface Rows {
  /** Those in sight, and a few more. */
  readonly places: readonly RowPlace[];
  readonly heightPx: number;
  readonly scrollTo: (index: number) => void;
}

/** Rows of one height, of which only those in sight are in the document. */
export function useRows(scroller: RefObject<HTMLElement | null>, count: number, rowPx: number): Rows {
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are remembered until told.
  useEffect(() => virtualizer.measure(), [rowPx]);
  const slots = Math.ceil((virtualizer.scrollRect?.height ?? 0) / rowPx) + 2 * OVERSCAN + 2;
  return {
    places: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, topPx: start, slot: index % slots })),
    heightPx: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  };
}
