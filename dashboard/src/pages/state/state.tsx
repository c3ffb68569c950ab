import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { plural } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { type Instances, instances } from "./instances.ts";
import { InstanceTable } from "./table.tsx";

const FIRST = 1000;
const TYPED_MS = 150;

/** Objects and workflows by service and key; each has a page of its own. */
export function State() {
  const search = useSearch({ from: "/state" });
  const navigate = useNavigate({ from: "/state" });
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const keyed = served.data?.filter(({ ty }) => ty !== "Service") ?? [];
  const isServed = search.service === undefined || keyed.some(({ name }) => name === search.service);
  return (
    <Page
      title="State"
      isFull
      tools={
        <>
          <label className="field">
            <span className="visually-hidden">Service</span>
            <select
              value={search.service ?? ""}
              onChange={(event) => void navigate({ search: { ...search, service: event.target.value } })}
            >
              <option value="">All objects and workflows</option>
              {!isServed && <option>{search.service}</option>}
              {keyed.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <KeySearch
            text={search.q ?? ""}
            onChange={(q) => void navigate({ search: { ...search, q }, replace: true })}
          />
        </>
      }
    >
      {/* With another filter another list: from its top, with the first rows. */}
      <List key={`${search.service ?? ""} ${search.q ?? ""}`} service={search.service} text={search.q ?? ""} />
    </Page>
  );
}

/** What is typed becomes the address when the typing pauses. */
function KeySearch({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const latest = useRef(onChange);
  latest.current = onChange;
  const told = useRef(text);
  const router = useRouter();
  useEffect(() => {
    if (typed === told.current) return;
    const timer = window.setTimeout(() => {
      // Who has gone on to another page does not want to come back.
      if (!router.latestLocation.pathname.endsWith("/state")) return;
      told.current = typed;
      latest.current(typed);
    }, TYPED_MS);
    return () => window.clearTimeout(timer);
  }, [typed, router]);
  // Somebody else has changed the address: a link, or the way back.
  useEffect(() => {
    if (text === told.current) return;
    told.current = text;
    setTyped(text);
  }, [text]);
  return <SearchField label="Key" value={typed} onChange={setTyped} />;
}

function List({ service, text }: { readonly service: string | undefined; readonly text: string }) {
  const limit = useRef(FIRST);
  const { data, error, refetch } = useLive<Instances>({
    key: ["instances", service, text],
    fetch: (signal) => instances({ service, text: text.trim() }, limit.current, signal),
    on: ({ key, service: of }) => key !== undefined && (service === undefined || service === of),
    onState: ({ service: of }) => service === undefined || service === of,
    everyMs: 500,
  });
  const shown = data?.rows.length ?? 0;
  const onMore = useCallback(() => {
    if (limit.current > shown) return;
    limit.current *= 4;
    void refetch();
  }, [shown, refetch]);
  if (data === undefined) {
    return <Unloaded what="state" error={error} retry={refetch} />;
  }
  if (data.rows.length === 0) {
    return text === "" ? (
      <Empty icon="state" title="No state here">
        <p>
          Virtual objects and workflows keep state by key. As soon as somebody calls one, it is listed here with what
          its handlers have set by <code>ctx.set</code>.
        </p>
      </Empty>
    ) : (
      <Empty icon="search" title="No key contains that">
        <p>
          Nothing is stored under a key with “{text}” in it{service === undefined ? "" : ` of ${service}`}. A part of a
          key is enough, in upper or lower case.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <p className="muted" role="status">
        {plural(data.total, "instance")}
      </p>
      <InstanceTable of={data} onMore={onMore} />
    </>
  );
}
