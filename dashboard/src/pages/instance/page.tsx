import { Link, useParams, useSearch } from "@tanstack/react-router";
import type { Place } from "../../api/instance.ts";
import { services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { shownKey } from "../../ui/instance-link.tsx";
import { Page } from "../../ui/page.tsx";
import { Unloaded } from "../../ui/states.tsx";
import { Lock } from "./lock.tsx";
import { Promises } from "./promises.tsx";
import { Recent } from "./recent.tsx";
import { StateCard } from "./state-card.tsx";
import { useInstance } from "./use-instance.ts";

/** A virtual object or workflow: its state, who holds its key, who waits, what it has done. */
export function InstancePage() {
  const { service = "", key } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const place: Place = { service, key: key ?? search.key ?? "", scope: search.scope };
  return <InstanceAt key={JSON.stringify(place)} place={place} />;
}

function InstanceAt({ place }: { readonly place: Place }) {
  const { service, key, scope } = place;
  const query = useInstance(place);
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const type = served.data?.find(({ name }) => name === service)?.ty;
  const title = `${service}/${key}`;
  return (
    <Page
      title={title}
      heading={
        <div className="invocation-head">
          <Link to="/state" search={{ service }} className="crumb">
            State of {service}
          </Link>
          <h1 className="instance-name">
            <span>{service}</span>
            <span className="target-slash">/</span>
            <code>{shownKey(key)}</code>
          </h1>
          <div className="invocation-id">
            {type !== undefined && <span className="tag">{type === "Workflow" ? "Workflow" : "Virtual object"}</span>}
            {scope !== undefined && (
              <span className="tag">
                Scope <code>{scope}</code>
              </span>
            )}
            {served.data !== undefined && type === undefined && <span className="tag">No deployment serves it</span>}
            <CopyButton text={key} label="the key" />
          </div>
        </div>
      }
      tools={
        <>
          {type !== undefined && (
            <Link to="/services/$name" params={{ name: service }} className="button">
              Handlers
            </Link>
          )}
          <Link to="/invocations" search={{ service, key }} className="button">
            All its invocations
          </Link>
        </>
      }
    >
      {query.data === undefined ? (
        <Unloaded what="the state" error={query.error} retry={query.refetch} />
      ) : (
        <div className="instance-columns">
          <div className="instance-main">
            <StateCard place={place} of={query.data} isServed={type !== undefined} />
            {type === "Workflow" && <Promises of={place} />}
          </div>
          <div className="instance-side">
            <Lock of={query.data} isWorkflow={type === "Workflow"} />
            <Recent of={place} />
          </div>
        </div>
      )}
    </Page>
  );
}
