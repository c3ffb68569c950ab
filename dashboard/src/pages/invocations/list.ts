import { type ListedInvocation, listedInvocations } from "../../api/invocation.ts";
import { sql } from "../../api/sql.ts";
import type { Change, FeedEvent } from "../../live/messages.ts";
import type { Ids } from "../../ui/grid.tsx";
import { conditionOf, type Filter, matches, mayMove, needsMore } from "./filter.ts";
import { type Member, Members } from "./members.ts";
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
/** Two fetches of rows are so far apart, for whoever scrolls past more of them than can be read. */
const FETCH_MS = 80;
/** A list that keeps changing is shown anew no more often than this. */
const TELL_MS = 100;
/** Rows that have been seen and may be seen again. */
const ROWS_KEPT = 2000;

export interface ListView {
  /** In the order of the list. */
  readonly ids: Ids;
  /** New ones that are not shown yet: see {@link InvocationList.hold}. */
  readonly held: number;
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
  readonly #members: Members;
  readonly #freshAt = new Map<string, number>();
  readonly #stale = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #view: ListView;
  /** What {@link view} becomes when listeners hear of it: until then they act on what they see. */
  #next: Pick<ListView, "isComplete" | "isLoading" | "error"> = {
    isComplete: false,
    isLoading: true,
    error: undefined,
  };
  /** The time of creation of the newest one that is shown. */
  #shownMs: number | undefined;
  /** The time of creation after which new ones are held back. */
  #holdMs: number | undefined;
  #loading: AbortController | undefined;
  /** What is heard while the list is fetched, by id: the answer may be older, and is brought up to date with it. */
  #heard = new Map<string, Change>();
  #wanted: readonly string[] = [];
  #isFetchingRows = false;
  #fetchedAt = 0;
  #rowsTimer: number | undefined;
  #loadTimer: number | undefined;
  #isTelling = false;
  #toldAt = 0;
  #isDisposed = false;

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#members = new Members(LIST_LIMIT, filter.isOldestFirst);
    this.#view = { ...this.#next, ids: this.#members.view(), held: 0, version: 0 };
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

  /** From now on new ones are counted, not shown, so that nothing moves away under who looks further down. */
  hold(): void {
    if (!this.#filter.isOldestFirst) this.#holdMs ??= this.#shownMs;
  }

  /** Shows what was held back, at once: whoever holds again right after it has seen it. */
  release(): void {
    if (this.#holdMs === undefined) return;
    this.#holdMs = undefined;
    if (this.#view.held > 0) this.#show();
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
    const isFirst = this.#members.size === 0;
    if (isFirst) this.#tell({ isLoading: true, error: undefined });
    try {
      const where = conditionOf(this.#filter, Date.now());
      const first = await this.#fetchIds(where, FIRST, loading.signal);
      if (first.length < FIRST || isFirst) this.#replace(first);
      for (const id of this.#rows.keys()) this.#stale.add(id);
      this.#wantRows(first.slice(0, 40).map(({ id }) => id));
      if (first.length === FIRST) this.#replace(await this.#fetchIds(where, LIST_LIMIT, loading.signal));
      this.#tell({ isLoading: false, isComplete: this.#members.size < LIST_LIMIT, error: undefined });
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
    const removed = new Set<string>();
    let isChanged = false;
    for (const change of changes) {
      const row = this.#rows.get(change.id);
      const isMember = this.#members.has(change.id);
      if (change.status === "removed") {
        if (isMember) removed.add(change.id);
        this.#rows.delete(change.id);
        continue;
      }
      if (change.status === undefined) {
        if (row !== undefined) this.#stale.add(change.id);
        if (mayMove(this.#filter, change, isMember, nowMs)) this.#loadSoon();
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
        if (!isMember) this.#members.add(change);
        isChanged = true;
      } else if (isMember) {
        removed.add(change.id);
        this.#rows.delete(change.id);
      }
    }
    if (removed.size > 0) this.#members.remove(removed);
    if (isChanged || removed.size > 0) this.#tell({});
    this.#forget();
    this.#fetchRowsSoon();
  }

  #loadSoon(): void {
    this.#loadTimer ??= window.setTimeout(() => {
      this.#loadTimer = undefined;
      void this.load();
    }, RELOAD_MS);
  }

  async #fetchIds(where: string, limit: number, signal: AbortSignal) {
    const order = this.#filter.isOldestFirst ? "ASC" : "DESC";
    const rows = await sql<{ id: string; created_at: string }>(
      `SELECT id, created_at FROM sys_invocation ${where} ORDER BY created_at ${order} LIMIT ${limit}`,
      signal,
    );
    return rows.map(({ id, created_at }): Member => ({ id, createdAtMs: Date.parse(created_at) }));
  }

  #replace(members: readonly Member[]): void {
    this.#members.replace(members);
    for (const id of this.#rows.keys()) if (!this.#members.has(id)) this.#rows.delete(id);
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
    let dueInMs = Number.POSITIVE_INFINITY;
    for (const id of this.#wanted) {
      const waitMs = this.#dueInMs(id, nowMs);
      if (waitMs === undefined) continue;
      isDue = true;
      dueInMs = Math.min(dueInMs, waitMs);
    }
    if (!isDue) return;
    this.#rowsTimer = window.setTimeout(
      () => {
        this.#rowsTimer = undefined;
        void this.#fetchRows();
      },
      Math.max(dueInMs, this.#fetchedAt + FETCH_MS - nowMs),
    );
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
      this.#fetchedAt = nowMs;
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
      this.#forget();
    }
    this.#fetchRowsSoon();
  }

  #forget(): void {
    if (this.#rows.size <= ROWS_KEPT) return;
    const wanted = new Set(this.#wanted);
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= ROWS_KEPT / 2) return;
      if (wanted.has(id)) continue;
      for (const known of [this.#rows, this.#freshAt, this.#stale]) known.delete(id);
    }
  }

  /** Listeners hear of all that happens in one frame once, and not in each frame. */
  #tell(change: Partial<ListView>): void {
    this.#next = { ...this.#next, ...change };
    if (this.#isTelling || this.#isDisposed) return;
    this.#isTelling = true;
    const tell = () => {
      this.#isTelling = false;
      this.#show();
    };
    const waitMs = this.#toldAt + TELL_MS - performance.now();
    if (waitMs > 0 || document.visibilityState !== "visible") window.setTimeout(tell, Math.max(0, waitMs));
    else requestAnimationFrame(tell);
  }

  #show(): void {
    const members = this.#members;
    let held = this.#holdMs === undefined ? 0 : members.countAfter(this.#holdMs);
    // Nothing is left of what was looked at.
    if (held === members.size) held = 0;
    if (held === 0) this.#shownMs = members.newestMs;
    this.#view = { ...this.#next, ids: members.view(held), held, version: this.#view.version + 1 };
    this.#toldAt = performance.now();
    for (const listener of this.#listeners) listener();
  }
}
