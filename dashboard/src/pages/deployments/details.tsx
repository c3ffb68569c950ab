import { Link } from "@tanstack/react-router";
import { listedInvocations, shortId, statusOf } from "../../api/invocation.ts";
import type { Deployment, Service } from "../../api/registry.ts";
import { quoted, sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { FactLines } from "../../ui/fact-lines.tsx";
import { count } from "../../ui/format.ts";
import { Unloaded } from "../../ui/states.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { HiddenHeaders } from "./hidden-headers.tsx";
import type { Pins } from "./standing.ts";

interface DetailsProps {
  readonly deployment: Deployment;
  readonly services: readonly Service[];
  readonly pins: readonly Pins[];
}

/** What is pinned to a deployment, what has failed on it last, and what it was registered with. */
export function Details({ deployment, services, pins }: DetailsProps) {
  return (
    <div className="deployment-details">
      <section aria-label="Its services">
        <h3>Services</h3>
        <ul className="deployment-services">
          {deployment.services.map(({ name, revision }) => {
            const latest = services.find((one) => one.name === name);
            const isLatest = latest?.deployment_id === deployment.id;
            const own = pins.filter((one) => one.deployment === deployment.id && one.service === name);
            return (
              <li key={name}>
                <Link to="/services/$name" params={{ name }}>
                  {name}
                </Link>{" "}
                <span className="num">revision {revision}</span>{" "}
                <span className="muted">
                  {isLatest ? "the latest" : `superseded by revision ${latest?.revision ?? "–"}`}
                </span>
                {own.map(({ status, n }) => (
                  <Link
                    key={status}
                    to="/invocations"
                    search={{ service: name, deployment: deployment.id, status }}
                    className="tag"
                  >
                    {status} <span className="num">{count(n)}</span>
                  </Link>
                ))}
              </li>
            );
          })}
        </ul>
      </section>
      <LastFailures id={deployment.id} />
      <HiddenHeaders headers={deployment.additional_headers} />
      <Metadata of={deployment.metadata} />
    </div>
  );
}

function Metadata({ of }: { readonly of: Readonly<Record<string, string>> | undefined }) {
  if (of === undefined || Object.keys(of).length === 0) return null;
  return (
    <section aria-label="Metadata">
      <h3>Metadata</h3>
      <FactLines of={Object.entries(of)} />
    </section>
  );
}

const SHOWN = 5;

function LastFailures({ id }: { readonly id: string }) {
  const { data, error, refetch } = useLive({
    key: ["deployment-failures", id],
    fetch: async (signal) => {
      const rows = await sql<{ id: string }>(
        `SELECT id FROM sys_invocation WHERE coalesce(pinned_deployment_id, last_attempt_deployment_id) = ${quoted(id)} AND (status IN ('backing-off', 'paused') OR completion_result = 'failure') ORDER BY modified_at DESC LIMIT ${SHOWN}`,
        signal,
      );
      const found = await listedInvocations(
        rows.map((row) => row.id),
        signal,
      );
      return rows.flatMap((row) => found.find((one) => one.id === row.id) ?? []);
    },
    on: ({ status }) => status !== undefined,
    everyMs: 1000,
  });
  return (
    <section aria-label="Last failures">
      <h3>Last failures</h3>
      {data === undefined ? (
        <Unloaded what="failures" error={error} retry={refetch} />
      ) : data.length === 0 ? (
        <p className="muted">Nothing that is stored has failed on it.</p>
      ) : (
        <ul className="deployment-failures">
          {data.map((row) => (
            <li key={row.id}>
              <StatusBadge status={statusOf(row)} />
              <Link to="/invocations/$id" params={{ id: row.id }} title={row.id}>
                <Target of={row} />
              </Link>
              <span className="note note-failure">{row.last_failure ?? row.completion_failure ?? shortId(row.id)}</span>
              <Ago at={row.completed_at ?? row.created_at} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
