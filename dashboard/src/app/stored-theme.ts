/** `system` follows the setting of the browser. */
export type Theme = "system" | "light" | "dark";

const KEY = "restate-lite.theme";

export function storedTheme(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without storage it lasts as long as the page.
  }
}

/** The style sheet goes by it. */
export function markTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
