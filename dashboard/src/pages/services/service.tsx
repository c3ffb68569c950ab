import { Link, useParams, useSearch } from "@tanstack/react-router";
import { KINDS, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { Configuration } from "./configuration.tsx";
import { HandlerFacts } from "./handler-facts.tsx";
import { OpenApi } from "./openapi-view.tsx";
import { Playground } from "./playground.tsx";
import { Revisions } from "./revisions.tsx";

/** What there is to see of a service besides its handlers. */
const VIEWS = { configuration: "Configuration", revisions: "Revisions", openapi: "OpenAPI" } as const;

export function ServicePage() {
  const { name } = useParams({ from: "/services/$name" });
  const { handler, view } = useSearch({ from: "/services/$name" });
  const { data, error, refetch } = useLive({ key: ["services"], fetch: services, onRegistry: true });
  if (data === undefined) {
    return <Page title={name}>{<Unloaded what="the service" error={error} retry={refetch} />}</Page>;
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
  const isView = view !== undefined && view in VIEWS;
  const chosen = isView ? undefined : (service.handlers.find((one) => one.name === handler) ?? service.handlers[0]);
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
          {service.documentation !== undefined && <p>{service.documentation}</p>}
        </div>
      }
      tools={
        <>
          {service.ty !== "Service" && (
            <Link to="/state" search={{ service: name }} className="button">
              Its state
            </Link>
          )}
          <Link to="/invocations" search={{ service: name }} className="button">
            Its invocations
          </Link>
        </>
      }
    >
      <div className="service-columns">
        <nav className="card" aria-label="Parts of the service">
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
          <h2>Service</h2>
          <ul className="handler-list">
            {Object.entries(VIEWS).map(([one, label]) => (
              <li key={one}>
                <Link
                  to="/services/$name"
                  params={{ name }}
                  search={{ view: one }}
                  className="handler-link"
                  data-chosen={view === one || undefined}
                >
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="service-main">
          {view === "configuration" && <Configuration key={name} service={service} />}
          {view === "revisions" && <Revisions service={service} />}
          {view === "openapi" && <OpenApi service={service} />}
          {chosen !== undefined && (
            <>
              <Playground key={`${name}/${chosen.name}`} service={service} handler={chosen} />
              <HandlerFacts handler={chosen} />
            </>
          )}
        </div>
      </div>
    </Page>
  );
}
