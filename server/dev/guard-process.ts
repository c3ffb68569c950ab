/** The process of a guard: see guard.ts. It ends when its parent does. */
import type { ToGuard } from "./guard.ts";
import { signalTree } from "./tree.ts";

/** How long programs may take to end by themselves. */
const GRACE_MS = 2000;

const programs = new Set<number>();

process.on("message", ({ kind, pid }: ToGuard) => {
  if (kind === "started") programs.add(pid);
  else programs.delete(pid);
});

process.on("disconnect", () => {
  for (const pid of programs) signalTree(pid, "SIGTERM");
  if (programs.size === 0) return;
  setTimeout(() => {
    for (const pid of programs) signalTree(pid, "SIGKILL");
  }, GRACE_MS);
});
