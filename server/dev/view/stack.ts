import path from "node:path";
import { fileURLToPath } from "node:url";

const SHOWN_FRAMES = 6;
/** The folder of this package, for all that its bundles know: what is in `sdk` and `dist` there is ours. */
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const NOT_THEIRS = ["node_modules", "node:", "site-packages", `${PACKAGE}sdk`, `${PACKAGE}dist`];

/**
 * The lines of a stack that are about the developer's files, with paths as they would be typed. The first lines of a
 * stack repeat the message, which stands elsewhere.
 */
export function ownFrames(stack: string | undefined, folder: string): string[] {
  if (stack === undefined) return [];
  const frames = stack.split("\n").filter((line) => /^\s*(at |File ")/.test(line));
  const own = frames.filter((frame) => !NOT_THEIRS.some((folder) => frame.includes(folder)));
  return (own.length > 0 ? own : frames).slice(0, SHOWN_FRAMES).map((frame) => shorter(frame.trim(), folder));
}

function shorter(frame: string, folder: string): string {
  const withPaths = frame.replace(/file:\/\/[^\s)]+?(?=(:\d+)*[\s)]|(:\d+)*$)/, (url) => {
    try {
      return fileURLToPath(url);
    } catch {
      return url;
    }
  });
  return withPaths.replaceAll(folder + path.sep, "");
}
