/**
 * A script of its own that the page waits for, before anything of it is painted: otherwise it would appear in the theme
 * of the system, and change when the other scripts come. Its whole bundle is put into the head by vite.config.ts.
 */
import { markTheme, storedTheme } from "./stored-theme.ts";

markTheme(storedTheme());
