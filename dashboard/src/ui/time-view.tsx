import { fullTime, msOf, relative, useClock } from "./time.ts";

/** A time, relative to now; the whole of it on hover and for screen readers. */
export function Ago({ at }: { readonly at: string | number | undefined }) {
  const atMs = typeof at === "number" ? at : msOf(at);
  const text = useClock((now) => (atMs === undefined ? "–" : relative(atMs, now)));
  if (atMs === undefined) return <span className="none">{text}</span>;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={fullTime(atMs)} className="num">
      {text}
    </time>
  );
}
