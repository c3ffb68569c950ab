import { useState } from "react";
import type { StateEntry } from "../../api/instance.ts";
import { bytes, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import type { Coming } from "./foresight.ts";
import { nameText } from "./names.ts";
import { fromBase64, sizeOfBase64 } from "./value.ts";

/** With fewer a person sees all of them. */
const SEARCHED = 9;
const SHOWN = 300;
const PREVIEW_CHARACTERS = 160;

interface EntriesProps {
  readonly entries: readonly StateEntry[];
  /** What changes that wait will make of them, and the entries that they will add. */
  readonly coming: ReadonlyMap<string, Coming>;
  readonly isReadOnly: boolean;
  readonly onEdit: (entry: StateEntry) => void;
  readonly onRemove: (entry: StateEntry) => void;
}

/** The entries of a state by name; each opens to its value. */
export function Entries({ entries, coming, isReadOnly, onEdit, onRemove }: EntriesProps) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const known = new Set(entries.map(({ name }) => name));
  const added = [...coming.keys()].filter((name) => !known.has(name)).map((name) => ({ name, value: undefined }));
  const shown: readonly Shown[] = [...entries, ...added];
  const found = shown
    .map((entry) => ({ entry, name: nameText(entry.name) }))
    .filter(({ name }) => name.toLowerCase().includes(wanted));
  if (shown.length === 0) {
    return (
      <p className="muted">
        Nothing is set. A handler sets an entry by <code>ctx.set</code>, or you add one.
      </p>
    );
  }
  return (
    <>
      {shown.length >= SEARCHED && <SearchField label="Entry" value={text} onChange={setText} />}
      <ul className="entries">
        {found.slice(0, SHOWN).map(({ entry, name }) => (
          <Entry
            key={entry.name}
            entry={entry}
            name={name}
            coming={coming.get(entry.name)}
            isReadOnly={isReadOnly}
            onEdit={onEdit}
            onRemove={onRemove}
          />
        ))}
      </ul>
      {found.length > SHOWN && (
        <p className="muted">… and {plural(found.length - SHOWN, "more", "more")}: search for a name to see them.</p>
      )}
    </>
  );
}

/** An entry as it is; without a value it is not there yet. */
interface Shown {
  readonly name: string;
  readonly value: string | undefined;
}

interface EntryProps extends Pick<EntriesProps, "isReadOnly" | "onEdit" | "onRemove"> {
  readonly entry: Shown;
  readonly name: string;
  readonly coming: Coming | undefined;
}

function Entry({ entry, name, coming, isReadOnly, onEdit, onRemove }: EntryProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { value } = entry;
  // Who edits it goes on from what it will be.
  const next = coming === undefined ? value : coming.value;
  const isFixed = isReadOnly || next === undefined;
  const act = (action: (entry: StateEntry) => void) => {
    if (next !== undefined) action({ name: entry.name, value: next });
  };
  return (
    <li className="entry" aria-label={name}>
      <div className="entry-line">
        <button type="button" className="entry-open" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Icon name={isOpen ? "down" : "chevron"} size={12} />
          <strong>{name}</strong>
          {value === undefined ? (
            <span className="muted entry-preview">not set yet</span>
          ) : (
            <code className="entry-preview">{isOpen ? "" : preview(value)}</code>
          )}
          {value !== undefined && <span className="muted num">{bytes(sizeOfBase64(value))}</span>}
        </button>
        {coming !== undefined && (
          <span className="entry-coming" title="When the changes that wait have been applied">
            <Icon name="clock" size={12} /> then{" "}
            {coming.value === undefined ? "deleted" : <code>{preview(coming.value)}</code>}
          </span>
        )}
        <button
          type="button"
          className="button small"
          disabled={isFixed}
          aria-label={`Edit ${name}`}
          onClick={() => act(onEdit)}
        >
          Edit
        </button>
        <button
          type="button"
          className="icon-button"
          disabled={isFixed}
          aria-label={`Delete ${name}`}
          title={`Delete ${name}`}
          onClick={() => act(onRemove)}
        >
          <Icon name="trash" size={14} />
        </button>
      </div>
      {isOpen && value !== undefined && <Payload key={value} title={`Value of ${name}`} bytes={fromBase64(value)} />}
      {isOpen && coming?.value !== undefined && (
        <Payload key={`then ${coming.value}`} title={`Value of ${name}, then`} bytes={fromBase64(coming.value)} />
      )}
    </li>
  );
}

/** How a value begins. */
function preview(value: string): string {
  const text = new TextDecoder().decode(fromBase64(value.slice(0, PREVIEW_CHARACTERS)));
  // The cut may go through a character.
  const whole = value.length > PREVIEW_CHARACTERS ? `${text.replace(/\ufffd+$/, "")}…` : text;
  return whole === "" ? "empty" : whole;
}
