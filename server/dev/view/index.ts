/** What the developer sees: lines in a pipe or a file, lines and a footer with keys in a terminal. */
export { Keys, readKeys } from "./keys.ts";
export { LinesView } from "./lines-view.ts";
export { wantsColor } from "./paint.ts";
export { TerminalView } from "./terminal-view.ts";
export type { View } from "./types.ts";
