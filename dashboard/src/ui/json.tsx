import { type ReactNode, useState } from "react";
import { plural } from "./format.ts";

const OPEN_DEPTH = 3;
const SHOWN = 200;
/** More parts than that are not open at first, because they take a while to draw. */
const OPEN_PARTS = 2000;
const LONG_TEXT = 10_000;

/** A value of JSON with parts that fold. Editors are CodeMirror; to read, this is lighter. */
export function Json({ value }: { readonly value: unknown }) {
  return (
    <div className="json">
      <Value value={value} depth={0} openDepth={openDepthOf(value)} />
    </div>
  );
}

/** How deep it is open at first. */
function openDepthOf(value: unknown): number {
  let parts: unknown[] = [value];
  let n = 0;
  for (let depth = 0; depth < OPEN_DEPTH; depth++) {
    parts = parts.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
    n += parts.length;
    if (n > OPEN_PARTS) return depth;
  }
  return OPEN_DEPTH;
}

interface ValueProps {
  readonly value: unknown;
  readonly depth: number;
  readonly openDepth: number;
}

function Value({ value, depth, openDepth }: ValueProps): ReactNode {
  if (typeof value === "string") return <Text text={value} />;
  if (typeof value !== "object" || value === null) return <span className="json-literal">{String(value)}</span>;
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return isArray ? "[]" : "{}";
  return <Branch entries={entries} isArray={isArray} depth={depth} openDepth={openDepth} />;
}

function Text({ text }: { readonly text: string }) {
  const [isWhole, setIsWhole] = useState(text.length <= LONG_TEXT);
  if (isWhole) return <span className="json-string">{JSON.stringify(text)}</span>;
  return (
    <>
      <span className="json-string">{JSON.stringify(text.slice(0, LONG_TEXT))}</span>
      <button type="button" className="json-fold" aria-expanded="false" onClick={() => setIsWhole(true)}>
        … {plural(text.length - LONG_TEXT, "more character")}
      </button>
    </>
  );
}

interface BranchProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly isArray: boolean;
  readonly depth: number;
  readonly openDepth: number;
}

function Branch({ entries, isArray, depth, openDepth }: BranchProps) {
  const [isOpen, setIsOpen] = useState(depth < openDepth && entries.length <= SHOWN);
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
          <Value value={inner} depth={depth + 1} openDepth={openDepth} />
          {index < entries.length - 1 && ","}
        </div>
      ))}
      {entries.length > SHOWN * 5 && (
        <div className="json-line muted">… {plural(entries.length - SHOWN * 5, "more", "more")}</div>
      )}
      {close}
    </>
  );
}
