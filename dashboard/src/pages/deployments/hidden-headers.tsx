import { useState } from "react";
import { FactLines } from "../../ui/fact-lines.tsx";

const MASK = "••••••";

/** The headers of a deployment: their names, and what they say, which may be a password, once somebody asks for it. */
export function HiddenHeaders({ headers }: { readonly headers: Readonly<Record<string, string>> | undefined }) {
  const [isShown, setIsShown] = useState(false);
  const entries = Object.entries(headers ?? {});
  if (entries.length === 0) return null;
  return (
    <section aria-label="Headers">
      <h3>Headers</h3>
      <FactLines of={entries.map(([name, says]) => [name, isShown ? says : MASK] as const)} />
      <button type="button" className="button" aria-pressed={isShown} onClick={() => setIsShown(!isShown)}>
        {isShown ? "Hide the values" : "Show the values"}
      </button>
    </section>
  );
}
