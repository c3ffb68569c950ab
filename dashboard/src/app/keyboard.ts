import { useEffect, useRef } from "react";

/** `g i` counts when the second key comes within this time. */
const SEQUENCE_MS = 1200;

/** Keys of the whole page: `?`, `/`, `g i`, `mod+k`. The letters do nothing while somebody types. */
export function useKeys(bindings: Readonly<Record<string, () => void>>): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    let first: { key: string; atMs: number } | undefined;
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const isModified = event.ctrlKey || event.metaKey;
      if (event.altKey || (!isModified && isTyping(event.target)) || isBehindDialog(event.target)) return;
      const key = isModified ? `mod+${event.key.toLowerCase()}` : event.key;
      const sequence = first !== undefined && event.timeStamp - first.atMs < SEQUENCE_MS ? `${first.key} ${key}` : key;
      const run = latest.current[sequence] ?? latest.current[key];
      first = run === undefined && !isModified ? { key, atMs: event.timeStamp } : undefined;
      if (run === undefined) return;
      event.preventDefault();
      run();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isBehindDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("[role=dialog], [role=menu]") !== null;
}

/** Puts the cursor into the search field of the page, which says so by an attribute. */
export function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  field?.focus();
  field?.select();
  return field !== null;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
export const modKey = isMac ? "⌘" : "Ctrl";
