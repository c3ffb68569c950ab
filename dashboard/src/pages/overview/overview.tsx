import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type ListedInvocation, type Status, statusOf, UNFINISHED } from "../../api/invocation.ts";
import { addressOf, type Deployment, deployments, KINDS, type Service, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { CountLink } from "../../ui/count-link.tsx";
import { count, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { NothingRegistered } from "../../ui/nothing-registered.tsx";
import { Page } from "../../ui/page.tsx";
import { Failure, Loading, Unloaded } from "../../ui/states.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { duration, useNow } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";
import { Chart } from "./chart.tsx";
import { buckets, type Group, groups, places, speed, trouble, WINDOWS, type Window } from "./queries.ts";

/** Something that counts has happened: a journal that grows does not count. */
const isCounted = (change: { status?: string }): boolean => change.status !== undefined;

export function Overview() {
  const [window, setWindow] = useState<Window>("1h");
  const now = useNow();
  const counted = useLive({ key: ["overview", "groups"], fetch: groups, on: isCounted, everyMs: 300 });
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const deployed = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const charted = useLive({
    key: ["overview", "buckets", window],
    fetch: (signal) => buckets(window, signal),
    on: isCounted,
    everyMs: 1000,
  });
  const sped = useLive({
    key: ["overview", "speed", window],
    fetch: (signal) => speed(window, signal),
    on: (change) => change.status === "completed",
    everyMs: 1000,
  });

  const failed = [counted, served, deployed].find(({ error, data }) => error !== null && data === undefined);
  if (failed?.error) {
    return (
      <Page title="Overview">
        <Failure error={failed.error} onRetry={() => void failed.refetch()} />
      </Page>
    );
  }
  if (counted.data === undefined || served.data === undefined || deployed.data === undefined) {
    return (
      <Page title="Overview">
        <Loading what="what the server does" />
      </Page>
    );
  }
  if (served.data.length === 0 && counted.data.length === 0) {
    return (
      <Page title="Overview">
        <NothingRegistered />
      </Page>
    );
  }
  const all = counted.data;
  return (
    <Page
      title="Overview"
      tools={
        <fieldset className="segmented">
          <legend className="visually-hidden">Window of time</legend>
          {(Object.keys(WINDOWS) as Window[]).map((one) => (
            <button key={one} type="button" aria-pressed={one === window} onClick={() => setWindow(one)}>
              {one}
            </button>
          ))}
        </fieldset>
      }
    >
      <div className="tiles">
        <Tile name="In flight" value={count(sum(all, isOpen))} to={OPEN}>
          {count(sum(all, isIn("running")))} running, {count(sum(all, isIn("suspended")))} suspended
        </Tile>
        <Tile
          name="Stuck"
          value={count(sum(all, isStuck))}
          tone={sum(all, isStuck) > 0 ? "trouble" : undefined}
          to={STUCK}
        >
          {count(sum(all, isIn("backing-off")))} backing off, {count(sum(all, isIn("paused")))} paused
        </Tile>
        <Tile name="Throughput" value={sped.data === undefined ? "–" : perSecond(sped.data.n, WINDOWS[window].ms)}>
          {sped.data === undefined ? "" : `${count(sped.data.n)} ended in ${WINDOWS[window].label}`}
        </Tile>
        <Tile name="Latency, median" value={sped.data?.p50 === undefined ? "–" : duration(sped.data.p50 * 1000)}>
          {sped.data?.p99 === undefined ? "nothing has ended" : `99 of 100 within ${duration(sped.data.p99 * 1000)}`}
        </Tile>
      </div>
      <Limit />
      <section className="card" aria-label="Invocations over time">
        {charted.data === undefined ? (
          <Unloaded what="the chart" error={charted.error} retry={charted.refetch} />
        ) : (
          <Chart buckets={charted.data} window={window} now={now} />
        )}
      </section>
      <Troubles />
      <ServiceTable services={served.data} deployments={deployed.data} groups={all} />
      <DeploymentTable deployments={deployed.data} services={served.data} groups={all} />
    </Page>
  );
}

const isIn =
  (...statuses: readonly string[]) =>
  ({ status }: Group): boolean =>
    statuses.includes(status);
const OPEN: readonly Status[] = UNFINISHED.filter((status) => status !== "scheduled");
const STUCK: readonly Status[] = ["backing-off", "paused"];
const FAILED: readonly Status[] = ["failed", "cancelled", "killed"];
const isOpen = isIn(...OPEN);
const isStuck = isIn(...STUCK);

function sum(all: readonly Group[], isWanted: (group: Group) => boolean): number {
  return all.reduce((total, group) => (isWanted(group) ? total + group.n : total), 0);
}

function perSecond(n: number, ms: number): string {
  const rate = n / (ms / 1000);
  return rate >= 10
    ? `${count(Math.round(rate))}/s`
    : rate >= 0.1
      ? `${rate.toFixed(1)}/s`
      : `${(rate * 60).toFixed(1)}/min`;
}

function Tile(props: {
  readonly name: string;
  readonly value: string;
  readonly tone?: "trouble" | undefined;
  readonly to?: readonly Status[];
  readonly children: ReactNode;
}) {
  const { name, value, tone, to, children } = props;
  const inside = (
    <>
      <span className="tile-name">{name}</span>
      <span className="tile-value num">{value}</span>
      <span className="tile-note num">{children}</span>
    </>
  );
  if (to === undefined) return <div className="tile">{inside}</div>;
  return (
    <Link to="/invocations" search={{ status: to.join(",") }} className="tile" data-tone={tone}>
      {inside}
    </Link>
  );
}

/** Only while the limit of all attempts together makes invocations wait. */
function Limit() {
  const { data } = useLive({ key: ["overview", "places"], fetch: places, on: isCounted, everyMs: 500 });
  if (data === undefined || data.waiting === 0) return null;
  return (
    <p className="limit-note" role="status">
      <Icon name="clock" size={14} />
      <span>
        {data.waiting === 1 ? "1 invocation waits" : `${count(data.waiting)} invocations wait`} for a place:{" "}
        {plural(data.limit, "attempt")} {data.limit === 1 ? "runs" : "run"}, as many as{" "}
        <code>worker.invoker.concurrent-invocations-limit</code> allows.
      </span>
    </p>
  );
}

/** Failures and stuck ones first: that is what people come for. */
function Troubles() {
  const { data, error, refetch } = useLive({
    key: ["overview", "trouble"],
    fetch: trouble,
    on: isCounted,
    everyMs: 500,
  });
  if (data === undefined) return error === null ? null : <Failure error={error} onRetry={() => void refetch()} />;
  const { stuck, failed } = data;
  if (stuck.length === 0 && failed.length === 0) return null;
  return (
    <section className="card" aria-label="Needs attention">
      <header className="section-head">
        <h2>Needs attention</h2>
        <span className="links">
          {stuck.length > 0 && (
            <Link to="/invocations" search={{ status: STUCK.join(",") }}>
              All stuck
            </Link>
          )}
          {failed.length > 0 && (
            <Link to="/invocations" search={{ status: FAILED.join(",") }}>
              All failed
            </Link>
          )}
        </span>
      </header>
      <ul className="rows">
        {[...stuck, ...failed].map((row) => (
          <TroubleRow key={row.id} row={row} />
        ))}
      </ul>
    </section>
  );
}

function TroubleRow({ row }: { readonly row: ListedInvocation }) {
  const status: Status = statusOf(row);
  const said = row.completion_failure ?? row.last_failure;
  return (
    <li>
      <Link to="/invocations/$id" params={{ id: row.id }} className="rows-link trouble-row">
        <StatusBadge status={status} />
        <Target of={row} />
        <span className="note note-failure">
          {said?.split("\n", 1)[0] ?? (status === "paused" ? "Paused until somebody resumes it" : "")}
        </span>
        {row.next_retry_at === undefined ? (
          <Ago at={row.completed_at ?? row.created_at} />
        ) : (
          <Ago at={row.next_retry_at} />
        )}
      </Link>
    </li>
  );
}

interface TablesProps {
  readonly services: readonly Service[];
  readonly deployments: readonly Deployment[];
  readonly groups: readonly Group[];
}

interface SectionProps {
  readonly title: string;
  readonly n: number;
  readonly all: ReactNode;
  readonly children: ReactNode;
}

function Section({ title, n, all, children }: SectionProps) {
  return (
    <section className="card" aria-label={title}>
      <header className="section-head">
        <h2>
          {title} <span className="muted num">{n}</span>
        </h2>
        {all}
      </header>
      {children}
    </section>
  );
}

/** What is counted of each service. */
const COUNTED: readonly {
  readonly title: string;
  readonly isCounted: (group: Group) => boolean;
  readonly status: readonly Status[];
  readonly tone?: "trouble" | "bad";
}[] = [
  { title: "In flight", isCounted: isOpen, status: OPEN },
  { title: "Stuck", isCounted: isStuck, status: STUCK, tone: "trouble" },
  { title: "Succeeded", isCounted: ({ result }) => result === "success", status: ["succeeded"] },
  { title: "Failed", isCounted: ({ result }) => result === "failure", status: FAILED, tone: "bad" },
];

function ServiceTable({ services: all, groups: counted, deployments: deployed }: TablesProps) {
  return (
    <Section title="Services" n={all.length} all={<Link to="/services">All services</Link>}>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>Service</th>
              <th>Kind</th>
              <th className="right">Handlers</th>
              {COUNTED.map(({ title }) => (
                <th key={title} className="right">
                  {title}
                </th>
              ))}
              <th>Deployment</th>
            </tr>
          </thead>
          <tbody>
            {all.map(({ name, ty, handlers, deployment_id, revision }) => {
              const own = counted.filter(({ service }) => service === name);
              const deployment = deployed.find(({ id }) => id === deployment_id);
              return (
                <tr key={name}>
                  <td>
                    <Link to="/services/$name" params={{ name }} className="strong">
                      {name}
                    </Link>
                  </td>
                  <td className="muted">{KINDS[ty]}</td>
                  <td className="right num">{handlers.length}</td>
                  {COUNTED.map(({ title, isCounted, status, tone }) => (
                    <td key={title} className="right num">
                      <CountLink n={sum(own, isCounted)} search={{ service: name, status }} tone={tone} />
                    </td>
                  ))}
                  <td className="muted">
                    <code>{deployment === undefined ? deployment_id : addressOf(deployment)}</code> rev {revision}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** Of a deployment, the server knows how the attempts of its services fare. */
function DeploymentTable({ deployments: all, services: served, groups: counted }: TablesProps) {
  return (
    <Section title="Deployments" n={all.length} all={<Link to="/deployments">All deployments</Link>}>
      <ul className="rows">
        {all.map((deployment) => {
          const own = served.filter(({ deployment_id }) => deployment_id === deployment.id).map(({ name }) => name);
          const stuck = sum(counted, (group) => own.includes(group.service) && isStuck(group));
          return (
            <li key={deployment.id} className="rows-link deployment-row">
              <span className="health" data-tone={own.length === 0 ? "idle" : stuck > 0 ? "trouble" : "good"}>
                <Icon name={own.length === 0 ? "moon" : stuck > 0 ? "alert" : "check"} size={14} />
                {own.length === 0 ? "Superseded" : stuck > 0 ? `${count(stuck)} stuck` : "Healthy"}
              </span>
              <code>{addressOf(deployment)}</code>
              <span className="muted">
                {own.length === 0 ? "no service is on it any more" : `serves ${plural(own.length, "service")}`}
              </span>
              <Ago at={deployment.created_at} />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
