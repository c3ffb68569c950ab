import type { Invocation } from "../../api/invocation.ts";
import { bytes } from "../../ui/format.ts";
import { Payload } from "../../ui/payload.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { fullTime } from "../../ui/time.ts";
import { EntryActions } from "./entry-actions.tsx";
import { type StoredBody, useBodies } from "./entry-bodies.ts";
import type { Entry } from "./journal.ts";
import { type Part, partsOf } from "./parts.ts";

/** Beyond it, somebody has to ask: its text in SQL is about four times as long. */
const EAGER_LIMIT = 512 * 1024;

/** Of the bytes as they are stored; the payload above has all of them. */
const RAW_DIGITS = 4000;

interface EntryDetailsProps {
  readonly id: string;
  /** The invocation of the page; `undefined` in the journal of another one. */
  readonly of: Invocation | undefined;
  readonly entry: Entry;
  /** Nothing comes behind it. */
  readonly isLast: boolean;
  readonly edits: number;
}

/** What an entry holds: input, result or failure, and the bytes as they are stored. */
export function EntryDetails({ id, of, entry, isLast, edits }: EntryDetailsProps) {
  const { size, atMs, endMs } = entry;
  const isBig = size > EAGER_LIMIT;
  const query = useBodies(id, entry, edits, !isBig);
  return (
    <div className="details">
      <dl className="facts">
        <div>
          <dt>Written</dt>
          <dd className="num">{atMs === undefined ? "–" : fullTime(atMs)}</dd>
        </div>
        {endMs !== undefined && endMs !== atMs && (
          <div>
            <dt>Completed</dt>
            <dd className="num">{fullTime(endMs)}</dd>
          </div>
        )}
        <div>
          <dt>Size</dt>
          <dd className="num">{bytes(size)}</dd>
        </div>
        {entry.callee !== undefined && (
          <div>
            <dt>{entry.callee.isAwaited ? "Called" : "Sent"}</dt>
            <dd>
              <code>{entry.callee.id}</code>
            </dd>
          </div>
        )}
      </dl>
      {isBig && query.data === undefined && !query.isFetching && (
        <button type="button" className="button" onClick={() => void query.refetch()}>
          Load {bytes(size)}
        </button>
      )}
      {query.isFetching && query.data === undefined && <Loading what="the entry" />}
      {query.error !== null && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && <Bodies bodies={query.data} />}
      {of !== undefined && (isBig || query.data !== undefined) && (
        <EntryActions of={of} entry={entry} isLast={isLast} bodies={query.data ?? []} />
      )}
    </div>
  );
}

function Bodies({ bodies }: { readonly bodies: readonly StoredBody[] }) {
  const parts = bodies.flatMap(({ entry_json }) => partsOf(entry_json));
  return (
    <>
      {parts.map((part) => (
        <PartView key={part.name} part={part} />
      ))}
      {parts.length === 0 && <p className="muted">It has no payload.</p>}
      <details className="raw">
        <summary>As it is stored</summary>
        {bodies.map(({ index, entry_type, raw }) => (
          <div key={index}>
            <h4>
              {index} · {entry_type} · {bytes((raw?.length ?? 0) / 2)}
            </h4>
            <pre className="hex">
              {raw?.slice(0, RAW_DIGITS).replace(/(..)/g, "$1 ")}
              {(raw?.length ?? 0) > RAW_DIGITS && "…"}
            </pre>
          </div>
        ))}
      </details>
    </>
  );
}

function PartView({ part }: { readonly part: Part }) {
  if (part.kind === "bytes") return <Payload title={part.name} bytes={part.bytes} />;
  if (part.kind === "names") {
    return (
      <div className="payload">
        <h4>
          {part.name} <span className="muted num">{part.names.length}</span>
        </h4>
        <ul className="key-names">
          {part.names.map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if (part.kind === "failure") {
    return (
      <div className="payload" data-failed>
        <h4>{part.name}</h4>
        <p>
          <code>{part.code}</code> {part.message}
        </p>
      </div>
    );
  }
  return (
    <details className="payload">
      <summary>
        {part.name} <span className="muted num">{part.pairs.length}</span>
      </summary>
      <dl className="pairs">
        {part.pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
