import type { CSSProperties, ReactNode } from "react";
import { duration, fullTime } from "../../ui/time.ts";
import type { Scale } from "./scale.ts";

export type BarTone = "good" | "bad" | "pending" | "call" | "idle";

interface BarProps {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly scale: Scale;
  readonly tone: BarTone;
  readonly text: ReactNode;
}

/** Of a line of the journal of an invocation that this one called, directly or not. */
export const indent = (depth: number): CSSProperties => ({ "--depth": depth }) as CSSProperties;

const isSeen = (place: number): boolean => place >= 0 && place <= 1;
const clamped = (place: number): number => Math.min(1, Math.max(0, place));

/** A stretch of time. What of it lies beyond the view is cut off. */
export function Bar({ from, to, scale, tone, text }: BarProps) {
  if (from === undefined || to === undefined) return <span className="bars" />;
  const [start, end] = [scale.at(from), scale.at(to)];
  if (end < 0 || start > 1) return <span className="bars" />;
  const left = clamped(start);
  const width = clamped(end) - left;
  const isTextLeft = left + width > 0.8;
  return (
    <span className="bars">
      <span
        className="bar"
        data-tone={tone}
        title={`${fullTime(from)}, ${duration(to - from)}`}
        style={{ left: `${left * 100}%`, width: `max(4px, ${width * 100}%)` }}
      />
      {text !== null && (
        <span
          className="bar-text num"
          style={
            isTextLeft
              ? { right: `calc(${(1 - left) * 100}% + 6px)` }
              : { left: `calc(${(left + width) * 100}% + 8px)` }
          }
        >
          {text}
        </span>
      )}
    </span>
  );
}

interface TicksProps {
  readonly at: readonly number[];
  readonly scale: Scale;
  readonly tone?: "idle";
  readonly text?: ReactNode;
}

const TICKS = 200;

/** Points in time. */
export function Ticks({ at, scale, tone, text }: TicksProps) {
  const seen = at.slice(-TICKS).filter((ms) => isSeen(scale.at(ms)));
  const last = scale.at(at.at(-1) ?? 0);
  return (
    <span className="bars">
      {seen.map((ms) => (
        <span
          key={ms}
          className="tick"
          data-tone={tone}
          title={fullTime(ms)}
          style={{ left: `${scale.at(ms) * 100}%` }}
        />
      ))}
      {text !== undefined && isSeen(last) && (
        <span
          className="bar-text num"
          style={last > 0.6 ? { right: `calc(${(1 - last) * 100}% + 8px)` } : { left: `calc(${last * 100}% + 8px)` }}
        >
          {text}
        </span>
      )}
    </span>
  );
}
