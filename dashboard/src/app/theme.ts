import { useSyncExternalStore } from "react";

/** `system` follows the setting of the browser. */
export type Theme = "system" | "light" | "dark";

const KEY = "restate-lite.theme";
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

let theme = stored();

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme;
}

export function setTheme(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage it lasts as long as the page.
  }
  applyTheme();
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
