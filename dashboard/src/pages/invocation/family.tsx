import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Invocation, LISTED_COLUMNS, type ListedInvocation, shortId, statusOf } from "../../api/invocation.ts";
import { quoted, quotedList, sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { Icon } from "../../ui/icon.tsx";
import { StatusIcon } from "../../ui/status.tsx";
import { Target } from "../../ui/target.tsx";

const GENERATIONS = 20;
const CHILDREN = 200;

/** From the first caller down to this one. */
async function ancestors(of: Invocation, signal: AbortSignal): Promise<readonly ListedInvocation[]> {
  const found: ListedInvocation[] = [];
  for (let id = of.invoked_by_id; id !== undefined && found.length < GENERATIONS; ) {
    const [row] = await sql<ListedInvocation>(
      `SELECT ${LISTED_COLUMNS} FROM sys_invocation WHERE id = ${quoted(id)}`,
      signal,
    );
    if (row === undefined) break;
    found.unshift(row);
    id = row.invoked_by_id;
  }
  return found;
}

/** What it has called, in order. The journal names them, so the server need not look at all invocations. */
async function children(id: string, signal: AbortSignal): Promise<readonly ListedInvocation[]> {
  const entries = await sql<{ entry_lite_json?: string }>(
    `SELECT entry_lite_json FROM sys_journal WHERE id = ${quoted(id)} AND entry_type IN ('Command: Call', 'Command: OneWayCall') ORDER BY index LIMIT ${CHILDREN}`,
    signal,
  );
  const ids = entries.flatMap(
    ({ entry_lite_json = "" }) => /"invocation_id":"(inv_\w+)"/.exec(entry_lite_json)?.[1] ?? [],
  );
  if (ids.length === 0) return [];
  const rows = await sql<ListedInvocation>(
    `SELECT ${LISTED_COLUMNS} FROM sys_invocation WHERE id IN (${quotedList(ids)})`,
    signal,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((one) => byId.get(one) ?? []);
}

/** Who called it, and what it has called, as a tree. */
export function Family({ of }: { readonly of: Invocation }) {
  const above = useLive({
    key: ["ancestors", of.id],
    fetch: (signal) => ancestors(of, signal),
    // As long as it is not known who they are, it may be one of them.
    on: (change, known) => change.status !== undefined && (known?.some(({ id }) => id === change.id) ?? true),
  });
  const chain = above.data ?? [];
  return (
    <section className="card family" aria-label="Callers and callees">
      <h2>Callers and callees</h2>
      <ul className="tree">
        {chain.length === 0 && (
          <li className="tree-origin muted">
            {of.restarted_from === undefined ? (
              (ORIGINS[of.invoked_by ?? ""] ?? of.invoked_by)
            ) : (
              <>
                Restarted from{" "}
                <Link to="/invocations/$id" params={{ id: of.restarted_from }}>
                  {shortId(of.restarted_from)}
                </Link>
              </>
            )}
          </li>
        )}
        {chain.map((row, depth) => (
          <Leaf key={row.id} row={row} depth={depth} />
        ))}
        <Branch row={of} depth={chain.length} isThis />
      </ul>
    </section>
  );
}

const ORIGINS: Readonly<Record<string, string>> = {
  ingress: "Called from outside, over HTTP",
  subscription: "Called by a subscription",
};

function Leaf({ row, depth }: { row: ListedInvocation; depth: number }) {
  return (
    <li className="tree-line" style={{ paddingInlineStart: `${8 + depth * 18}px` }}>
      <StatusIcon status={statusOf(row)} />
      <Link to="/invocations/$id" params={{ id: row.id }}>
        <Target of={row} />
      </Link>
    </li>
  );
}

function Branch({ row, depth, isThis = false }: { row: ListedInvocation; depth: number; isThis?: boolean }) {
  const [isOpen, setIsOpen] = useState(isThis);
  const below = useLive({
    key: ["children", row.id],
    fetch: (signal) => children(row.id, signal),
    on: (change, known) =>
      (change.id === row.id && change.journal === true) || (known?.some(({ id }) => id === change.id) ?? true),
    enabled: isOpen,
    everyMs: 300,
  });
  useEffect(() => setIsOpen(isThis), [isThis]);
  return (
    <>
      <li className="tree-line" data-this={isThis || undefined} style={{ paddingInlineStart: `${8 + depth * 18}px` }}>
        <StatusIcon status={statusOf(row)} />
        {isThis ? (
          <span aria-current="page">
            <Target of={row} />
          </span>
        ) : (
          <>
            <Link to="/invocations/$id" params={{ id: row.id }}>
              <Target of={row} />
            </Link>
            <button
              type="button"
              className="icon-button small"
              aria-expanded={isOpen}
              aria-label={`What ${row.target} has called`}
              onClick={() => setIsOpen(!isOpen)}
            >
              <Icon name={isOpen ? "down" : "chevron"} size={12} />
            </button>
          </>
        )}
      </li>
      {isOpen && below.data?.map((child) => <Branch key={child.id} row={child} depth={depth + 1} />)}
      {isOpen && !isThis && below.data?.length === 0 && (
        <li className="tree-line muted" style={{ paddingInlineStart: `${8 + (depth + 1) * 18}px` }}>
          calls nothing
        </li>
      )}
    </>
  );
}
