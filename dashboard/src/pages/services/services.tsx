import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { KINDS, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { Icon } from "../../ui/icon.tsx";
import { NothingRegistered } from "../../ui/nothing-registered.tsx";
import { Page } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Empty, Unloaded } from "../../ui/states.tsx";

export function Services() {
  const [text, setText] = useState("");
  const { data, error, refetch } = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const wanted = text.trim().toLowerCase();
  const shown = data?.filter(({ name, handlers }) =>
    [name, ...handlers.map((handler) => handler.name)].some((word) => word.toLowerCase().includes(wanted)),
  );
  return (
    <Page title="Services" tools={<SearchField label="Service or handler" value={text} onChange={setText} />}>
      {shown === undefined ? (
        <Unloaded what="services" error={error} retry={refetch} />
      ) : data?.length === 0 ? (
        <NothingRegistered />
      ) : shown.length === 0 ? (
        <Empty icon="services" title="No service of that name">
          <p>No service and no handler has “{text.trim()}” in its name.</p>
        </Empty>
      ) : (
        <div className="service-cards">
          {shown.map(({ name, ty, handlers, revision, documentation }) => (
            <section key={name} className="card service-card" aria-label={name}>
              <header>
                <h2>
                  <Link to="/services/$name" params={{ name }}>
                    {name}
                  </Link>
                </h2>
                <span className="muted">
                  {KINDS[ty]} · revision <span className="num">{revision}</span>
                </span>
              </header>
              {documentation !== undefined && <p className="muted">{documentation}</p>}
              <ul className="handlers">
                {handlers.map((handler) => (
                  <li key={handler.name}>
                    <Link to="/services/$name" params={{ name }} search={{ handler: handler.name }}>
                      <Icon name="play" size={12} /> {handler.name}
                    </Link>
                    {handler.ty === "Shared" && <span className="tag">shared</span>}
                    {handler.ty === "Workflow" && <span className="tag">run</span>}
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </Page>
  );
}
