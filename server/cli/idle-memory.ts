import { getHeapStatistics } from "node:v8";

const LOOK_EVERY_MS = 500;
/** Less CPU time than this between two looks is no work worth mentioning. */
const QUIET_CPU_US = 25_000;
/** So many quiet looks in a row are a rest, and not the moment in which an endpoint works off what it was sent. */
const QUIET_LOOKS = 4;
/** A heap that has grown by less since the last collection is left alone, or by less than this part of what it was. */
const WORTH_BYTES = 8 * 1024 * 1024;
const WORTH_PART = 0.5;

/**
 * Gives memory back after a burst of work. V8 keeps what its heap has grown to, because a busy program will need it
 * again, and collects nothing while a program rests; a developer's server rests nearly always. So when the process has
 * been quiet for two seconds and its heap has grown, the garbage is collected once. That stops the process for 3 ms a
 * MiB of what lives (30 ms after a start, 130 ms with 10,000 attempts open): a call that comes in that moment waits.
 * For a process of our own only: a library does not decide about its host's garbage.
 *
 * @param lookEveryMs shorter in tests
 */
export function giveMemoryBackWhenIdle(lookEveryMs = LOOK_EVERY_MS): void {
  let cpu = process.cpuUsage();
  let settledBytes = heapBytes();
  let isCollecting = false;
  let quietLooks = 0;
  const look = setInterval(() => {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    quietLooks = user + system > QUIET_CPU_US ? 0 : quietLooks + 1;
    if (isCollecting || quietLooks < QUIET_LOOKS) return;
    const bytes = heapBytes();
    settledBytes = Math.min(settledBytes, bytes);
    if (bytes - settledBytes < Math.max(WORTH_BYTES, settledBytes * WORTH_PART)) return;
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
