import { fullTime, msOf, relative, useNow } from "./time.ts";

/** A time, relative to now; the whole of it on hover and for screen readers. */
export function Ago({ at }: { readonly at: string | number | undefined }) {
  const now = useNow();
  const atMs = typeof at === "number" ? at : msOf(at);
  if (atMs === undefined) return <span className="none">–</span>;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={fullTime(atMs)} className="num">
      {relative(atMs, now)}
    </time>
  );
}
