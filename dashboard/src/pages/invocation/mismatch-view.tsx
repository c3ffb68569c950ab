import type { Entry } from "./journal.ts";
import { type FailedAt, marked, mismatchOf } from "./mismatch.ts";
import { lineName } from "./words.ts";

interface MismatchViewProps {
  readonly failure: FailedAt;
  readonly entries: readonly Entry[];
}

/** What the journal has and what the code did, side by side, with the SDK's own words below. */
export function MismatchView({ failure, entries }: MismatchViewProps) {
  const { command, recorded, attempted, differences } = mismatchOf(failure, entries);
  const entry = entries.find(({ commandIndex }) => commandIndex !== undefined && commandIndex === command);
  return (
    <figure className="mismatch" aria-label="Journal mismatch">
      <figcaption>
        The handler took another path than before
        {command !== undefined && (
          <>
            {" "}
            at command <span className="num">{command}</span>
            {entry !== undefined && <>, {lineName(entry)}</>}
          </>
        )}
      </figcaption>
      <div className="mismatch-sides">
        <section aria-label="In the journal">
          <h4>In the journal</h4>
          <Side text={recorded} other={attempted} />
          <Parts parts={differences.map(({ label, recorded: own, attempted: other }) => ({ label, own, other }))} />
        </section>
        <section aria-label="What the code did">
          <h4>What the code did</h4>
          <Side text={attempted} other={recorded} />
          <Parts parts={differences.map(({ label, recorded: other, attempted: own }) => ({ label, own, other }))} />
        </section>
      </div>
      <p className="muted">
        Register changed code as a new deployment; what differs between attempts (time, random numbers, the environment)
        belongs in a run. While it is paused it can go on with this code, too: drop what follows the last entry that
        fits, and resume.
      </p>
      <details>
        <summary>What the SDK says</summary>
        <pre className="stack">{failure.message}</pre>
        {failure.stacktrace !== undefined && <pre className="stack">{failure.stacktrace}</pre>}
      </details>
    </figure>
  );
}

function Side({ text, other }: { readonly text: string; readonly other: string }) {
  return (
    <p className="mismatch-text">
      <Marked text={text} other={other} />
    </p>
  );
}

function Marked({ text, other }: { readonly text: string; readonly other: string }) {
  const [before, different, after] = marked(text, other);
  return (
    <>
      {before}
      {different !== "" && <mark>{different}</mark>}
      {after}
    </>
  );
}

function Parts({ parts }: { readonly parts: readonly { label: string; own: string; other: string }[] }) {
  if (parts.length === 0) return null;
  return (
    <dl className="pairs">
      {parts.map(({ label, own, other }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <Marked text={own} other={other} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
