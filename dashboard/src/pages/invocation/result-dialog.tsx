import { useState } from "react";
import { setResult } from "../../api/edits.ts";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { Editor } from "../../ui/editor.tsx";
import { isJson } from "../../ui/exact-json.ts";
import { toast } from "../../ui/toasts.tsx";
import type { Entry } from "./journal.ts";
import { keysOf, type ResultDraft, type ResultKind, resultKinds, resultOf } from "./result.ts";
import { lineName } from "./words.ts";

interface ResultDialogProps {
  readonly id: string;
  readonly entry: Entry;
  readonly initial: ResultDraft;
  readonly onClose: () => void;
}

const NOTHING: Readonly<Record<string, string>> = {
  Sleep: "Over now",
  GetLazyState: "Not set",
  GetEagerState: "Not set",
  PeekPromise: "Not completed",
  GetInvocationOutput: "Not ended",
  CompletePromise: "Completed",
};

const STATE_READ = /State(Keys)?$/;

/** Another result for an entry of a paused invocation, or the first one. */
export function ResultDialog({ id, entry, initial, onClose }: ResultDialogProps) {
  const [draft, setDraft] = useState(initial);
  const change = (changed: Partial<ResultDraft>) => setDraft({ ...draft, ...changed });
  const kinds = resultKinds(entry);
  const result = resultOf(draft);
  const keys = keysOf(draft.text);
  const labels: Readonly<Record<ResultKind, string>> = {
    value: "Value",
    failure: "Failure",
    keys: "Keys",
    void: NOTHING[entry.type] ?? "Nothing",
  };
  return (
    <ConfirmDialog
      title={`${entry.isPending ? "Give" : "Edit"} the result of ${lineName(entry)}`}
      description={
        <p>
          {entry.isPending
            ? "The handler gets it as if the entry had ended by itself; what it waited for is not listened to any more."
            : "From the next attempt on the handler gets this instead. What has been done with the old one stays done."}{" "}
          The journal's events keep both.
          {entry.type === "Call" && entry.isPending && " The called invocation goes on; its own result is dropped."}
          {STATE_READ.test(entry.type) && " The state itself is not changed."}
        </p>
      }
      verb={entry.isPending ? "Give this result" : "Replace the result"}
      isWide={kinds.includes("value") || kinds.includes("keys")}
      isDisabled={result === undefined}
      onClose={onClose}
      onConfirm={async () => {
        if (result === undefined) return;
        const detached = await setResult(id, entry.index, result);
        toast(
          "good",
          detached.length === 0
            ? `The result of ${lineName(entry)} is edited. Resume it to go on.`
            : `The result of ${lineName(entry)} is edited; what it called goes on by itself. Resume it to go on.`,
        );
      }}
    >
      {kinds.length > 1 && (
        <fieldset className="segmented result-kinds">
          <legend className="visually-hidden">Kind of result</legend>
          {kinds.map((kind) => (
            <button key={kind} type="button" aria-pressed={draft.kind === kind} onClick={() => change({ kind })}>
              {labels[kind]}
            </button>
          ))}
        </fieldset>
      )}
      {draft.kind === "value" && (
        <>
          {draft.isBinary && <p className="muted">The value that is stored is no text; what you write replaces it.</p>}
          <Editor label="Value" language="json" value={draft.text} onChange={(text) => change({ text })} />
          {!isJson(draft.text) && (
            <p className="muted" role="status">
              This is no JSON, which is what most handlers read. It is stored as it is.
            </p>
          )}
        </>
      )}
      {draft.kind === "keys" && (
        <>
          <Editor label="Names of keys" language="json" value={draft.text} onChange={(text) => change({ text })} />
          {typeof keys === "string" && (
            <p className="form-error" role="alert">
              {keys}
            </p>
          )}
        </>
      )}
      {draft.kind === "failure" && (
        <div className="result-failure">
          <label className="form-field">
            Code
            <input inputMode="numeric" value={draft.code} onChange={(event) => change({ code: event.target.value })} />
          </label>
          <label className="form-field">
            Message
            <input value={draft.message} onChange={(event) => change({ message: event.target.value })} />
          </label>
        </div>
      )}
      {draft.kind === "void" && <p>{labels.void}: it has ended without a value.</p>}
    </ConfirmDialog>
  );
}
