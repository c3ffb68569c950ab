import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { VisibilityState } from "@tanstack/react-table";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { services } from "../../api/registry.ts";
import { useFeed, useFeedState, useLive } from "../../live/use-live.ts";
import { count } from "../../ui/format.ts";
import type { Ids } from "../../ui/grid.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, MenuCheck, MenuLabel } from "../../ui/menu.tsx";
import { NothingRegistered } from "../../ui/nothing-registered.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { BulkBar } from "./bulk.tsx";
import { COLUMNS, FIRST_COLUMNS } from "./columns.tsx";
import { countByStatus } from "./counts.ts";
import { FILTER_NAMES, type FilterSearch, filterOf, isFiltered } from "./filter.ts";
import { FilterBar } from "./filter-bar.tsx";
import { InvocationList, LIST_LIMIT } from "./list.ts";
import { Table } from "./table.tsx";

export function Invocations() {
  const search = useSearch({ from: "/invocations" });
  const navigate = useNavigate({ from: "/invocations" });
  const filterKey = FILTER_NAMES.map((name) => search[name] ?? "").join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is all of the search that matters.
  const filter = useMemo(() => filterOf(search), [filterKey]);
  const list = useList(filter);
  const view = useSyncExternalStore(list.subscribe, () => list.view);
  const { selected, select, selectAll, clear } = useSelection(list, filterKey);
  const [visibility, setVisibility] = useColumns();
  const counts = useLive({
    key: ["invocation-counts", filterKey],
    fetch: (signal) => countByStatus(filter, signal),
    on: (change) => change.status !== undefined,
    everyMs: 500,
  });
  const change = (next: FilterSearch) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const open = useCallback((id: string) => void navigate({ to: "/invocations/$id", params: { id } }), [navigate]);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const isInside =
        event.target instanceof HTMLElement && event.target.closest("[role=dialog], input, [role=menu]") !== null;
      if (event.key === "Escape" && !isInside) clear();
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [clear]);

  return (
    <Page
      title="Invocations"
      isFull
      tools={
        <>
          <span className="muted num" role="status">
            {view.isLoading ? "…" : countText(view.ids.length + view.held, view.isComplete, filter.isOldestFirst)}
          </span>
          <ColumnMenu visibility={visibility} onChange={setVisibility} />
        </>
      }
    >
      <FilterBar
        search={search}
        filter={filter}
        counts={counts.data}
        onChange={change}
        onClear={() => void navigate({ search: {}, replace: true })}
      />
      {view.error !== undefined && <Failure error={view.error} onRetry={() => void list.load()} />}
      {view.ids.length > 0 ? (
        <Table
          list={list}
          view={view}
          visibility={visibility}
          selected={selected}
          onSelect={select}
          onSelectAll={selectAll}
          onOpen={open}
        />
      ) : view.isLoading ? (
        <Loading what="invocations" />
      ) : view.error === undefined ? (
        isFiltered(search) ? (
          <Empty icon="filter" title="No invocation matches">
            <p>New ones appear here as soon as they do. Take a filter away to see more.</p>
          </Empty>
        ) : (
          <NothingCalled />
        )
      ) : null}
      {selected.size > 0 && <BulkBar selected={selected} rowOf={(id) => list.row(id)} onClear={clear} />}
    </Page>
  );
}

function NothingCalled() {
  const { data } = useLive({ key: ["services"], fetch: services, onRegistry: true });
  if (data?.length === 0) return <NothingRegistered />;
  return (
    <Empty icon="invocations" title="Nothing has been called yet">
      <p>
        Call a handler with curl, from your program, or from the <Link to="/services">playground of a service</Link>. It
        appears here at once.
      </p>
    </Empty>
  );
}

function countText(length: number, isComplete: boolean, isOldestFirst: boolean): string {
  if (isComplete || length < LIST_LIMIT) return `${count(length)} shown`;
  return `the ${count(LIST_LIMIT)} ${isOldestFirst ? "oldest" : "newest"}`;
}

function useList(filter: ReturnType<typeof filterOf>): InvocationList {
  const [list, setList] = useState(() => new InvocationList(filter));
  const made = useRef(filter);
  useEffect(() => {
    if (made.current === filter) return;
    made.current = filter;
    setList(new InvocationList(filter));
  }, [filter]);
  useEffect(() => {
    list.revive();
    return () => list.dispose();
  }, [list]);
  useFeed((event) => list.hear(event));
  const feed = useFeedState();
  // The feed may go on where it was, and what was asked for meanwhile has failed all the same.
  useEffect(() => {
    if (feed === "live" && list.view.error !== undefined) void list.load();
  }, [feed, list]);
  return list;
}

function useSelection(list: InvocationList, filterKey: string) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | undefined>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list.
  useEffect(() => setSelected(new Set()), [filterKey]);
  const clear = useCallback(() => setSelected((now) => (now.size === 0 ? now : new Set())), []);
  const select = useCallback(
    (id: string, isSelected: boolean, isRange: boolean) => {
      const { ids } = list.view;
      const from = isRange && anchor.current !== undefined ? indexOf(ids, anchor.current) : -1;
      const to = from < 0 ? -1 : indexOf(ids, id);
      anchor.current = id;
      const range = to < 0 ? [id] : idsOf(ids, Math.min(from, to), Math.max(from, to) + 1);
      setSelected((now) => {
        const next = new Set(now);
        for (const one of range) isSelected ? next.add(one) : next.delete(one);
        return next;
      });
    },
    [list],
  );
  const selectAll = useCallback(
    (isSelected: boolean) =>
      setSelected(isSelected ? new Set(idsOf(list.view.ids, 0, list.view.ids.length)) : new Set()),
    [list],
  );
  return { selected, select, selectAll, clear };
}

const idsOf = (ids: Ids, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => ids.at(from + n) as string);

function indexOf(ids: Ids, id: string): number {
  for (let index = 0; index < ids.length; index++) if (ids.at(index) === id) return index;
  return -1;
}

const COLUMNS_KEY = "restate-lite.columns";

/** Which columns are shown is the user's, not the address's. */
function useColumns(): readonly [VisibilityState, (visibility: VisibilityState) => void] {
  const [shown, setShown] = useState<readonly string[]>(() => {
    try {
      const stored = JSON.parse(localStorage.getItem(COLUMNS_KEY) ?? "null") as unknown;
      return Array.isArray(stored) ? stored.map(String) : FIRST_COLUMNS;
    } catch {
      return FIRST_COLUMNS;
    }
  });
  const visibility = useMemo(
    () => Object.fromEntries(COLUMNS.map(({ id }) => [id as string, shown.includes(id as string)])),
    [shown],
  );
  return [
    visibility,
    (next) => {
      const names = Object.keys(next).filter((name) => next[name]);
      setShown(names);
      try {
        localStorage.setItem(COLUMNS_KEY, JSON.stringify(names));
      } catch {
        // Without storage it lasts as long as the page.
      }
    },
  ];
}

interface ColumnMenuProps {
  readonly visibility: VisibilityState;
  readonly onChange: (visibility: VisibilityState) => void;
}

function ColumnMenu({ visibility, onChange }: ColumnMenuProps) {
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="button wide-only">
          <Icon name="columns" size={14} /> Columns
        </button>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {COLUMNS.map(({ id = "", meta }) => (
        <MenuCheck
          key={id}
          isChecked={visibility[id] === true}
          onChange={(isChecked) => onChange({ ...visibility, [id]: isChecked })}
        >
          {meta?.label}
        </MenuCheck>
      ))}
    </Menu>
  );
}
