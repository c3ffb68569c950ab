import { useCallback, useEffect, useRef, useState } from "react";
import { sqlAnswer } from "../../api/sql.ts";
import { parseJson } from "../../ui/exact-json.ts";
import { remember } from "./history.ts";
import { type Column, columnsOf, type Row } from "./results.ts";

/** What has become of the last query. */
export type Outcome =
  | { readonly kind: "none" }
  | {
      readonly kind: "rows";
      readonly rows: readonly Row[];
      readonly columns: readonly Column[];
      readonly tookMs: number;
    }
  | { readonly kind: "failed"; readonly query: string; readonly error: Error; readonly tookMs: number }
  | { readonly kind: "cancelled"; readonly tookMs: number };

export interface Runner {
  readonly outcome: Outcome;
  /** `performance.now()` of the start, while one runs. */
  readonly startedAt: number | undefined;
  run(query: string): Promise<void>;
  cancel(): void;
}

/** Runs one query at a time: another one ends it, and so does leaving the page. */
export function useRun(): Runner {
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });
  const [startedAt, setStartedAt] = useState<number>();
  const running = useRef<AbortController | undefined>(undefined);

  const run = useCallback(async (query: string) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const from = performance.now();
    const took = () => performance.now() - from;
    setStartedAt(from);
    try {
      const { rows, columns } = await sqlAnswer<Row>(query, parseJson, controller.signal);
      if (running.current !== controller) return;
      const tookMs = took();
      setOutcome({ kind: "rows", rows, columns: columnsOf(columns, rows), tookMs });
      remember({ query, atMs: Date.now(), tookMs, rows: rows.length });
    } catch (error) {
      if (running.current !== controller) return;
      if (controller.signal.aborted) {
        setOutcome({ kind: "cancelled", tookMs: took() });
      } else {
        setOutcome({ kind: "failed", query, error: error as Error, tookMs: took() });
        remember({ query, atMs: Date.now(), tookMs: took() });
      }
    }
    running.current = undefined;
    setStartedAt(undefined);
  }, []);

  useEffect(
    () => () => {
      const last = running.current;
      running.current = undefined;
      last?.abort();
    },
    [],
  );
  return { outcome, startedAt, run, cancel: useCallback(() => running.current?.abort(), []) };
}
