import { type ReactNode, useState } from "react";
import { plural } from "./format.ts";

const OPEN_DEPTH = 3;
const SHOWN = 200;

/** A value of JSON with parts that fold. Editors are CodeMirror; to read, this is lighter. */
export function Json({ value }: { readonly value: unknown }) {
  return (
    <div className="json">
      <Value value={value} depth={0} />
    </div>
  );
}

function Value({ value, depth }: { readonly value: unknown; readonly depth: number }): ReactNode {
  if (typeof value === "string") return <span className="json-string">{JSON.stringify(value)}</span>;
  if (typeof value !== "object" || value === null) return <span className="json-literal">{String(value)}</span>;
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return isArray ? "[]" : "{}";
  return <Branch entries={entries} isArray={isArray} depth={depth} />;
}

interface BranchProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly isArray: boolean;
  readonly depth: number;
}

function Branch({ entries, isArray, depth }: BranchProps) {
  const [isOpen, setIsOpen] = useState(depth < OPEN_DEPTH && entries.length <= SHOWN);
  const [open, close] = isArray ? "[]" : "{}";
  if (!isOpen) {
    return (
      <button type="button" className="json-fold" aria-expanded="false" onClick={() => setIsOpen(true)}>
        {open} {plural(entries.length, isArray ? "item" : "field")} {close}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        className="json-fold"
        aria-expanded="true"
        aria-label="Fold"
        onClick={() => setIsOpen(false)}
      >
        {open}
      </button>
      {entries.slice(0, SHOWN * 5).map(([name, inner], index) => (
        <div key={name} className="json-line">
          {!isArray && (
            <>
              <span className="json-name">{JSON.stringify(name)}</span>:{" "}
            </>
          )}
          <Value value={inner} depth={depth + 1} />
          {index < entries.length - 1 && ","}
        </div>
      ))}
      {entries.length > SHOWN * 5 && (
        <div className="json-line muted">… {plural(entries.length - SHOWN * 5, "more")}</div>
      )}
      {close}
    </>
  );
}
