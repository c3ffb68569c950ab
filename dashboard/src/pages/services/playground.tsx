import { useState } from "react";
import { type Handler, type Service, version } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { HeadersField } from "../../ui/headers-field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { AnswerView } from "./answer.tsx";
import { asCurl, asTypeScript, requestOf } from "./call.ts";
import { callOf, type Draft, draftProblems, firstDraft } from "./draft.ts";
import { CallHistory, type PastCall, usePastCalls } from "./history.tsx";
import { InputEditor } from "./input-editor.tsx";
import { useSession } from "./session.ts";
import { useCall } from "./use-call.ts";

/** Calls a handler over the ingress, as any client would, and shows the invocation while it runs. */
export function Playground({ service, handler }: { readonly service: Service; readonly handler: Handler }) {
  const served = useLive({ key: ["version"], fetch: version });
  const [draft, setDraft] = useSession<Draft>(`${service.name}/${handler.name}`, () => firstDraft(handler));
  const [isBroken, setIsBroken] = useState(false);
  /** Counts what replaces the whole draft, so that fields which hold texts of their own begin anew. */
  const [generation, setGeneration] = useState(0);
  const [past, addPast] = usePastCalls(service.name);
  const inFlight = useCall();
  const ingress = served.data?.ingress_endpoint;
  const problems = draftProblems(draft, service);
  const hasKey = service.ty !== "Service";
  const isBusy = inFlight.outcome.kind === "waiting";
  const isReady =
    !isBusy &&
    !isBroken &&
    ingress !== undefined &&
    Object.keys(problems).length === 0 &&
    (!hasKey || draft.key !== "");
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const replace = (whole: Draft) => {
    setDraft(whole);
    setIsBroken(false);
    setGeneration(generation + 1);
  };

  async function run(isSend: boolean): Promise<void> {
    if (!isReady) return;
    const at = Date.now();
    const answer = await inFlight.run(ingress, callOf(draft, service, handler, isSend));
    addPast({ at, handler: handler.name, isSend, draft, status: answer?.status, invocationId: answer?.invocationId });
  }

  return (
    <section
      className="card playground"
      aria-label="Playground"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) void run(false);
      }}
    >
      <header className="section-head">
        <h2>
          Call <code>{handler.name}</code>
        </h2>
        <span className="links">
          <Copied text={asCurl(requestOf(ingress ?? "", callOf(draft, service, handler, false)))} label="curl" />
          <Copied text={asTypeScript(ingress ?? "", callOf(draft, service, handler, false))} label="TypeScript" />
        </span>
      </header>
      {handler.documentation !== undefined && <p className="muted">{handler.documentation}</p>}
      <div className="playground-ask">
        <div className="form-row">
          {hasKey && <TextInput name="key" label="Key" {...{ draft, problems, change }} hint="required" />}
          <TextInput name="idempotencyKey" label="Idempotency key" {...{ draft, problems, change }} hint="optional" />
          <TextInput name="delay" label="Delay of a send" {...{ draft, problems, change }} hint="10s" />
        </div>
        <InputEditor
          key={generation}
          {...{ draft, handler, change }}
          problem={problems.hex}
          onBroken={setIsBroken}
          onReset={() => replace({ ...firstDraft(handler), key: draft.key })}
          onRun={() => void run(false)}
        />
        <details open={draft.headers !== "" || draft.scope !== "" || draft.limitKey !== "" || undefined}>
          <summary>Headers, scope and limit key</summary>
          <div className="playground-more">
            <div className="form-row">
              <TextInput name="scope" label="Scope" {...{ draft, problems, change }} hint="none" />
              <TextInput name="limitKey" label="Limit key" {...{ draft, problems, change }} hint="tenant/user" />
            </div>
            <HeadersField value={draft.headers} onChange={(headers) => change({ headers })} />
          </div>
        </details>
        <footer className="form-foot">
          <button type="button" className="button primary" disabled={!isReady} onClick={() => void run(false)}>
            <Icon name="play" size={14} /> {isBusy ? "Waiting…" : "Call"}
          </button>
          <button type="button" className="button" disabled={!isReady} onClick={() => void run(true)}>
            <Icon name="bolt" size={14} /> Send
          </button>
          {isBusy && (
            <button type="button" className="button quiet" onClick={inFlight.stop}>
              Stop waiting
            </button>
          )}
          <span className="muted">
            {hasKey && draft.key === ""
              ? `A ${service.ty === "Workflow" ? "workflow" : "virtual object"} needs a key.`
              : isBroken
                ? "A field of the form holds no value yet."
                : ingress !== undefined && (
                    <>
                      to <code>{ingress}</code>
                    </>
                  )}
          </span>
        </footer>
        {!service.public || handler.public === false ? (
          <p className="muted">It is not callable from outside: the ingress will refuse.</p>
        ) : null}
      </div>
      <div className="playground-told">
        <AnswerView {...inFlight} onAttach={() => ingress !== undefined && void inFlight.attach(ingress)} />
        <Code {...{ draft, service, handler }} ingress={ingress ?? ""} />
        <CallHistory
          past={past}
          handler={handler.name}
          onUse={(call: PastCall) => replace({ ...firstDraft(handler), ...call.draft })}
        />
      </div>
    </section>
  );
}

interface TextInputProps {
  readonly name: "key" | "idempotencyKey" | "delay" | "scope" | "limitKey";
  readonly label: string;
  readonly hint: string;
  readonly draft: Draft;
  readonly problems: ReturnType<typeof draftProblems>;
  readonly change: (part: Partial<Draft>) => void;
}

function TextInput({ name, label, hint, draft, problems, change }: TextInputProps) {
  const problem = problems[name];
  return (
    <div className="form-field">
      <label htmlFor={`playground-${name}`}>{label}</label>
      <input
        id={`playground-${name}`}
        value={draft[name]}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem !== undefined}
        {...(problem === undefined ? {} : { "aria-describedby": `playground-${name}-problem` })}
        onChange={(event) => change({ [name]: event.target.value })}
      />
      {problem !== undefined && (
        <span id={`playground-${name}-problem`} className="field-problem">
          {problem}
        </span>
      )}
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

interface CodeProps {
  readonly draft: Draft;
  readonly service: Service;
  readonly handler: Handler;
  readonly ingress: string;
}

/** The same call or send from elsewhere. */
function Code({ draft, service, handler, ingress }: CodeProps) {
  const [language, setLanguage] = useState<"curl" | "TypeScript">("curl");
  const [isSend, setIsSend] = useState(false);
  const call = callOf(draft, service, handler, isSend);
  const text = language === "curl" ? asCurl(requestOf(ingress, call)) : asTypeScript(ingress, call);
  return (
    <details className="code">
      <summary>As code</summary>
      <div className="code-head">
        <fieldset className="segmented small">
          <legend className="visually-hidden">Language</legend>
          {(["curl", "TypeScript"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={language === one} onClick={() => setLanguage(one)}>
              {one}
            </button>
          ))}
        </fieldset>
        <fieldset className="segmented small">
          <legend className="visually-hidden">Call or send</legend>
          <button type="button" aria-pressed={!isSend} onClick={() => setIsSend(false)}>
            As a call
          </button>
          <button type="button" aria-pressed={isSend} onClick={() => setIsSend(true)}>
            As a send
          </button>
        </fieldset>
        <CopyButton text={text} label="this code" />
      </div>
      <pre>{text}</pre>
    </details>
  );
}
