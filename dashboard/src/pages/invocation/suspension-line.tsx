import { useMemo, useState } from "react";
import { count, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { duration, fullTime } from "../../ui/time.ts";
import { indent } from "./bar.tsx";
import type { Line } from "./journal.ts";
import type { Scale } from "./scale.ts";
import { awaitedText, type Suspension, type Suspensions, stretchesOf, suspensionText, tookMs } from "./suspensions.ts";
import { useSuspensions } from "./use-suspensions.ts";

interface SuspensionLineProps {
  readonly id: string;
  /** Of its journal: what it waited for is named as it is there. */
  readonly lines: readonly Line[];
  readonly scale: Scale;
  readonly endMs: number;
  readonly depth: number;
}

/** When the handler did not run because it waited: hatched on the axis, and a list to read. */
export function SuspensionLine({ id, ...rest }: SuspensionLineProps) {
  const { data } = useSuspensions(id);
  return data === undefined || data.count === 0 ? null : <Known of={data} {...rest} />;
}

function Known({ of, lines, scale, endMs, depth }: Omit<SuspensionLineProps, "id"> & { readonly of: Suspensions }) {
  const [isOpen, setIsOpen] = useState(false);
  const { suspensions } = of;
  const stretches = useMemo(() => stretchesOf(suspensions, endMs, scale), [suspensions, endMs, scale]);
  const inAll = duration(suspensions.reduce((sum, suspension) => sum + tookMs(suspension, endMs), 0));
  const isLasting = suspensions.at(-1)?.untilMs === undefined;
  return (
    <>
      <div className="line" data-depth={depth} style={indent(depth)}>
        <span className="line-label">
          <button type="button" className="line-toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <span className="line-index" />
            <Icon name="moon" size={14} />
            <span className="line-verb">Suspended</span>
            <span className="line-name num">
              {plural(of.count, "time")}, {inAll}
              {of.count > suspensions.length && ` of the last ${count(suspensions.length)}`}
              {isLasting && ", still is"}
            </span>
          </button>
        </span>
        <span className="bars">
          {stretches.map((stretch, place) => (
            <span
              key={`${stretch.suspensions[0]?.sinceMs} ${place}`}
              className="stretch"
              title={titleOf(stretch.suspensions, endMs, lines)}
              data-lasting={stretch.suspensions.at(-1)?.untilMs === undefined || undefined}
              style={{ left: `${stretch.from * 100}%`, width: `max(4px, ${(stretch.to - stretch.from) * 100}%)` }}
            />
          ))}
        </span>
      </div>
      {isOpen && (
        <div className="details">
          {of.count > suspensions.length && (
            <p className="muted">
              The last {count(suspensions.length)} are kept of {count(of.count)}.
            </p>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there */}
          <section className="suspensions" aria-label="Suspensions" tabIndex={0}>
            <ol>
              {suspensions.map((suspension, index) => (
                <li key={`${suspension.sinceMs} ${index}`}>
                  <Read of={suspension} endMs={endMs} lines={lines} />
                </li>
              ))}
            </ol>
          </section>
        </div>
      )}
    </>
  );
}

interface ReadProps {
  readonly of: Suspension;
  readonly endMs: number;
  readonly lines: readonly Line[];
}

function Read({ of, endMs, lines }: ReadProps) {
  const isOver = of.untilMs !== undefined;
  return (
    <>
      <strong className="num">{duration(tookMs(of, endMs))}</strong>{" "}
      <span className="num">
        {isOver ? "from" : "so far, since"} {fullTime(of.sinceMs)}
        {of.untilMs !== undefined && ` to ${fullTime(of.untilMs)}`}
      </span>
      <span>
        {isOver ? "waited for" : "waits for"} {awaitedText(of.await, lines)}
      </span>
    </>
  );
}

function titleOf(suspensions: readonly Suspension[], endMs: number, lines: readonly Line[]): string {
  const [first, last] = [suspensions[0], suspensions.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (first === last) return `Suspended ${suspensionText(first, endMs, lines)}`;
  return `Suspended ${plural(suspensions.length, "time")}, ${fullTime(first.sinceMs)} to ${fullTime(last.untilMs ?? endMs)}`;
}
