import { useState } from "react";
import { count } from "../../ui/format.ts";
import { clockTime } from "../../ui/time.ts";
import { type Bucket, WINDOWS, type Window } from "./queries.ts";

type Band = "good" | "bad" | "trouble" | "open";
const BANDS: readonly Band[] = ["good", "open", "trouble", "bad"];
const LABELS: Readonly<Record<Band, string>> = {
  good: "Succeeded",
  bad: "Failed",
  trouble: "Stuck",
  open: "In flight",
};

interface Column {
  readonly atMs: number;
  readonly bands: Readonly<Record<Band, number>>;
  readonly total: number;
}

const HEIGHT = 120;

/** Invocations by the time of their creation, in the colours of what has become of them. */
export function Chart({ buckets, window, now }: { buckets: readonly Bucket[]; window: Window; now: number }) {
  const columns = columnsOf(buckets, window, now);
  const [over, setOver] = useState<number>();
  const most = Math.max(1, ...columns.map(({ total }) => total));
  const width = 100 / columns.length;
  const shown = over === undefined ? undefined : columns[over];
  const totals = BANDS.map((band) => columns.reduce((sum, { bands }) => sum + bands[band], 0));
  return (
    <figure className="chart">
      <figcaption className="chart-legend">
        {BANDS.map((band, index) => (
          <span key={band}>
            <span className="swatch" data-band={band} aria-hidden="true" />
            {LABELS[band]} <span className="num">{count(shown?.bands[band] ?? totals[index] ?? 0)}</span>
          </span>
        ))}
        <span className="muted num chart-time">
          {shown === undefined ? `the last ${WINDOWS[window].label}` : `from ${clockTime(shown.atMs)}`}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Invocations created in the last ${WINDOWS[window].label}: ${BANDS.map((band, index) => `${LABELS[band]} ${totals[index]}`).join(", ")}`}
        onMouseLeave={() => setOver(undefined)}
      >
        <line className="chart-base" x1="0" x2="100" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {columns.map((column, index) => {
          let y = HEIGHT - 1;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the numbers are in the label of the image too.
            <g key={column.atMs} data-over={over === index || undefined} onMouseEnter={() => setOver(index)}>
              <rect className="chart-hit" x={index * width} width={width} y="0" height={HEIGHT} />
              {BANDS.map((band) => {
                const height = (column.bands[band] / most) * (HEIGHT - 6);
                if (height === 0) return null;
                y -= Math.max(height, 1.5);
                return (
                  <rect
                    key={band}
                    data-band={band}
                    x={index * width + width * 0.12}
                    width={width * 0.76}
                    y={y}
                    height={Math.max(height, 1.5)}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <div className="chart-axis num" aria-hidden="true">
        <span>{clockTime(columns[0]?.atMs ?? now)}</span>
        <span>most {count(most)}</span>
        <span>now</span>
      </div>
    </figure>
  );
}

function columnsOf(buckets: readonly Bucket[], window: Window, now: number): Column[] {
  const { ms, bucketMs } = WINDOWS[window];
  const lastMs = Math.floor(now / bucketMs) * bucketMs;
  const byTime = new Map<number, Record<Band, number>>();
  for (const { at, status, result, n } of buckets) {
    const atMs = Date.parse(at);
    const bands = byTime.get(atMs) ?? { good: 0, bad: 0, trouble: 0, open: 0 };
    bands[bandOf(status, result)] += n;
    byTime.set(atMs, bands);
  }
  return Array.from({ length: ms / bucketMs }, (_, index) => {
    const atMs = lastMs - (ms / bucketMs - 1 - index) * bucketMs;
    const bands = byTime.get(atMs) ?? { good: 0, bad: 0, trouble: 0, open: 0 };
    return { atMs, bands, total: BANDS.reduce((sum, band) => sum + bands[band], 0) };
  });
}

function bandOf(status: Bucket["status"], result: Bucket["result"]): Band {
  if (status === "completed") return result === "failure" ? "bad" : "good";
  return status === "paused" || status === "backing-off" ? "trouble" : "open";
}
