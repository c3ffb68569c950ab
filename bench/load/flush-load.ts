import fs from "node:fs";
import path from "node:path";
import { nowUs } from "./clock.ts";
import type { FlushOrder, Measured } from "./order.ts";
import { Window } from "./window.ts";

const PAGE_BYTES = 4096;
/** Pages are overwritten in turn, in a file that already has its size: the cheapest flush that a log can do. */
const PAGES = 1024;

/** How long one overwritten page takes to reach the disk: a limit for anything durable. */
export function flushLoad(order: FlushOrder): Measured {
  const file = path.join(order.folder, "flushed-pages");
  const descriptor = fs.openSync(file, "w");
  try {
    const page = Buffer.alloc(PAGE_BYTES, 0x5a);
    fs.writeSync(descriptor, Buffer.alloc(PAGES * PAGE_BYTES, 0x5a));
    fs.fsyncSync(descriptor);
    const window = new Window(order);
    let hasMore = true;
    for (let index = 0; hasMore; index++) {
      const startedAtUs = nowUs();
      fs.writeSync(descriptor, page, 0, PAGE_BYTES, (index % PAGES) * PAGE_BYTES);
      fs.fdatasyncSync(descriptor);
      hasMore = window.answered(startedAtUs, nowUs());
    }
    return window.result();
  } finally {
    fs.closeSync(descriptor);
    fs.rmSync(file, { force: true });
  }
}
