import { Link, useParams, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Handler, type Service, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { Playground } from "./playground.tsx";
import { KINDS } from "./services.tsx";

export function ServicePage() {
  const { name } = useParams({ from: "/services/$name" });
  const { handler } = useSearch({ from: "/services/$name" });
  const { data, error, refetch } = useLive({ key: ["services"], fetch: services, onRegistry: true });
  if (data === undefined) {
    return (
      <Page title={name}>
        {error === null ? <Loading what="the service" /> : <Failure error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  const service = data.find((one) => one.name === name);
  if (service === undefined) {
    return (
      <Page title={name}>
        <Empty icon="services" title={`There is no service ${name}`}>
          <p>
            Its deployment may have been removed. <Link to="/services">Look at all services</Link>.
          </p>
        </Empty>
      </Page>
    );
  }
  const chosen = service.handlers.find((one) => one.name === handler) ?? service.handlers[0];
  return (
    <Page
      title={name}
      heading={
        <div>
          <Link to="/services" className="crumb">
            Services
          </Link>
          <h1>{name}</h1>
          <p className="muted">
            {KINDS[service.ty]} · revision <span className="num">{service.revision}</span> ·{" "}
            {service.public ? "public" : "not callable from outside"}
          </p>
        </div>
      }
      tools={
        <Link to="/invocations" search={{ service: name }} className="button">
          Its invocations
        </Link>
      }
    >
      <div className="service-columns">
        <nav className="card" aria-label="Handlers">
          <h2>Handlers</h2>
          <ul className="handler-list">
            {service.handlers.map((one) => (
              <li key={one.name}>
                <Link
                  to="/services/$name"
                  params={{ name }}
                  search={{ handler: one.name }}
                  className="handler-link"
                  data-chosen={one === chosen || undefined}
                >
                  {one.name}
                  {one.ty === "Shared" && <span className="tag">shared</span>}
                  {one.ty === "Workflow" && <span className="tag">run</span>}
                </Link>
              </li>
            ))}
          </ul>
          <Configuration service={service} />
        </nav>
        {chosen !== undefined && (
          <div className="service-main">
            <Playground key={`${name}/${chosen.name}`} service={service} handler={chosen} />
            <Schemas handler={chosen} />
          </div>
        )}
      </div>
    </Page>
  );
}

function Configuration({ service }: { readonly service: Service }) {
  const { retry_policy: retry } = service;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Idempotency retention", service.idempotency_retention],
    ["Workflow retention", service.workflow_completion_retention],
    ["Journal retention", service.journal_retention],
    ["Inactivity timeout", service.inactivity_timeout],
    ["Abort timeout", service.abort_timeout],
    ["First retry after", retry?.initial_interval],
    ["At most apart", retry?.max_interval],
    ["Attempts", retry?.max_attempts ?? "without end"],
    ["Then", retry?.on_max_attempts],
  ];
  return (
    <>
      <h2>Configuration</h2>
      <dl className="facts facts-lines">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="num">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </>
  );
}

function Schemas({ handler }: { readonly handler: Handler }) {
  const schemas = [
    ["Input", handler.input_description, handler.input_json_schema],
    ["Output", handler.output_description, handler.output_json_schema],
  ] as const;
  return (
    <section className="card" aria-label="Schemas">
      <h2>Input and output</h2>
      {handler.documentation !== undefined && <p>{handler.documentation}</p>}
      <dl className="facts facts-lines">
        {schemas.map(([name, description, schema]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{description ?? "none"}</code>
              {schema !== undefined && schema !== null && (
                <details>
                  <summary>Schema</summary>
                  <pre>{JSON.stringify(schema, null, 2)}</pre>
                </details>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
