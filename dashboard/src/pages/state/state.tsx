import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { services } from "../../api/registry.ts";
import { containing, quoted, sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { bytes, count, plural } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { Payload } from "../../ui/payload.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";

interface Instance {
  readonly service: string;
  readonly key: string;
  readonly n: number;
  readonly size: number;
}

const SHOWN = 500;

function instances(service: string | undefined, text: string, signal: AbortSignal): Promise<Instance[]> {
  const conditions = [
    ...(service === undefined ? [] : [`service_name = ${quoted(service)}`]),
    ...(text === "" ? [] : [`service_key ILIKE ${containing(text)}`]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return sql(
    `SELECT service_name AS service, service_key AS key, count(*) AS n, sum(value_length) AS size FROM state ${where} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${SHOWN}`,
    signal,
  );
}

export function State() {
  const search = useSearch({ from: "/state" });
  const navigate = useNavigate({ from: "/state" });
  const [text, setText] = useState("");
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const { data, error, refetch } = useLive({
    key: ["state", search.service, text.trim()],
    fetch: (signal) => instances(search.service, text.trim(), signal),
    on: ({ journal, status }) => journal === true || status === "completed",
    everyMs: 500,
  });
  const keyed = served.data?.filter(({ ty }) => ty !== "Service") ?? [];
  return (
    <Page
      title="State"
      tools={
        <>
          <label className="field">
            <span className="visually-hidden">Service</span>
            <select
              value={search.service ?? ""}
              onChange={(event) => void navigate({ search: { service: event.target.value } })}
            >
              <option value="">All objects and workflows</option>
              {keyed.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <SearchField label="Key" value={text} onChange={setText} />
        </>
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading what="state" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <Empty icon="state" title="No state here">
          <p>Virtual objects and workflows keep state by key: what a handler sets with `ctx.set` appears here.</p>
        </Empty>
      ) : (
        <div className="state-columns" data-chosen={search.key !== undefined || undefined}>
          <div className="card table-scroll">
            <table className="table">
              <thead>
                <tr>
                  <th>Object</th>
                  <th>Key</th>
                  <th className="right">Entries</th>
                  <th className="right">Size</th>
                </tr>
              </thead>
              <tbody>
                {data.map(({ service, key, n, size }) => (
                  <tr
                    key={`${service}/${key}`}
                    data-chosen={(service === search.service && key === search.key) || undefined}
                  >
                    <td>{service}</td>
                    <td>
                      <Link to="/state" search={{ service, key }}>
                        <code>{key === "" ? "“”" : key}</code>
                      </Link>
                    </td>
                    <td className="right num">{count(n)}</td>
                    <td className="right num">{bytes(size)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {data.length === SHOWN && <p className="muted pad">The first {SHOWN}; search for a key to see others.</p>}
          </div>
          {search.service !== undefined && search.key !== undefined && (
            <Entries service={search.service} objectKey={search.key} />
          )}
        </div>
      )}
    </Page>
  );
}

interface StoredValue {
  readonly key: string;
  readonly value: string;
  readonly value_length: number;
}

function Entries({ service, objectKey }: { readonly service: string; readonly objectKey: string }) {
  const { data, error } = useLive({
    key: ["state-entries", service, objectKey],
    fetch: (signal) =>
      sql<StoredValue>(
        `SELECT key, value, value_length FROM state WHERE service_name = ${quoted(service)} AND service_key = ${quoted(objectKey)} ORDER BY key LIMIT 500`,
        signal,
      ),
    on: (change) => change.service === service && change.key === objectKey,
  });
  return (
    <section className="card" aria-label={`State of ${service}/${objectKey}`}>
      <header className="section-head">
        <h2>
          {service} / <code>{objectKey}</code>
        </h2>
        <Link to="/invocations" search={{ service, key: objectKey }}>
          Its invocations
        </Link>
      </header>
      {data === undefined ? (
        error === null ? (
          <Loading what="state" />
        ) : (
          <Failure error={error} />
        )
      ) : (
        <>
          <p className="muted">{plural(data.length, "entry", "entries")}</p>
          {data.map(({ key, value }) => (
            <Payload key={`${key} ${value}`} title={key} bytes={fromHex(value)} />
          ))}
        </>
      )}
    </section>
  );
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
