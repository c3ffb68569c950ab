import { useSyncExternalStore } from "react";
import { markTheme, storedTheme, storeTheme, type Theme } from "./stored-theme.ts";

const listeners = new Set<() => void>();

let theme = storedTheme();

export function setTheme(next: Theme): void {
  theme = next;
  storeTheme(next);
  markTheme(next);
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => theme,
  );
}
