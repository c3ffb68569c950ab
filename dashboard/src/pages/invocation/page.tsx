import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Invocation, invocation, statusOf } from "../../api/invocation.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { InstanceLink } from "../../ui/instance-link.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";
import { duration, fullTime, keptFor, msOf, useNow } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";
import { Actions } from "./actions.tsx";
import { Family } from "./family.tsx";
import { Standing } from "./standing.tsx";
import { Timeline } from "./timeline.tsx";

export function InvocationPage() {
  const { id } = useParams({ from: "/invocations/$id" });
  const query = useLive({
    key: ["invocation", id],
    fetch: async (signal) => (await invocation(id, signal)) ?? null,
    on: (change) => change.id === id,
  });
  if (query.data === undefined) {
    return (
      <Page title="Invocation">{<Unloaded what="the invocation" error={query.error} retry={query.refetch} />}</Page>
    );
  }
  if (query.data === null) {
    return (
      <Page title="Invocation">
        <Empty icon="search" title="Nothing is stored of this invocation">
          <p>
            <code>{id}</code> was purged, its retention is over, or it never was.{" "}
            <Link to="/invocations">Look at all invocations</Link>.
          </p>
        </Empty>
      </Page>
    );
  }
  const of = query.data;
  return (
    <Page
      key={id}
      title={of.target}
      heading={
        <div className="invocation-head">
          <Link to="/invocations" className="crumb">
            Invocations
          </Link>
          <h1>
            <Target of={of} />
          </h1>
          <div className="invocation-id">
            <StatusBadge status={statusOf(of)} />
            <span className="copyable">
              <code>{id}</code>
              <CopyButton text={id} label="the id" />
            </span>
          </div>
        </div>
      }
      tools={<Actions of={of} />}
    >
      <Standing of={of} />
      <div className="invocation-cards">
        <Facts of={of} />
        <Family of={of} />
      </div>
      <Timeline of={of} />
    </Page>
  );
}

function Facts({ of }: { readonly of: Invocation }) {
  return (
    <section className="card" aria-label="Facts">
      <h2>Facts</h2>
      <dl className="facts facts-wide">
        <Fact name="Created">
          <span className="num">{fullTime(of.created_at)}</span>{" "}
          <span className="muted">
            (<Ago at={of.created_at} />)
          </span>
        </Fact>
        {of.scheduled_start_at !== undefined && (
          <Fact name="Due">
            <span className="num">{fullTime(of.scheduled_start_at)}</span>
          </Fact>
        )}
        <Fact name={of.completed_at === undefined ? "Goes on for" : "Took"}>
          <Took of={of} />
        </Fact>
        {of.retry_count !== undefined && (
          <Fact name="Attempts since progress">
            <span className="num">{of.retry_count}</span>
          </Fact>
        )}
        <Fact name="Deployment">
          <code>{of.pinned_deployment_id ?? of.last_attempt_deployment_id ?? "not chosen yet"}</code>
        </Fact>
        {of.last_attempt_server !== undefined && <Fact name="SDK">{of.last_attempt_server}</Fact>}
        {of.pinned_service_protocol_version !== undefined && (
          <Fact name="Protocol">
            <span className="num">v{of.pinned_service_protocol_version}</span>
          </Fact>
        )}
        {of.idempotency_key !== undefined && (
          <Fact name="Idempotency key">
            <code>{of.idempotency_key}</code>
          </Fact>
        )}
        {of.scope !== undefined && (
          <Fact name="Scope">
            <code>{of.scope}</code>
          </Fact>
        )}
        {of.target_service_key !== undefined && (
          <Fact name="State and lock">
            <InstanceLink of={{ service: of.target_service_name, key: of.target_service_key, scope: of.scope }} />
          </Fact>
        )}
        {of.limit_key !== undefined && (
          <Fact name="Limit key">
            <code>{of.limit_key}</code>
          </Fact>
        )}
        {of.journal_size !== undefined && (
          <Fact name="Journal">
            <span className="num">{of.journal_size} entries</span>
          </Fact>
        )}
        {of.completion_retention !== undefined && <Fact name="Kept for">{keptFor(of.completion_retention)}</Fact>}
        {of.trace_id !== undefined && (
          <Fact name="Trace">
            <code>{of.trace_id}</code>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Took({ of }: { readonly of: Invocation }) {
  const now = useNow();
  const fromMs = msOf(of.scheduled_start_at ?? of.created_at) as number;
  return <span className="num">{duration(Math.max(0, (msOf(of.completed_at) ?? now) - fromMs))}</span>;
}
