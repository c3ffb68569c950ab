import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { admin } from "../../api/admin.ts";
import type { Handler, RetryPolicy, Service } from "../../api/registry.ts";
import { durationMs } from "../../ui/duration.ts";
import { FactLines } from "../../ui/fact-lines.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Failure } from "../../ui/states.tsx";
import { toast } from "../../ui/toasts.tsx";
import {
  type DurationName,
  draftOf,
  namesFor,
  ownSettings,
  SETTINGS,
  type SettingsDraft,
  settingChanges,
  settingOf,
  settingProblems,
} from "./settings.ts";

/** The settings of a service: those in effect, to be changed; and what its handlers have of their own. */
export function Configuration({ service }: { readonly service: Service }) {
  const client = useQueryClient();
  // `undefined`: as the server has it, also when that changes.
  const [edited, setEdited] = useState<SettingsDraft>();
  const [refused, setRefused] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);
  const draft = edited ?? draftOf(service);
  const changes = settingChanges(service, draft);
  const problems: Partial<Record<DurationName, string>> = { ...settingProblems(service, draft) };
  const refusedSetting = refused === undefined ? undefined : settingOf(refused.message);
  if (refused !== undefined && refusedSetting !== undefined) problems[refusedSetting] ??= refused.message;
  const hasChanges = Object.keys(changes).length > 0;
  const isValid = Object.keys(settingProblems(service, draft)).length === 0;

  function change(part: Partial<SettingsDraft>): void {
    setRefused(undefined);
    setEdited({ ...draft, ...part });
  }

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsBusy(true);
    setRefused(undefined);
    try {
      const path = `/services/${encodeURIComponent(service.name)}`;
      const answer = await admin<Service>(path, { method: "PATCH", body: changes });
      await client.invalidateQueries({ queryKey: ["services"] });
      setEdited(undefined);
      toast("good", `Saved: ${savedText(changes, answer)}`);
    } catch (error) {
      setRefused(error as Error);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <section className="card configuration" aria-label="Configuration">
      <h2>Configuration</h2>
      <p className="muted">
        What is in effect now. A change counts for new invocations at once, until the next revision is registered: what
        has to stay belongs in the code of the service.
      </p>
      <Infos of={service} />
      <form onSubmit={(event) => void save(event)}>
        <label className="form-check">
          <input
            type="checkbox"
            checked={draft.public}
            onChange={(event) => change({ public: event.target.checked })}
          />
          Public: the ingress calls it
        </label>
        <div className="settings">
          {namesFor(service).map((name) => (
            <Setting
              key={name}
              {...{ name, service }}
              value={draft[name]}
              problem={problems[name]}
              onChange={(value) => change({ [name]: value })}
            />
          ))}
        </div>
        {refused !== undefined && refusedSetting === undefined && <Failure error={refused} />}
        <footer className="form-foot">
          <button type="submit" className="button primary" disabled={isBusy || !hasChanges || !isValid}>
            {isBusy ? "Saving…" : "Save"}
          </button>
          <button
            type="button"
            className="button"
            disabled={edited === undefined || isBusy}
            onClick={() => {
              setEdited(undefined);
              setRefused(undefined);
            }}
          >
            Take back
          </button>
        </footer>
      </form>
      <h3>Of the code</h3>
      <FactLines
        of={[
          [
            "Lazy state",
            service.enable_lazy_state ? "on: keys are asked for one by one" : "off: state comes with the attempt",
          ],
          ["Retries", retryText(service.retry_policy)],
          ...Object.entries(service.metadata ?? {}),
        ]}
      />
      <OwnSettings handlers={service.handlers} service={service} />
    </section>
  );
}

interface SettingProps {
  readonly name: DurationName;
  readonly service: Service;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

function Setting({ name, service, value, problem, onChange }: SettingProps) {
  const { label, meaning } = SETTINGS[name];
  const effective = service[name];
  const ms = durationMs(value);
  const isChanged = effective === undefined ? value !== "" : ms !== durationMs(effective);
  const own = service.handlers.filter((handler) => handler[name] !== undefined);
  return (
    <div className="form-field">
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        value={value}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem !== undefined}
        aria-describedby={`${name}-notes`}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={`${name}-notes`} className="schema-notes">
        {problem !== undefined ? (
          <p className="field-problem">{problem}</p>
        ) : (
          isChanged && (
            <p>
              now <span className="num">{effective ?? "unset"}</span>
            </p>
          )
        )}
        <p className="muted">
          {meaning}
          {own.length > 0 && ` Of its own: ${own.map((handler) => `${handler.name} ${handler[name]}`).join(", ")}.`}
        </p>
      </div>
    </div>
  );
}

/** For each handler, what is in effect, and whether that is its own. */
function OwnSettings({ handlers, service }: { readonly handlers: readonly Handler[]; readonly service: Service }) {
  const names = namesFor(service);
  return (
    <>
      <h3>In effect, by handler</h3>
      <div className="table-scroll">
        <table className="table">
          <thead>
            <tr>
              <th>Handler</th>
              {names.map((name) => (
                <th key={name}>{SETTINGS[name].label}</th>
              ))}
              <th>Retries</th>
            </tr>
          </thead>
          <tbody>
            {handlers.map((handler) => {
              const own = new Map(ownSettings(handler));
              const policy = retryParts(handler.retry_policy);
              return (
                <tr key={handler.name}>
                  <td>
                    <strong>{handler.name}</strong>
                    {handler.public === false && <span className="tag">not public</span>}
                    {handler.info !== undefined && <Infos of={handler} />}
                  </td>
                  {names.map((name) => (
                    <td key={name} className="num">
                      {own.get(name) ?? <span className="muted">{service[name] ?? "–"}</span>}
                      {own.has(name) && <span className="tag">its own</span>}
                    </td>
                  ))}
                  <td>{policy.length > 0 ? policy.join(", ") : <span className="muted">of the service</span>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

export function Infos({ of }: { readonly of: Pick<Service, "info"> }) {
  if (of.info === undefined || of.info.length === 0) return null;
  return (
    <ul className="infos">
      {of.info.map(({ code, message }) => (
        <li key={code + message}>
          <Icon name="alert" size={14} />
          <span>
            <code>{code}</code> {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

function retryParts(policy: RetryPolicy | undefined): string[] {
  const { initial_interval: first, max_interval: most, exponentiation_factor: factor } = policy ?? {};
  return [
    ...(first === undefined ? [] : [`first after ${first}`]),
    ...(factor === undefined ? [] : [`each ×${factor}`]),
    ...(most === undefined ? [] : [`at most ${most} apart`]),
    ...(policy?.max_attempts == null ? [] : [`${policy.max_attempts} attempts`]),
    ...(policy?.on_max_attempts === undefined ? [] : [`then ${policy.on_max_attempts.toLowerCase()}`]),
  ];
}

function retryText(policy: RetryPolicy | undefined): string {
  return [...retryParts(policy), ...(policy?.max_attempts == null ? ["without end"] : [])].join(", ");
}

/** What the server has made of it: it limits some settings. */
function savedText(changes: Readonly<Record<string, string | boolean>>, answer: Service): string {
  return Object.keys(changes)
    .map((name) => {
      if (name === "public") return answer.public ? "public" : "not public";
      const setting = name as DurationName;
      const isLimited = durationMs(String(changes[name])) !== durationMs(answer[setting] ?? "");
      return `${SETTINGS[setting].label} ${answer[setting] ?? ""}${isLimited ? " (not what was asked for: the server limits it)" : ""}`;
    })
    .join(", ");
}
