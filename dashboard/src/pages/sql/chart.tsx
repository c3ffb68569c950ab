import { useState } from "react";
import { count } from "../../ui/format.ts";
import { Empty } from "../../ui/states.tsx";
import type { Column, Row } from "./results.ts";
import { type Series, seriesOf } from "./series.ts";

type Kind = "bar" | "line";
const SHOWN = { bar: 60, line: 1000 } as const;
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

/** A picture of a result: a number for each value of a column. */
export function Chart({ rows, columns }: { readonly rows: readonly Row[]; readonly columns: readonly Column[] }) {
  const [kind, setKind] = useState<Kind>("bar");
  const [chosenCategory, setCategory] = useState<string>();
  const [chosenNumber, setNumber] = useState<string>();
  const names = columns.map(({ name }) => name);
  const numbers = columns.filter(({ isNumber }) => isNumber).map(({ name }) => name);
  const category = [chosenCategory, columns.find(({ isNumber }) => !isNumber)?.name, names[0]].find(
    (name) => name !== undefined && names.includes(name),
  ) as string;
  const number =
    chosenNumber === "" || (chosenNumber !== undefined && numbers.includes(chosenNumber))
      ? chosenNumber || undefined
      : numbers.find((name) => name !== category);
  const series = seriesOf(rows, category, number, SHOWN[kind]);
  const what = number ?? "number of rows";
  return (
    <section className="card sql-chart" aria-label="Chart">
      <div className="sql-chart-tools">
        <fieldset className="segmented">
          <legend className="visually-hidden">Kind of chart</legend>
          {(["bar", "line"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
              {one === "bar" ? "Bars" : "Line"}
            </button>
          ))}
        </fieldset>
        <label className="field">
          <span className="sql-chart-label">Number</span>
          <select value={number ?? ""} onChange={(event) => setNumber(event.target.value)}>
            {numbers.map((name) => (
              <option key={name}>{name}</option>
            ))}
            <option value="">number of rows</option>
          </select>
        </label>
        <label className="field">
          <span className="sql-chart-label">by</span>
          <select aria-label="Category" value={category} onChange={(event) => setCategory(event.target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      {series.points.length === 0 ? (
        <Empty icon="chart" title="No number to show">
          <p>Choose another column.</p>
        </Empty>
      ) : kind === "bar" ? (
        <Bars series={series} label={`${what} by ${category}`} />
      ) : (
        <Line series={series} label={`${what} by ${category}`} />
      )}
      {series.left > 0 && (
        <p className="muted">
          The first {count(series.points.length)}; {count(series.left)} more are left out. ORDER BY chooses which.
        </p>
      )}
    </section>
  );
}

function Bars({ series, label }: { readonly series: Series; readonly label: string }) {
  const { points, least, most } = series;
  const all = most - least || 1;
  return (
    <ul className="sql-bars" aria-label={label}>
      {points.map(({ label: name, value }) => (
        <li key={name}>
          <span className="sql-bar-label" title={name}>
            {name}
          </span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect x={((Math.min(0, value) - least) / all) * 100} width={(Math.abs(value) / all) * 100} height="10" />
          </svg>
          <span className="num">{NUMBER.format(value)}</span>
        </li>
      ))}
    </ul>
  );
}

const HEIGHT = 220;

function Line({ series, label }: { readonly series: Series; readonly label: string }) {
  const [over, setOver] = useState<number>();
  const { points, least, most } = series;
  const all = most - least || 1;
  const width = 100 / points.length;
  const x = (index: number) => (index + 0.5) * width;
  const y = (value: number) => 4 + (1 - (value - least) / all) * (HEIGHT - 8);
  const shown = over === undefined ? undefined : points[over];
  return (
    <figure className="chart sql-line">
      <figcaption className="chart-legend">
        <span>
          {label} <span className="num">{shown === undefined ? "" : NUMBER.format(shown.value)}</span>
        </span>
        <span className="muted num chart-time">{shown?.label ?? `at most ${NUMBER.format(most)}`}</span>
      </figcaption>
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${points.length} points from ${NUMBER.format(least)} to ${NUMBER.format(most)}`}
        onMouseLeave={() => setOver(undefined)}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const index = Math.floor(((event.clientX - box.left) / box.width) * points.length);
          setOver(Math.max(0, Math.min(points.length - 1, index)));
        }}
      >
        {over !== undefined && <rect className="sql-line-over" x={over * width} width={width} height={HEIGHT} />}
        <line className="chart-base" x1="0" x2="100" y1={y(0)} y2={y(0)} />
        <polyline points={points.map(({ value }, index) => `${x(index)},${y(value)}`).join(" ")} />
      </svg>
      <div className="chart-axis num" aria-hidden="true">
        <span>{points[0]?.label}</span>
        <span>{points.at(-1)?.label}</span>
      </div>
    </figure>
  );
}
