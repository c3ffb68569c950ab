/**
 * What the developer sees (`types`): `lines-view` in a pipe or a file, `terminal-view` with a footer and keys in a
 * terminal.
 *
 * `invocation-lines` says what becomes of invocations, `stack` shortens their stacks, `keys` reads the keyboard,
 * `paint` has the colours.
 */
export { Keys, readKeys } from "./keys.ts";
export { LinesView } from "./lines-view.ts";
export { wantsColor } from "./paint.ts";
export { TerminalView } from "./terminal-view.ts";
export type { View } from "./types.ts";
