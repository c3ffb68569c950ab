import { useRouter } from "@tanstack/react-router";
import { type MouseEvent, type PointerEvent, useRef } from "react";

interface Pressed {
  readonly id: string;
  readonly index: number;
  /** Of the link in the row that was pressed. */
  readonly href: string | null;
  /** A box to check, say. */
  readonly isControl: boolean;
}

const rowOf = (target: EventTarget) => (target as Element).closest<HTMLElement>("[data-id]");

/**
 * A list that changes hands its elements on from row to row, and a click is where the button is let go: it would be
 * for whatever row is there by then. With these handlers it is for the row that was pressed.
 *
 * @param onOpen is asked to open the row; a link in it is followed without asking
 */
export function usePressedRow(onOpen: (id: string, index: number) => void) {
  const router = useRouter();
  const pressed = useRef<Pressed>(undefined);
  return {
    onPointerDownCapture({ target }: PointerEvent): void {
      const row = rowOf(target);
      const link = (target as Element).closest("a");
      pressed.current =
        row === null
          ? undefined
          : {
              id: row.dataset.id ?? "",
              index: Number(row.dataset.index),
              href: link?.getAttribute("href") ?? null,
              isControl: (target as Element).closest("input, button, .grid-check") !== null,
            };
    },
    onClickCapture(event: MouseEvent): void {
      const before = pressed.current;
      pressed.current = undefined;
      // A key has no place.
      if (before === undefined || event.detail === 0 || rowOf(event.target)?.dataset.id === before.id) return;
      event.preventDefault();
      event.stopPropagation();
      const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      if (!isPlain || before.isControl) return;
      if (before.href !== null) router.history.push(before.href);
      else onOpen(before.id, before.index);
    },
  };
}
