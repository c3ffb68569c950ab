import { useId } from "react";
import { headerProblem } from "./headers.ts";

/** Headers one a line. */
export function HeadersField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  const problem = headerProblem(value);
  return (
    <div className="form-field">
      <label htmlFor={id}>Headers, one a line: name: value</label>
      <textarea
        id={id}
        value={value}
        rows={3}
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-problem`} className="field-problem">
        {problem}
      </span>
    </div>
  );
}
