const startedAt = process.hrtime.bigint();

/** Microseconds since this process started, with nanosecond resolution. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() - startedAt) / 1000;
}
