import { getHeapStatistics } from "node:v8";

const LOOK_EVERY_MS = 500;
/** Less CPU time than this between two looks is no work worth mentioning. */
const QUIET_CPU_US = 25_000;
/** A heap that has grown by less since the last collection is left alone. */
const WORTH_BYTES = 8 * 1024 * 1024;

/**
 * Gives memory back after a burst of work. V8 keeps what its heap has grown to, because a busy program will need it
 * again, and collects nothing while a program rests; a developer's server rests nearly always. So when the process has
 * been quiet for half a second and its heap has grown, the garbage is collected once (20 to 40 ms). For a process of
 * our own only: a library does not decide about its host's garbage.
 *
 * @param lookEveryMs shorter in tests
 */
export function giveMemoryBackWhenIdle(lookEveryMs = LOOK_EVERY_MS): void {
  let cpu = process.cpuUsage();
  let settledBytes = heapBytes();
  let isCollecting = false;
  const look = setInterval(() => {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    if (isCollecting || user + system > QUIET_CPU_US) return;
    const bytes = heapBytes();
    settledBytes = Math.min(settledBytes, bytes);
    if (bytes - settledBytes < WORTH_BYTES) return;
    isCollecting = true;
    void collectGarbage().then(() => {
      isCollecting = false;
      settledBytes = heapBytes();
    });
  }, lookEveryMs);
  look.unref();
}

function heapBytes(): number {
  return getHeapStatistics().total_heap_size;
}

/**
 * Collects all garbage and returns the emptied pages to the operating system at once. Through the inspector's API
 * within the process, which opens no port: `gc()` needs a flag, and on Node 20 keeps the young generation's pages.
 */
async function collectGarbage(): Promise<void> {
  try {
    const { Session } = await import("node:inspector");
    const session = new Session();
    session.connect();
    await new Promise<void>((resolve) => session.post("HeapProfiler.collectGarbage", () => resolve()));
    session.disconnect();
  } catch {
    // A Node built without its inspector keeps the memory; nothing depends on it.
  }
}
