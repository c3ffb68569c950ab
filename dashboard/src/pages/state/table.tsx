import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "../../live/use-live.ts";
import { bytes, count, plural } from "../../ui/format.ts";
import { Cell, Grid, Head } from "../../ui/grid.tsx";
import { InstanceLink, instanceAddress } from "../../ui/instance-link.tsx";
import { useMedia } from "../../ui/media.ts";
import { type Instances, type ListedInstance, nameOf, previews } from "./instances.ts";

/** Instances whose state is fetched at a time. */
const BLOCK = 50;
/** More are asked for when this many rows are left to be scrolled to. */
const AHEAD = 200;

interface TableProps {
  readonly of: Instances;
  readonly onMore: () => void;
}

export function InstanceTable({ of, onMore }: TableProps) {
  const { rows, total } = of;
  const isNarrow = useMedia("(max-width: 719px)");
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const onSight = useCallback((first: number, last: number) => setSight({ first, last }), []);
  const navigate = useNavigate();
  const isMoreWanted = rows.length < total && sight.last > rows.length - AHEAD;
  useEffect(() => {
    if (isMoreWanted) onMore();
  }, [isMoreWanted, onMore]);
  const seen = usePreviews(rows, sight.first, sight.last);
  const hasScopes = rows.some(({ scope }) => scope !== undefined);
  const cells = useCallback(
    (row: ListedInstance, name: string) =>
      isNarrow ? <Lines of={row} /> : <Cells of={row} hasScopes={hasScopes} preview={seen?.get(name)} />,
    [isNarrow, hasScopes, seen],
  );
  const ids = {
    length: rows.length,
    at: (index: number) => {
      const row = rows[index];
      return row && nameOf(row);
    },
  };
  return (
    <Grid
      className="instances"
      label="Objects and workflows"
      isNarrow={isNarrow}
      columns={
        isNarrow
          ? "minmax(0, 1fr)"
          : `minmax(110px, 1fr) minmax(130px, 1.2fr) ${hasScopes ? "minmax(70px, 0.7fr) " : ""}minmax(120px, 2.4fr) 74px 80px minmax(150px, 1fr)`
      }
      heads={
        isNarrow ? (
          <Head>Instance</Head>
        ) : (
          <>
            <Head>Object</Head>
            <Head>Key</Head>
            {hasScopes && <Head>Scope</Head>}
            <Head>State</Head>
            <Head isNumber>Entries</Head>
            <Head isNumber>Size</Head>
            <Head>Now</Head>
          </>
        )
      }
      ids={ids}
      total={total}
      rowOf={(_name, index) => rows[index] as ListedInstance}
      cells={cells}
      attributes={({ service, key }) => ({ "data-instance": `${service}/${key}` })}
      onOpen={(_name, index) => void navigate(instanceAddress(rows[index] as ListedInstance))}
      onSight={onSight}
    />
  );
}

/** How the state of those in sight begins. */
function usePreviews(rows: readonly ListedInstance[], first: number, last: number) {
  const block = Math.floor(first / BLOCK) * BLOCK;
  const shown = rows.slice(block, Math.ceil((last + 1) / BLOCK) * BLOCK);
  const names = new Set(shown.map(nameOf));
  const isShown = (of: { service: string; key?: string; scope?: string }) =>
    of.key !== undefined && names.has(nameOf({ ...of, key: of.key }));
  const { data } = useLive({
    key: ["previews", ...shown.map((row) => `${nameOf(row)} ${row.entries}`)],
    fetch: (signal) => previews(shown, signal),
    on: isShown,
    onState: isShown,
    everyMs: 500,
  });
  // What is fetched for another block does not take away what is known of this one.
  const known = useRef(data);
  if (data !== undefined) known.current = data;
  return known.current;
}

interface CellsProps {
  readonly of: ListedInstance;
  readonly hasScopes: boolean;
  readonly preview: string | undefined;
}

function Cells({ of, hasScopes, preview }: CellsProps) {
  return (
    <>
      <Cell>{of.service}</Cell>
      <Cell>
        <InstanceLink of={of} />
      </Cell>
      {hasScopes && <Cell>{of.scope === undefined ? <span className="none">–</span> : <code>{of.scope}</code>}</Cell>}
      <Cell>
        {preview !== undefined && (
          <code className="muted" title={preview}>
            {preview}
          </code>
        )}
      </Cell>
      <Cell isNumber>{count(of.entries)}</Cell>
      <Cell isNumber>{bytes(of.size)}</Cell>
      <Cell>
        <Now of={of} />
      </Cell>
    </>
  );
}

function Lines({ of }: { readonly of: ListedInstance }) {
  return (
    <Cell>
      <span className="row-lines">
        <span className="target">
          <span className="target-service">{of.service}</span>
          <span className="target-slash">/</span>
          <InstanceLink of={of} />
        </span>
        <span className="row-line">
          {of.scope !== undefined && <code>{of.scope}</code>}
          {plural(of.entries, "entry", "entries")} · {bytes(of.size)}
          <Now of={of} />
        </span>
      </span>
    </Cell>
  );
}

/** What goes on there. */
function Now({ of: { live, waiting } }: { readonly of: ListedInstance }) {
  if (live === 0) return <span className="none">–</span>;
  const active = live - waiting;
  return (
    <span className="instance-now">
      {active > 0 && <span>{count(active)} active</span>}
      {waiting > 0 && <span className="muted">{count(waiting)} in the inbox</span>}
    </span>
  );
}
