import { type QueryClient, type QueryKey, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { type FeedState, feed } from "./feed.ts";
import type { Change, FeedEvent, StateChange } from "./messages.ts";

export function useFeedState(): FeedState {
  return useSyncExternalStore(feed.onState, () => feed.state);
}

/** Calls `listener` with what the feed says, while the component is there. */
export function useFeed(listener: (event: FeedEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => feed.listen((event) => latest.current(event)), []);
}

/** What could not be fetched while the server was away is fetched when it is back, whether or not the feed goes on. */
export function retryWhenLive(client: QueryClient): void {
  feed.onState(() => {
    if (feed.state !== "live") return;
    void client.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
  });
}

export interface LiveOptions<T> {
  readonly key: QueryKey;
  readonly fetch: (signal: AbortSignal) => Promise<T>;
  /** Which changes of invocations make the answer, if there is one, old. */
  readonly on?: (change: Change, answer: T | undefined) => boolean;
  /** Which changes of state over the admin API do. */
  readonly onState?: (change: StateChange) => boolean;
  /** Whether changes of deployments and services do. */
  readonly onRegistry?: boolean;
  /** The least time between two fetches. A slow answer is asked for less often, so that the server stays free. */
  readonly everyMs?: number;
  readonly enabled?: boolean;
}

/** A share of the server's time that one query of one page may take. */
const SHARE = 0.15;
/** However slow the answers are, the page is not silent for longer. */
const LONGEST_PAUSE_MS = 10_000;

/** An answer of the server that is fetched again when the feed says that it is old. */
export function useLive<T>(options: LiveOptions<T>): UseQueryResult<T, Error> {
  const { key, fetch, on, onState, onRegistry = false, everyMs = 100, enabled = true } = options;
  const client = useQueryClient();
  const timer = useRef<number | undefined>(undefined);
  /** What came while a fetch was under way may not be in its answer. */
  const isOldAgain = useRef(false);
  /** How long the last two fetches took: a single slow one may have waited for the query process to start. */
  const tookMs = useRef<readonly [number, number]>([0, 0]);
  const endedAt = useRef(0);
  const latestKey = useRef(key);
  latestKey.current = key;
  const query = useQuery<T, Error>({
    queryKey: key,
    enabled,
    // While nothing on the page shows it, nobody hears for it: who comes back to it sees it, and it is fetched anew.
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const startedAt = performance.now();
      try {
        return await fetch(signal);
      } finally {
        endedAt.current = performance.now();
        tookMs.current = [tookMs.current[1], endedAt.current - startedAt];
      }
    },
  });
  const isFetching = () => client.isFetching({ queryKey: latestKey.current, exact: true }) > 0;
  /** @param isAnew the server was away, and with it perhaps the answer to the fetch that is under way */
  const fetchAfter = (delayMs: number, isAnew = false) => {
    timer.current = window.setTimeout(() => {
      timer.current = undefined;
      // One that is under way is not given up: on a busy server none would ever come to its end.
      if (!isAnew && isFetching()) isOldAgain.current = true;
      // By now the component may show another answer than when it heard of the change.
      else void client.invalidateQueries({ queryKey: latestKey.current, exact: true });
    }, delayMs);
  };
  const pauseMs = () => {
    const earliest =
      endedAt.current + Math.max(everyMs, Math.min(Math.min(...tookMs.current) / SHARE, LONGEST_PAUSE_MS));
    return Math.max(0, earliest - performance.now());
  };
  useFeed((event) => {
    const isOld =
      event.type === "refetch" ||
      (onRegistry && event.registry) ||
      (onState !== undefined && (event.states?.some(onState) ?? false)) ||
      (on !== undefined && event.changes.some((change) => on(change, query.data)));
    if (!isOld || timer.current !== undefined || !enabled) return;
    if (event.type === "refetch") fetchAfter(0, true);
    else fetchAfter(pauseMs());
  });
  const { fetchStatus } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of a fetch is what it is about
  useEffect(() => {
    if (fetchStatus === "fetching" || !isOldAgain.current) return;
    isOldAgain.current = false;
    if (timer.current === undefined) fetchAfter(pauseMs());
  }, [fetchStatus]);
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return query;
}
