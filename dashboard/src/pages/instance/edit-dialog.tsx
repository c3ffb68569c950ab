import { type FormEvent, useState } from "react";
import type { Place, StateEntry } from "../../api/instance.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Editor } from "../../ui/editor.tsx";
import { Conflicts } from "./conflicts.tsx";
import { Held } from "./held.tsx";
import { nameOf, nameText } from "./names.ts";
import { type OnDone, useWrite } from "./use-write.ts";
import { bestForm, FORM_LABELS, FORMS, type Form, fromBase64, shownAs, toBase64, typedAs } from "./value.ts";

interface EditDialogProps {
  readonly place: Place;
  /** `undefined`: a new one. */
  readonly entry: StateEntry | undefined;
  readonly entries: readonly StateEntry[];
  readonly holder: string | undefined;
  readonly onClose: () => void;
  readonly onDone: OnDone;
}

/** Writes an entry, as JSON or as bytes. What it was when the dialog was opened is what it has to be still. */
export function EditDialog({ place, entry, entries, holder, onClose, onDone }: EditDialogProps) {
  // The page around goes on; what somebody is about to change has to stay what they have looked at.
  const [opened] = useState(entry);
  const [name, setName] = useState("");
  const [value, setValue] = useState(() => firstValue(opened));
  const { write, overwrite, isBusy, error, setError, conflicts } = useWrite(place, onDone);

  function onSubmit(event?: FormEvent): void {
    event?.preventDefault();
    let bytes: Uint8Array;
    try {
      bytes = typedAs(value.text, value.form);
    } catch (problem) {
      setError((problem as Error).message);
      return;
    }
    if (opened === undefined && entries.some((other) => other.name === nameOf(name))) {
      setError(`There is an entry with the name ${name} already: edit that one, or choose another name.`);
    } else if (opened !== undefined && isSame(opened, bytes, value.form)) onClose();
    else void write([{ name: opened?.name ?? nameOf(name), was: opened?.value, now: toBase64(bytes) }]);
  }

  function show(form: Form): void {
    try {
      const bytes = value.text === "" ? new Uint8Array() : typedAs(value.text, value.form);
      const text = shownAs(bytes, form);
      if (text === undefined) setError(`These bytes are not ${form === "json" ? "JSON" : "a text in UTF-8"}.`);
      else {
        setValue({ form, text });
        setError(undefined);
      }
    } catch (problem) {
      setError((problem as Error).message);
    }
  }

  const onText = (text: string) => setValue(({ form }) => ({ form, text }));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="wide"
      title={opened === undefined ? "Add an entry" : `Edit ${nameText(opened.name)}`}
      description={holder === undefined ? undefined : <Held by={holder} />}
    >
      {conflicts.length > 0 ? (
        <Conflicts of={conflicts} isBusy={isBusy} onOverwrite={() => void overwrite()} onClose={onClose} />
      ) : (
        <form onSubmit={onSubmit}>
          {opened === undefined && (
            <label className="form-field">
              Name
              <input value={name} required spellCheck={false} onChange={(event) => setName(event.target.value)} />
            </label>
          )}
          <div className="form-field">
            <div className="section-head">
              <span>Value</span>
              <fieldset className="segmented small">
                <legend className="visually-hidden">Typed as</legend>
                {FORMS.map((form) => (
                  <button key={form} type="button" aria-pressed={form === value.form} onClick={() => show(form)}>
                    {FORM_LABELS[form]}
                  </button>
                ))}
              </fieldset>
            </div>
            {value.form === "json" ? (
              <Editor label="Value" language="json" value={value.text} onChange={onText} onRun={() => onSubmit()} />
            ) : (
              <textarea
                aria-label="Value"
                rows={8}
                spellCheck={false}
                value={value.text}
                onChange={(event) => onText(event.target.value)}
              />
            )}
          </div>
          {error !== undefined && (
            <p className="form-error" role="alert">
              {error}
            </p>
          )}
          <div className="dialog-foot">
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" className="button primary" disabled={isBusy}>
              {holder === undefined ? "Write" : "Write when the key is free"}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function firstValue(entry: StateEntry | undefined): { readonly form: Form; readonly text: string } {
  if (entry === undefined) return { form: "json", text: "" };
  const bytes = fromBase64(entry.value);
  const form = bestForm(bytes);
  return { form, text: shownAs(bytes, form) ?? "" };
}

/** Whether nothing is to be written: white space between tokens of JSON makes no other value. */
function isSame({ value }: StateEntry, bytes: Uint8Array, form: Form): boolean {
  if (value === toBase64(bytes)) return true;
  const text = form === "json" ? shownAs(fromBase64(value), "json") : undefined;
  return text !== undefined && text !== "" && text === shownAs(bytes, "json");
}
