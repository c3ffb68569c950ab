import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Failure } from "../../ui/states.tsx";
import { toast } from "../../ui/toasts.tsx";
import { coverage, deleteRule, type Problems, putRule, type Rule, readFields, refusedFields } from "./rules.ts";

interface RuleDialogProps {
  /** The one to edit; `undefined`: a new one. */
  readonly rule: Rule | undefined;
  readonly onClose: () => void;
}

/** Makes a rule, or changes what is in one. Its pattern is its name, and stays. */
export function RuleDialog({ rule, onClose }: RuleDialogProps) {
  const client = useQueryClient();
  const [pattern, setPattern] = useState(rule?.pattern ?? "");
  const [concurrency, setConcurrency] = useState(rule?.concurrency === undefined ? "" : String(rule.concurrency));
  const [description, setDescription] = useState(rule?.description ?? "");
  const [isEnabled, setIsEnabled] = useState(rule?.disabled !== true);
  const [problems, setProblems] = useState<Problems>({});
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);
  const read = readFields({ pattern, concurrency, description, isEnabled });

  async function save(): Promise<void> {
    setError(undefined);
    if ("problems" in read) {
      setProblems(read.problems);
      return;
    }
    setIsBusy(true);
    try {
      await putRule(
        read.rule,
        rule === undefined ? { type: "does_not_exist" } : { type: "matches", version: rule.version },
      );
      await client.invalidateQueries({ queryKey: ["flow"] });
      toast("good", `Rule ${read.rule.pattern} ${rule === undefined ? "made" : "saved"}`);
      onClose();
    } catch (refused) {
      const atFields = refusedFields(refused as Error, rule === undefined);
      if (atFields === undefined) setError(refused as Error);
      else setProblems(atFields);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={rule === undefined ? "New rule" : `Rule ${rule.pattern}`}
      description={<p>How many invocations run at a time. A change holds at once; nothing that runs is stopped.</p>}
    >
      <form
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field
          label="Pattern"
          hint={
            "rule" in read
              ? `A budget of its own for ${coverage(read.rule.pattern)}`
              : "scope, scope/level or scope/level/level; each part a name, or * for each"
          }
          problem={problems.pattern}
        >
          {(described) => (
            <input
              {...described}
              value={pattern}
              readOnly={rule !== undefined}
              spellCheck={false}
              autoComplete="off"
              placeholder="acme/*"
              onChange={(event) => {
                setPattern(event.target.value);
                setProblems({ ...problems, pattern: undefined });
              }}
            />
          )}
        </Field>
        <Field
          label="At a time"
          hint="Empty: no limit, whatever less specific rules say"
          problem={problems.concurrency}
        >
          {(described) => (
            <input
              {...described}
              value={concurrency}
              inputMode="numeric"
              autoComplete="off"
              onChange={(event) => {
                setConcurrency(event.target.value);
                setProblems({ ...problems, concurrency: undefined });
              }}
            />
          )}
        </Field>
        <Field label="Description" hint="For people" problem={undefined}>
          {(described) => (
            <input {...described} value={description} onChange={(event) => setDescription(event.target.value)} />
          )}
        </Field>
        <label className="form-check">
          <input type="checkbox" checked={isEnabled} onChange={(event) => setIsEnabled(event.target.checked)} />
          Enabled
        </label>
        {error !== undefined && <Failure error={error} />}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Back
          </button>
          <button type="submit" className="button primary" disabled={isBusy}>
            {rule === undefined ? "Make the rule" : "Save"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface Described {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

function Field(props: {
  readonly label: string;
  readonly hint: string;
  readonly problem: string | undefined;
  readonly children: (described: Described) => ReactNode;
}) {
  const id = useId();
  const { label, hint, problem, children } = props;
  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-about`, "aria-invalid": problem !== undefined })}
      <span id={`${id}-about`} className="field-about" data-problem={problem !== undefined || undefined}>
        {problem ?? hint}
      </span>
    </div>
  );
}

/** What has to be asked before. */
export type Question = "disable" | "delete";

const QUESTIONS = {
  disable: { title: "Disable this rule?", verb: "Disable", done: "disabled" },
  delete: { title: "Delete this rule?", verb: "Delete", done: "deleted" },
} as const;

interface ConfirmProps {
  readonly rule: Rule;
  readonly question: Question;
  readonly onClose: () => void;
}

export function ConfirmDialog({ rule, question, onClose }: ConfirmProps) {
  const client = useQueryClient();
  const [error, setError] = useState<Error>();
  const { title, verb, done } = QUESTIONS[question];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={
        <>
          <p>
            <code>{rule.pattern}</code> limits {coverage(rule.pattern)}
            {rule.concurrency === undefined ? " in nothing" : ` to ${rule.concurrency} at a time`}.
          </p>
          <p>
            Without it the next less specific rule counts, or none: what waits now may start at once.
            {question === "disable" && " It is kept, and can be enabled again."}
          </p>
        </>
      }
    >
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          data-destructive={question === "delete" || undefined}
          onClick={async () => {
            try {
              if (question === "delete") await deleteRule(rule);
              else await putRule({ ...rule, disabled: true }, { type: "matches", version: rule.version });
              await client.invalidateQueries({ queryKey: ["flow"] });
              toast("good", `Rule ${rule.pattern} ${done}`);
              onClose();
            } catch (refused) {
              setError(refused as Error);
            }
          }}
        >
          {verb}
        </button>
      </footer>
    </Dialog>
  );
}
