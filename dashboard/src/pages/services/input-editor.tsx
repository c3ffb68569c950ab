import type { Handler } from "../../api/registry.ts";
import { Editor } from "../../ui/editor.tsx";
import { type Draft, hasSchema } from "./draft.ts";
import { SchemaForm } from "./form.tsx";
import { CONTENT_TYPES, formValue, hexOf, inMode, type Mode, textOf } from "./input.ts";

const NAMES: Readonly<Record<Mode, string>> = { form: "Form", json: "JSON", text: "Text", bytes: "Bytes" };

interface InputEditorProps {
  readonly draft: Draft;
  readonly handler: Handler;
  readonly problem: string | undefined;
  readonly change: (part: Partial<Draft>) => void;
  readonly onBroken: (isBroken: boolean) => void;
  /** Starts from an example again. */
  readonly onReset: () => void;
  readonly onRun: () => void;
}

/** What goes to the handler: by a form of its schema, as JSON, as text or as bytes. */
export function InputEditor(props: InputEditorProps) {
  const { draft, handler, change, onReset, onBroken } = props;
  const modes: readonly Mode[] = [...(hasSchema(handler) ? (["form"] as const) : []), "json", "text", "bytes"];
  return (
    <div className="form-field playground-input">
      <div className="playground-input-head">
        <span>Input</span>
        <fieldset className="segmented small">
          <legend className="visually-hidden">How to write the input</legend>
          {modes.map((mode) => (
            <button
              key={mode}
              type="button"
              aria-pressed={draft.mode === mode}
              onClick={() => {
                onBroken(false);
                change(inMode(draft, mode));
              }}
            >
              {NAMES[mode]}
            </button>
          ))}
        </fieldset>
        <label className="content-type">
          Content type
          <input
            value={draft.contentType}
            placeholder={CONTENT_TYPES[draft.mode]}
            spellCheck={false}
            onChange={(event) => change({ contentType: event.target.value.trim() })}
          />
        </label>
        <button type="button" className="button quiet" onClick={onReset}>
          Start anew
        </button>
      </div>
      <Body {...props} />
    </div>
  );
}

function Body({ draft, handler, change, onBroken, onRun, problem }: InputEditorProps) {
  const { mode, text, hex } = draft;
  switch (mode) {
    case "form": {
      const read = formValue(text);
      if ("problem" in read) {
        return (
          <p className="playground-note" role="status">
            {read.problem} It is kept: go on under JSON or Text.
          </p>
        );
      }
      return (
        <SchemaForm
          schema={handler.input_json_schema}
          initial={read.value}
          onBroken={onBroken}
          onChange={(value) => change({ text: value === undefined ? "" : JSON.stringify(value, null, 2) })}
        />
      );
    }
    case "json":
      return (
        <Editor label="Input" language="json" value={text} onChange={(next) => change({ text: next })} onRun={onRun} />
      );
    case "text":
      return (
        <textarea
          aria-label="Input"
          value={text}
          rows={6}
          spellCheck={false}
          onChange={(event) => change({ text: event.target.value })}
        />
      );
    case "bytes":
      return (
        <>
          <textarea
            aria-label="Input"
            value={hex}
            rows={6}
            spellCheck={false}
            placeholder="48 65 6c 6c 6f"
            aria-invalid={problem !== undefined}
            onChange={(event) => change({ hex: event.target.value, hexOf: undefined })}
          />
          {problem !== undefined && <span className="field-problem">{problem}</span>}
          <label className="playground-file">
            From a file{" "}
            <input
              type="file"
              onChange={async (event) => {
                const file = event.target.files?.[0];
                if (file === undefined) return;
                const bytes = new Uint8Array(await file.arrayBuffer());
                const type = file.type !== "" && textOf(bytes) === undefined ? { contentType: file.type } : {};
                change({ hex: hexOf(bytes), hexOf: undefined, ...type });
              }}
            />
          </label>
        </>
      );
  }
}
