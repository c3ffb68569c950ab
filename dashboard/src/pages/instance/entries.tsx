import { useState } from "react";
import type { StateEntry } from "../../api/instance.ts";
import { bytes, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Payload } from "../../ui/payload.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { nameText } from "./names.ts";
import { fromBase64, sizeOfBase64 } from "./value.ts";

/** With fewer a person sees all of them. */
const SEARCHED = 9;
const SHOWN = 300;
const PREVIEW_CHARACTERS = 160;

interface EntriesProps {
  readonly entries: readonly StateEntry[];
  readonly isReadOnly: boolean;
  readonly onEdit: (entry: StateEntry) => void;
  readonly onRemove: (entry: StateEntry) => void;
}

/** The entries of a state by name; each opens to its value. */
export function Entries({ entries, isReadOnly, onEdit, onRemove }: EntriesProps) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = entries
    .map((entry) => ({ entry, name: nameText(entry.name) }))
    .filter(({ name }) => name.toLowerCase().includes(wanted));
  if (entries.length === 0) {
    return (
      <p className="muted">
        Nothing is set. A handler sets an entry by <code>ctx.set</code>, or you add one.
      </p>
    );
  }
  return (
    <>
      {entries.length >= SEARCHED && <SearchField label="Entry" value={text} onChange={setText} />}
      <ul className="entries">
        {found.slice(0, SHOWN).map(({ entry, name }) => (
          <Entry
            key={entry.name}
            entry={entry}
            name={name}
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

type EntryProps = Omit<EntriesProps, "entries"> & { readonly entry: StateEntry; readonly name: string };

function Entry({ entry, name, isReadOnly, onEdit, onRemove }: EntryProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li className="entry" aria-label={name}>
      <div className="entry-line">
        <button type="button" className="entry-open" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Icon name={isOpen ? "down" : "chevron"} size={12} />
          <strong>{name}</strong>
          <code className="entry-preview">{isOpen ? "" : preview(entry.value)}</code>
          <span className="muted num">{bytes(sizeOfBase64(entry.value))}</span>
        </button>
        <button
          type="button"
          className="button small"
          disabled={isReadOnly}
          aria-label={`Edit ${name}`}
          onClick={() => onEdit(entry)}
        >
          Edit
        </button>
        <button
          type="button"
          className="icon-button"
          disabled={isReadOnly}
          aria-label={`Delete ${name}`}
          title={`Delete ${name}`}
          onClick={() => onRemove(entry)}
        >
          <Icon name="trash" size={14} />
        </button>
      </div>
      {isOpen && <Payload key={entry.value} title={`Value of ${name}`} bytes={fromBase64(entry.value)} />}
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
