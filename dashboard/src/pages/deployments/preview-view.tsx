import type { ServiceChange } from "./preview.ts";

const WORDS = { new: "new", changed: "changed", same: "as it was", gone: "removed" } as const;
const TONES = { new: "good", changed: "active", same: "idle", gone: "bad" } as const;

/** What a registration would do, before it is done. */
export function Preview({ changes, note }: { readonly changes: readonly ServiceChange[]; readonly note?: string }) {
  return (
    <div className="preview" role="status" aria-label="What changes">
      {note !== undefined && <p>{note}</p>}
      <ul>
        {changes.map(({ name, kind, before, after, details }) => (
          <li key={name}>
            <strong>{name}</strong>{" "}
            <span className="status" data-tone={TONES[kind]}>
              {WORDS[kind]}
            </span>{" "}
            <span className="muted num">
              {before !== undefined && after !== undefined && before !== after
                ? `revision ${before} → ${after}`
                : `revision ${after ?? before ?? "–"}`}
            </span>
            {details.length > 0 && (
              <ul>
                {details.map(({ text, isBreaking }) => (
                  <li key={text} className={isBreaking ? "preview-breaking" : undefined}>
                    {text}
                    {isBreaking && " (breaking)"}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
