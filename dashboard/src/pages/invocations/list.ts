import { type ListedInvocation, listedInvocations } from "../../api/invocation.ts";
import { sql } from "../../api/sql.ts";
import type { Change, FeedEvent } from "../../live/messages.ts";
import { conditionOf, type Filter, matches, needsMore } from "./filter.ts";
import { patched } from "./patch.ts";

/** How many invocations a list holds: the newest of those that the filter names. */
export const LIST_LIMIT = 100_000;
/** The first screens come before the rest. */
const FIRST = 200;
/** Rows fetched in one query. */
const ROWS_AT_A_TIME = 120;
/** The list is fetched anew no more often than this when the feed cannot tell who belongs to it. */
const RELOAD_MS = 500;
/** A row that keeps changing is fetched no more often than this. */
const REFRESH_MS = 400;

export interface ListView {
  /** In the order of the list. */
  readonly ids: readonly string[];
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: Error | undefined;
  /** Another number whenever something of it has changed. */
  readonly version: number;
}

/**
 * The invocations that match a filter, kept up to date by the feed. Of all of them it has the id and the time of
 * creation; the rows come when they are about to be seen.
 */
export class InvocationList {
  readonly #filter: Filter;
  readonly #rows = new Map<string, ListedInvocation>();
  /** Members, with the time by which they are ordered. */
  readonly #createdMs = new Map<string, number>();
  readonly #freshAt = new Map<string, number>();
  readonly #stale = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #ids: string[] = [];
  #view: ListView = { ids: [], isComplete: false, isLoading: true, error: undefined, version: 0 };
  #loading: AbortController | undefined;
  /** What is heard while the list is fetched, by id: the answer may be older, and is brought up to date with it. */
  #heard = new Map<string, Change>();
  #wanted: readonly string[] = [];
  #isFetchingRows = false;
  #rowsTimer: number | undefined;
  #loadTimer: number | undefined;
  #isTelling = false;
  #isDisposed = false;

  constructor(filter: Filter) {
    this.#filter = filter;
    // In the background: whoever makes one may be in the middle of rendering.
    queueMicrotask(() => void this.load());
  }

  get view(): ListView {
    return this.#view;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  row(id: string): ListedInvocation | undefined {
    return this.#rows.get(id);
  }

  /** Takes a dispose back: React mounts twice while it develops. */
  revive(): void {
    if (!this.#isDisposed) return;
    this.#isDisposed = false;
    void this.load();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#loading?.abort();
    this.#loading = undefined;
    window.clearTimeout(this.#rowsTimer);
    window.clearTimeout(this.#loadTimer);
    this.#loadTimer = undefined;
  }

  /** Fetches the list anew. Until it is there, what was known stays. */
  async load(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#heard = new Map();
    const isFirst = this.#ids.length === 0;
    if (isFirst) this.#tell({ isLoading: true, error: undefined });
    try {
      const where = conditionOf(this.#filter, Date.now());
      const first = await this.#fetchIds(where, FIRST, loading.signal);
      if (first.length < FIRST || isFirst) this.#replace(first);
      for (const id of this.#rows.keys()) this.#stale.add(id);
      this.#wantRows(first.slice(0, 40).map(({ id }) => id));
      if (first.length === FIRST) this.#replace(await this.#fetchIds(where, LIST_LIMIT, loading.signal));
      this.#tell({ isLoading: false, isComplete: this.#ids.length < LIST_LIMIT, error: undefined });
    } catch (error) {
      if (!loading.signal.aborted) this.#tell({ isLoading: false, error: error as Error });
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
    }
  }

  /** These are about to be seen. */
  want(ids: readonly string[]): void {
    this.#wantRows(ids);
  }

  hear(event: FeedEvent): void {
    if (event.type === "refetch") {
      void this.load();
      return;
    }
    if (this.#loading !== undefined) {
      for (const change of event.changes) if (change.status !== undefined) this.#heard.set(change.id, change);
    }
    this.#take(event.changes);
  }

  #take(changes: Iterable<Change>): void {
    const nowMs = Date.now();
    const added: string[] = [];
    const removed = new Set<string>();
    let isChanged = false;
    for (const change of changes) {
      const row = this.#rows.get(change.id);
      const isMember = this.#createdMs.has(change.id);
      if (change.status === "removed") {
        if (isMember) removed.add(change.id);
        this.#rows.delete(change.id);
        continue;
      }
      if (change.status === undefined) {
        if (row !== undefined) this.#stale.add(change.id);
        continue;
      }
      // The feed does not tell deployment, caller and idempotency key.
      if (needsMore(this.#filter) && (!isMember || row === undefined)) {
        this.#loadSoon();
        continue;
      }
      const next = patched(row, change);
      if (matches(this.#filter, { ...next, createdAtMs: change.createdAtMs }, nowMs)) {
        this.#rows.set(change.id, next);
        this.#stale.add(change.id);
        if (!isMember) added.push(this.#enter(change));
        isChanged = true;
      } else if (isMember) {
        removed.add(change.id);
        this.#rows.delete(change.id);
      }
    }
    if (removed.size > 0) {
      for (const id of removed) this.#createdMs.delete(id);
      this.#ids = this.#ids.filter((id) => !removed.has(id));
    }
    if (added.length > 0) this.#insert(added);
    if (isChanged || removed.size > 0) this.#tell({});
    this.#fetchRowsSoon();
  }

  #loadSoon(): void {
    this.#loadTimer ??= window.setTimeout(() => {
      this.#loadTimer = undefined;
      void this.load();
    }, RELOAD_MS);
  }

  #enter(change: Change): string {
    this.#createdMs.set(change.id, change.createdAtMs);
    return change.id;
  }

  /** Nearly always they are the newest; the others find their place. */
  #insert(added: readonly string[]): void {
    const before = this.#before;
    const sorted = [...added].sort(before);
    const all: string[] = [];
    let at = 0;
    for (const id of sorted) {
      while (at < this.#ids.length && before(this.#ids[at] as string, id) <= 0) all.push(this.#ids[at++] as string);
      all.push(id);
    }
    this.#ids = at === 0 ? sorted.concat(this.#ids) : all.concat(this.#ids.slice(at));
    while (this.#ids.length > LIST_LIMIT) this.#createdMs.delete(this.#ids.pop() as string);
  }

  readonly #before = (a: string, b: string): number => {
    const order = (this.#createdMs.get(b) ?? 0) - (this.#createdMs.get(a) ?? 0);
    return this.#filter.isOldestFirst ? -order : order;
  };

  async #fetchIds(where: string, limit: number, signal: AbortSignal) {
    const order = this.#filter.isOldestFirst ? "ASC" : "DESC";
    return await sql<{ id: string; created_at: string }>(
      `SELECT id, created_at FROM sys_invocation ${where} ORDER BY created_at ${order} LIMIT ${limit}`,
      signal,
    );
  }

  #replace(members: readonly { id: string; created_at: string }[]): void {
    this.#createdMs.clear();
    for (const { id, created_at } of members) this.#createdMs.set(id, Date.parse(created_at));
    this.#ids = members.map(({ id }) => id);
    for (const id of this.#rows.keys()) if (!this.#createdMs.has(id)) this.#rows.delete(id);
    this.#tell({ isLoading: false });
    this.#take(this.#heard.values());
  }

  #wantRows(ids: readonly string[]): void {
    this.#wanted = ids;
    this.#fetchRowsSoon();
  }

  #fetchRowsSoon(): void {
    if (this.#isFetchingRows || this.#rowsTimer !== undefined || this.#isDisposed) return;
    const nowMs = performance.now();
    let isDue = false;
    let dueInMs = REFRESH_MS;
    for (const id of this.#wanted) {
      const waitMs = this.#dueInMs(id, nowMs);
      if (waitMs === undefined) continue;
      isDue = true;
      dueInMs = Math.min(dueInMs, waitMs);
    }
    if (!isDue) return;
    this.#rowsTimer = window.setTimeout(() => {
      this.#rowsTimer = undefined;
      void this.#fetchRows();
    }, dueInMs);
  }

  /** `undefined`: its row is there and fresh. */
  #dueInMs(id: string, nowMs: number): number | undefined {
    if (!this.#rows.has(id)) return 0;
    if (!this.#stale.has(id)) return undefined;
    return Math.max(0, (this.#freshAt.get(id) ?? 0) + REFRESH_MS - nowMs);
  }

  async #fetchRows(): Promise<void> {
    const nowMs = performance.now();
    const due = this.#wanted.filter((id) => this.#dueInMs(id, nowMs) === 0).slice(0, ROWS_AT_A_TIME);
    if (due.length > 0) {
      this.#isFetchingRows = true;
      for (const id of due) this.#stale.delete(id);
      try {
        const rows = await listedInvocations(due);
        const at = performance.now();
        for (const row of rows) {
          // What was heard while the query ran is newer than its answer.
          if (!this.#stale.has(row.id) || !this.#rows.has(row.id)) this.#rows.set(row.id, row);
        }
        for (const id of due) this.#freshAt.set(id, at);
        this.#tell({});
      } catch {
        // The list itself says that the server is away; the rows come with the next look.
        for (const id of due) this.#freshAt.set(id, performance.now());
      } finally {
        this.#isFetchingRows = false;
      }
    }
    this.#fetchRowsSoon();
  }

  /** Listeners hear of all that happens in one frame once. */
  #tell(change: Partial<ListView>): void {
    this.#view = { ...this.#view, ...change, ids: this.#ids, version: this.#view.version + 1 };
    if (this.#isTelling || this.#isDisposed) return;
    this.#isTelling = true;
    const tell = () => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(tell);
    else window.setTimeout(tell, 0);
  }
}
