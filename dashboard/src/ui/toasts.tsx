import { type ReactNode, useSyncExternalStore } from "react";
import { Icon } from "./icon.tsx";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: ReactNode;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const GOOD_MS = 5000;
const BAD_MS = 12_000;

/** Says shortly what has been done, or that it could not be. */
export function toast(tone: Toast["tone"], text: ReactNode): void {
  const id = ++lastId;
  change([...toasts.slice(-3), { id, tone, text }]);
  window.setTimeout(() => dismiss(id), tone === "good" ? GOOD_MS : BAD_MS);
}

function dismiss(id: number): void {
  change(toasts.filter((other) => other.id !== id));
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <div key={id} className="toast" data-tone={tone}>
          <Icon name={tone === "good" ? "check" : "alert"} />
          <div>{text}</div>
          <button type="button" className="icon-button small" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" size={13} />
          </button>
        </div>
      ))}
    </div>
  );
}
