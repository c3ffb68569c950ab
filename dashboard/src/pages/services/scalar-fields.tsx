import { type ReactNode, useState } from "react";
import { type FieldProps, useBroken } from "./field.ts";
import { isSame } from "./problems.ts";
import { textOf } from "./schema.ts";

type FrameProps = Pick<FieldProps<unknown>, "id" | "label" | "isRequired" | "description" | "problem"> & {
  readonly children: ReactNode;
};

/** What there is around every field. */
function Frame({ id, label, isRequired, description, problem, children }: FrameProps) {
  return (
    <div className="form-field schema-field">
      <label htmlFor={id}>
        {label}
        {!isRequired && <span className="muted"> optional</span>}
      </label>
      {children}
      <Notes id={id} description={description} problem={problem} />
    </div>
  );
}

function Notes({ id, description, problem }: Pick<FrameProps, "id" | "description" | "problem">) {
  if (description === undefined && problem === undefined) return null;
  return (
    <div id={`${id}-notes`} className="schema-notes">
      {description !== undefined && <p className="muted">{description}</p>}
      {problem !== undefined && <p className="field-problem">{problem}</p>}
    </div>
  );
}

/** For the input itself. */
function attributes({ id, description, problem }: Pick<FrameProps, "id" | "description" | "problem">) {
  return {
    id,
    ...(description === undefined && problem === undefined ? {} : { "aria-describedby": `${id}-notes` }),
    "aria-invalid": problem !== undefined,
  } as const;
}

const TYPES: Readonly<Record<string, string>> = { date: "date", email: "email", uri: "url", password: "password" };
const HINTS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "PT1H",
};

export function TextField(props: FieldProps<string> & { readonly format: string | undefined }) {
  const { value, onChange, isRequired, format } = props;
  // An optional text that is emptied is no empty text: it is not there.
  const change = (text: string) => onChange(text === "" && !isRequired ? undefined : text);
  const type = format === undefined ? undefined : TYPES[format];
  return (
    <Frame {...props}>
      {format === undefined ? (
        <textarea
          {...attributes(props)}
          rows={1}
          value={value ?? ""}
          spellCheck={false}
          onChange={(event) => change(event.target.value)}
        />
      ) : (
        <input
          {...attributes(props)}
          type={type ?? "text"}
          value={value ?? ""}
          placeholder={HINTS[format]}
          spellCheck={false}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Frame>
  );
}

/** Digits are typed one by one: on the way, they may be no number. */
export function NumberField(props: FieldProps<number> & { readonly isInteger: boolean }) {
  const { value, onChange, isInteger, onBroken } = props;
  const [draft, setDraft] = useState(() => (value === undefined ? "" : String(value)));
  const read = numberOf(draft);
  const isBroken = read === "broken" && value === undefined;
  const shown = isBroken || read === value ? draft : value === undefined ? "" : String(value);
  useBroken(isBroken, onBroken);
  const frame = { ...props, problem: isBroken ? `“${draft}” is not a number` : props.problem };
  return (
    <Frame {...frame}>
      <input
        {...attributes(frame)}
        value={shown}
        inputMode={isInteger ? "numeric" : "decimal"}
        autoComplete="off"
        onChange={(event) => {
          setDraft(event.target.value);
          const next = numberOf(event.target.value);
          onChange(next === "broken" ? undefined : next);
        }}
      />
    </Frame>
  );
}

function numberOf(draft: string): number | undefined | "broken" {
  const text = draft.trim();
  if (text === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? number : "broken";
}

export function BooleanField(props: FieldProps<boolean>) {
  const { id, label, value, onChange, isRequired, description, problem } = props;
  if (!isRequired) return <SelectField {...props} values={[true, false]} />;
  return (
    <div className="schema-field">
      <label className="form-check">
        <input
          {...attributes({ id, description, problem })}
          type="checkbox"
          checked={value ?? false}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <Notes id={id} description={description} problem={problem} />
    </div>
  );
}

export function SelectField(props: FieldProps<unknown> & { readonly values: readonly unknown[] }) {
  const { value, values, onChange, isRequired } = props;
  const at = values.findIndex((one) => isSame(one, value));
  return (
    <Frame {...props}>
      <select
        {...attributes(props)}
        value={at}
        onChange={(event) => onChange(event.target.value === "-1" ? undefined : values[Number(event.target.value)])}
      >
        {(!isRequired || at < 0) && <option value={-1}>–</option>}
        {values.map((one, index) => (
          <option key={textOf(one)} value={index}>
            {textOf(one)}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** What the form has nothing better for. */
export function JsonField(props: FieldProps<unknown> & { readonly onReset?: () => void }) {
  const { value, onChange, isRequired, onBroken, onReset } = props;
  const [draft, setDraft] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const read = jsonOf(draft);
  const isBroken = read === "broken";
  const isCurrent = isBroken || isSame(read.value, value);
  useBroken(isBroken, onBroken);
  const frame = { ...props, problem: isBroken ? "This is not JSON" : props.problem };
  return (
    <Frame {...frame} label={`${props.label} (JSON)`}>
      <textarea
        {...attributes(frame)}
        rows={3}
        value={isCurrent ? draft : JSON.stringify(value, null, 2)}
        spellCheck={false}
        onChange={(event) => {
          setDraft(event.target.value);
          const next = jsonOf(event.target.value);
          if (next === "broken") return;
          if (next.value !== undefined || !isRequired) onChange(next.value);
        }}
      />
      {onReset !== undefined && (
        <button type="button" className="button quiet" onClick={onReset}>
          Start from what the schema says
        </button>
      )}
    </Frame>
  );
}

function jsonOf(draft: string): { readonly value: unknown } | "broken" {
  if (draft.trim() === "") return { value: undefined };
  try {
    return { value: JSON.parse(draft) as unknown };
  } catch {
    return "broken";
  }
}
