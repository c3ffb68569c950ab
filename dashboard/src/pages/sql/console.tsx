import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { AdminError } from "../../api/admin.ts";
import { modKey } from "../../app/keyboard.ts";
import { useFeedState } from "../../live/use-live.ts";
import { Editor } from "../../ui/editor.tsx";
import type { Problem, Selected } from "../../ui/editor-props.ts";
import { plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Failure } from "../../ui/states.tsx";
import { duration, useNow } from "../../ui/time.ts";
import { Chart } from "./chart.tsx";
import { EXAMPLES, FIRST } from "./examples.ts";
import { csvOf, download, jsonOf } from "./export.ts";
import { HistoryDialog } from "./history-dialog.tsx";
import { placeText, spanOf } from "./place.ts";
import { ResultTable } from "./result-table.tsx";
import { tables } from "./tables.ts";
import { TablesDialog } from "./tables-dialog.tsx";
import { type Outcome, type Runner, useRun } from "./use-run.ts";

type View = "table" | "chart";

/** Servers and proxies refuse longer addresses. */
const LONGEST_IN_ADDRESS = 6000;

/** Asks the server by SQL. What has been run is in the address, so that it can be shared. */
export function SqlConsole() {
  const search = useSearch({ from: "/sql" });
  const navigate = useNavigate({ from: "/sql" });
  const [text, setText] = useState(search.query ?? FIRST);
  const [selected, setSelected] = useState<Selected>();
  const [view, setView] = useState<View>("table");
  const [dialog, setDialog] = useState<"history" | "tables">();
  const [problem, setProblem] = useState<Problem>();
  /** Where in the text the query that runs begins. */
  const ranFrom = useRef(0);
  const runner = useRun();
  const { outcome, startedAt } = runner;
  const known = useQuery({ queryKey: ["sql", "tables"], queryFn: ({ signal }) => tables(signal) });
  /** What of the address has been run already. */
  const addressed = useRef<string | undefined>(undefined);

  function start(part: Selected | undefined, whole: string): void {
    const query = part?.text ?? whole;
    if (query.trim() === "") return;
    ranFrom.current = part?.from ?? 0;
    setProblem(undefined);
    if (whole.length <= LONGEST_IN_ADDRESS && whole !== addressed.current) {
      addressed.current = whole;
      void navigate({ search: { query: whole } });
    }
    void runner.run(query);
  }

  function replaceAndRun(query: string): void {
    setDialog(undefined);
    setText(query);
    setSelected(undefined);
    start(undefined, query);
  }

  // An address that somebody has shared or gone back to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the address asks for it.
  useEffect(() => {
    const asked = search.query;
    if (asked === undefined || asked === addressed.current) return;
    addressed.current = asked;
    replaceAndRun(asked);
  }, [search.query]);

  useEffect(() => {
    if (outcome.kind !== "failed") return;
    const span = spanOf(outcome.query, outcome.error.message);
    if (span === undefined) return;
    const at = ranFrom.current;
    setProblem({ from: span.from + at, to: span.to + at, message: outcome.error.message });
  }, [outcome]);

  // A query only reads: what found no server is asked again when there is one.
  const feed = useFeedState();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the server's return asks for it.
  useEffect(() => {
    const isLost = outcome.kind === "failed" && outcome.error instanceof AdminError && outcome.error.status === 0;
    if (feed === "live" && isLost) void runner.run(outcome.query);
  }, [feed]);

  const rows = outcome.kind === "rows" ? outcome : undefined;
  const hasRows = rows !== undefined && rows.rows.length > 0;
  return (
    <Page title="SQL" isFull>
      <section className="sql-ask" aria-label="Query">
        <Editor
          label="SQL"
          language="sql"
          value={text}
          onChange={(next) => {
            setText(next);
            setProblem(undefined);
          }}
          onSelect={setSelected}
          onRun={(part) => start(part, text)}
          tables={known.data}
          problem={problem}
        />
        <div className="sql-tools">
          {startedAt === undefined ? (
            <button
              type="button"
              className="button primary"
              disabled={text.trim() === ""}
              onClick={() => start(selected, text)}
              title={`${modKey} Enter`}
            >
              <Icon name="play" size={14} /> {selected === undefined ? "Run" : "Run what is selected"}
            </button>
          ) : (
            <button type="button" className="button" onClick={runner.cancel}>
              <Icon name="cancel" size={14} /> Cancel
            </button>
          )}
          <Menu
            trigger={
              <button type="button" className="button">
                Examples <Icon name="down" size={13} />
              </button>
            }
          >
            {EXAMPLES.map(({ title, query }) => (
              <MenuItem key={title} onSelect={() => replaceAndRun(query)}>
                {title}
              </MenuItem>
            ))}
          </Menu>
          <button type="button" className="button" onClick={() => setDialog("history")}>
            <Icon name="clock" size={14} /> History
          </button>
          <button type="button" className="button" onClick={() => setDialog("tables")}>
            <Icon name="columns" size={14} /> Tables
          </button>
          <Standing runner={runner} />
          <span className="sql-views">
            <fieldset className="segmented">
              <legend className="visually-hidden">How to show the answer</legend>
              {(["table", "chart"] as const).map((one) => (
                <button key={one} type="button" aria-pressed={one === view} onClick={() => setView(one)}>
                  {one === "table" ? "Table" : "Chart"}
                </button>
              ))}
            </fieldset>
            <ExportMenu rows={hasRows ? rows : undefined} />
          </span>
        </div>
      </section>
      <Answer outcome={outcome} isRunning={startedAt !== undefined} view={view} problem={problem} text={text} />
      {dialog === "history" && <HistoryDialog onClose={() => setDialog(undefined)} onRun={replaceAndRun} />}
      {dialog === "tables" && (
        <TablesDialog
          tables={known.data}
          error={known.error}
          onRetry={() => void known.refetch()}
          onClose={() => setDialog(undefined)}
          onRun={replaceAndRun}
        />
      )}
    </Page>
  );
}

/** Time and number of rows; while it runs, since when. */
function Standing({ runner: { outcome, startedAt } }: { readonly runner: Runner }) {
  return (
    <span className="sql-standing muted num" role="status">
      {startedAt !== undefined ? (
        <Running startedAt={startedAt} />
      ) : outcome.kind === "rows" ? (
        `${plural(outcome.rows.length, "row")} in ${duration(outcome.tookMs)}`
      ) : outcome.kind === "cancelled" ? (
        `Cancelled after ${duration(outcome.tookMs)}`
      ) : outcome.kind === "failed" ? (
        `Failed after ${duration(outcome.tookMs)}`
      ) : (
        ""
      )}
    </span>
  );
}

function Running({ startedAt }: { readonly startedAt: number }) {
  useNow();
  const seconds = Math.floor((performance.now() - startedAt) / 1000);
  return (
    <>
      <span className="spinner" aria-hidden="true" /> Running{seconds > 0 && ` for ${seconds} s`}
    </>
  );
}

function ExportMenu({ rows: answer }: { readonly rows: (Outcome & { kind: "rows" }) | undefined }) {
  const save = (kind: "csv" | "json") => {
    if (answer === undefined) return;
    const { rows, columns } = answer;
    const name = `restate-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.${kind}`;
    if (kind === "csv") download(name, "text/csv;charset=utf-8", csvOf(columns, rows));
    else download(name, "application/json", jsonOf(columns, rows));
  };
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="button" disabled={answer === undefined}>
          <Icon name="download" size={14} /> Export <Icon name="down" size={13} />
        </button>
      }
    >
      <MenuItem onSelect={() => save("csv")}>As CSV</MenuItem>
      <MenuItem onSelect={() => save("json")}>As JSON</MenuItem>
    </Menu>
  );
}

interface AnswerProps {
  readonly outcome: Outcome;
  readonly isRunning: boolean;
  readonly view: View;
  readonly problem: Problem | undefined;
  readonly text: string;
}

function Answer({ outcome, isRunning, view, problem, text }: AnswerProps) {
  const place = useMemo(() => (problem === undefined ? undefined : placeText(text, problem)), [problem, text]);
  switch (outcome.kind) {
    case "none":
      return isRunning ? null : (
        <Empty icon="sql" title="Nothing has been asked yet">
          <p>
            Write a query, or choose one under Examples, and run it with <kbd>{modKey}</kbd> <kbd>Enter</kbd>. With a
            selection, only that is run. Queries only read.
          </p>
        </Empty>
      );
    case "failed":
      return (
        <div>
          {place !== undefined && <p className="sql-place muted">At {place}: it is marked in the query.</p>}
          <Failure error={outcome.error} />
        </div>
      );
    case "cancelled":
      return (
        <Empty icon="cancel" title="The query has been cancelled">
          <p>Narrow it down with WHERE or add a LIMIT, and run it again.</p>
        </Empty>
      );
    case "rows": {
      const { rows, columns } = outcome;
      if (rows.length === 0) {
        return (
          <Empty icon="search" title="No row">
            <p>The query is fine, and nothing fits it.</p>
          </Empty>
        );
      }
      return view === "table" ? <ResultTable rows={rows} columns={columns} /> : <Chart rows={rows} columns={columns} />;
    }
  }
}
