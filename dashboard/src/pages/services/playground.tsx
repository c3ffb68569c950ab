import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { invocation, shortId, statusOf } from "../../api/invocation.ts";
import { type Handler, type Service, version } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Editor } from "../../ui/editor.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { StatusBadge } from "../../ui/status.tsx";
import { duration } from "../../ui/time.ts";
import { Timeline } from "../invocation/timeline.tsx";
import { asCurl, asTypeScript, type Call, exampleOf, requestOf } from "./call.ts";

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly invocationId: string | undefined;
  readonly tookMs: number;
}

type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "unreachable"; readonly message: string };

/** Calls a handler over the ingress, as any client would, and shows the invocation while it runs. */
export function Playground({ service, handler }: { readonly service: Service; readonly handler: Handler }) {
  const served = useQuery({ queryKey: ["version"], queryFn: version });
  const [body, setBody] = useState(() => firstBody(handler));
  const [key, setKey] = useState("");
  const [idempotencyKey, setIdempotencyKey] = useState("");
  const [delay, setDelay] = useState("");
  const [headers, setHeaders] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [invocationId, setInvocationId] = useState<string>();
  const ingress = served.data?.ingress_endpoint ?? "http://localhost:8080/";
  const hasKey = service.ty !== "Service";
  const call = (isSend: boolean): Call => ({
    ...{ service, handler, key, body: body.trim(), idempotencyKey, delay, isSend },
    headers: headersOf(headers),
  });
  const isReady = !isBusy && (!hasKey || key !== "");

  async function run(isSend: boolean): Promise<void> {
    setIsBusy(true);
    setOutcome(undefined);
    setInvocationId(undefined);
    const request = requestOf(ingress, call(isSend));
    const startedAt = performance.now();
    try {
      const response = await fetch(request.url, {
        method: "POST",
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const id = response.headers.get("x-restate-id") ?? idIn(bytes);
      setInvocationId(id);
      setOutcome({
        kind: "answer",
        answer: { status: response.status, body: bytes, invocationId: id, tookMs: performance.now() - startedAt },
      });
    } catch {
      setOutcome({ kind: "unreachable", message: `The ingress at ${ingress} does not answer.` });
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <section className="card playground" aria-label="Playground">
      <header className="section-head">
        <h2>
          Call <code>{handler.name}</code>
        </h2>
        <span className="links">
          <Copied text={asCurl(requestOf(ingress, call(false)))} label="curl" />
          <Copied text={asTypeScript(ingress, call(false))} label="TypeScript" />
        </span>
      </header>
      <div className="form-row">
        {hasKey && (
          <label className="form-field">
            Key
            <input value={key} onChange={(event) => setKey(event.target.value)} required spellCheck={false} />
          </label>
        )}
        <label className="form-field">
          Idempotency key
          <input
            value={idempotencyKey}
            onChange={(event) => setIdempotencyKey(event.target.value)}
            placeholder="optional"
            spellCheck={false}
          />
        </label>
        <label className="form-field">
          Delay of a send
          <input
            value={delay}
            onChange={(event) => setDelay(event.target.value)}
            placeholder="10s"
            spellCheck={false}
          />
        </label>
      </div>
      <div className="form-field">
        Input
        <Editor
          label="Input"
          language="json"
          value={body}
          onChange={setBody}
          onRun={() => isReady && void run(false)}
        />
      </div>
      <details>
        <summary>Headers</summary>
        <label className="form-field">
          One a line, <code>name: value</code>
          <textarea value={headers} onChange={(event) => setHeaders(event.target.value)} rows={3} spellCheck={false} />
        </label>
      </details>
      <footer className="form-foot">
        <button type="button" className="button primary" disabled={!isReady} onClick={() => void run(false)}>
          <Icon name="play" size={14} /> {isBusy ? "Calling…" : "Call"}
        </button>
        <button type="button" className="button" disabled={!isReady} onClick={() => void run(true)}>
          <Icon name="bolt" size={14} /> Send
        </button>
        {hasKey && key === "" && (
          <span className="muted">A {service.ty === "Workflow" ? "workflow" : "virtual object"} needs a key.</span>
        )}
      </footer>
      {outcome?.kind === "unreachable" && (
        <div className="failure" role="alert">
          <Icon name="alert" />
          <p>{outcome.message}</p>
        </div>
      )}
      {outcome?.kind === "answer" && (
        <div className="answer" data-failed={outcome.answer.status >= 400 || undefined} role="status">
          <strong className="num">{outcome.answer.status}</strong>
          <span className="muted num">{duration(outcome.answer.tookMs)}</span>
          <Payload title="Answer" bytes={outcome.answer.body} />
        </div>
      )}
      {invocationId !== undefined && <Running id={invocationId} />}
    </section>
  );
}

function firstBody(handler: Handler): string {
  const { input_json_schema: schema, input_description: description } = handler;
  if (schema === undefined || schema === null) return "";
  if (description === "none") return "";
  return JSON.stringify(exampleOf(schema), null, 2);
}

function headersOf(text: string): [string, string][] {
  return text.split("\n").flatMap((line): [string, string][] => {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim();
    return at > 0 && /^[\w-]+$/.test(name) ? [[name, line.slice(at + 1).trim()]] : [];
  });
}

/** A send is answered with the id in its body. */
function idIn(bytes: Uint8Array): string | undefined {
  return /"invocationId"\s*:\s*"(inv_\w+)"/.exec(new TextDecoder().decode(bytes))?.[1];
}

function Running({ id }: { readonly id: string }) {
  const { data } = useLive({
    key: ["invocation", id],
    fetch: async (signal) => (await invocation(id, signal)) ?? null,
    on: (change) => change.id === id,
  });
  if (data === undefined || data === null) return null;
  return (
    <div className="running">
      <header>
        <StatusBadge status={statusOf(data)} />
        <Link to="/invocations/$id" params={{ id }}>
          {shortId(id)}
        </Link>
      </header>
      <Timeline of={data} />
    </div>
  );
}

function Copied({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <span className="copied">
      {label} <CopyButton text={text} label={`as ${label}`} />
    </span>
  );
}
