import { useState } from "react";
import { admin } from "../../api/admin.ts";
import type { Service } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Json } from "../../ui/json.tsx";
import { Unloaded } from "../../ui/states.tsx";
import { type Content, operationsOf } from "./openapi.ts";
import { SchemaView } from "./schema-view.tsx";

/** The OpenAPI document of a service: to read, to copy, to take away. */
export function OpenApi({ service }: { readonly service: Service }) {
  const [isRaw, setIsRaw] = useState(false);
  const { data, error, refetch } = useLive({
    key: ["openapi", service.name],
    fetch: (signal) => admin(`/services/${encodeURIComponent(service.name)}/openapi`, { signal }),
    onRegistry: true,
  });
  if (data === undefined) {
    return <Unloaded what="the document" error={error} retry={refetch} />;
  }
  const text = JSON.stringify(data, null, 2);
  return (
    <section className="card openapi" aria-label="OpenAPI">
      <header className="section-head">
        <h2>OpenAPI</h2>
        <span className="links">
          <fieldset className="segmented small">
            <legend className="visually-hidden">How to show it</legend>
            <button type="button" aria-pressed={!isRaw} onClick={() => setIsRaw(false)}>
              To read
            </button>
            <button type="button" aria-pressed={isRaw} onClick={() => setIsRaw(true)}>
              JSON
            </button>
          </fieldset>
          <CopyButton text={text} label="the document" />
          <button type="button" className="button" onClick={() => download(`${service.name}.openapi.json`, text)}>
            <Icon name="down" size={14} /> Download
          </button>
        </span>
      </header>
      <p className="muted">
        How to call its public handlers over the ingress; for generators of clients in other languages.
      </p>
      {isRaw ? <Json value={data} /> : <Operations document={data} />}
    </section>
  );
}

function Operations({ document }: { readonly document: unknown }) {
  const operations = operationsOf(document);
  if (operations.length === 0) return <p className="muted">No handler of it is public.</p>;
  return (
    <ul className="operations">
      {operations.map((operation) => (
        <li key={`${operation.method} ${operation.path}`}>
          <details>
            <summary>
              <span className="tag">{operation.method}</span>
              <code>{operation.path}</code>
              {operation.isDeprecated && <span className="tag">deprecated</span>}
            </summary>
            <div className="operation">
              {operation.description !== undefined && <p>{operation.description}</p>}
              {operation.parameters.length > 0 && (
                <>
                  <h4>Parameters</h4>
                  <dl className="facts facts-lines">
                    {operation.parameters.map(({ name, place, isRequired, description }) => (
                      <div key={place + name}>
                        <dt>
                          <code>{name}</code> {place}
                        </dt>
                        <dd>
                          {isRequired ? "required" : "optional"}
                          {description !== undefined && <span className="muted"> · {description}</span>}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </>
              )}
              {operation.body.length > 0 && <Contents title="Input" contents={operation.body} root={document} />}
              {operation.responses.map(({ status, description, content }) => (
                <Contents
                  key={status}
                  title={status === "default" ? "Any other answer" : `Answer ${status}`}
                  note={description}
                  contents={content}
                  root={document}
                />
              ))}
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}

interface ContentsProps {
  readonly title: string;
  readonly note?: string | undefined;
  readonly contents: readonly Content[];
  readonly root: unknown;
}

function Contents({ title, note, contents, root }: ContentsProps) {
  return (
    <>
      <h4>
        {title} {contents.length > 0 && <code>{contents.map(({ type }) => type).join(", ")}</code>}
      </h4>
      {note !== undefined && <p className="muted">{note}</p>}
      {contents.map(({ type, schema }) =>
        schema === undefined ? null : <SchemaView key={type} title={title} schema={schema} root={root} />,
      )}
    </>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
