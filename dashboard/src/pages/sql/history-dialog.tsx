import { useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { SearchField } from "../../ui/search-field.tsx";
import { duration } from "../../ui/time.ts";
import { Ago } from "../../ui/time-view.tsx";
import { forgetAll, matching, storedHistory } from "./history.ts";

/** What has been run in this browser, to be run again. */
export function HistoryDialog(props: { readonly onClose: () => void; readonly onRun: (query: string) => void }) {
  const [history, setHistory] = useState(storedHistory);
  const [text, setText] = useState("");
  const found = matching(history, text);
  return (
    <Dialog isOpen onClose={props.onClose} title="History" size="wide">
      {history.length === 0 ? (
        <p className="muted">Nothing yet: queries that you run are kept here, in this browser.</p>
      ) : (
        <>
          <div className="section-head">
            <SearchField label="Search the history" value={text} onChange={setText} />
            <button
              type="button"
              className="button quiet"
              onClick={() => {
                forgetAll();
                setHistory([]);
              }}
            >
              Forget all
            </button>
          </div>
          {found.length === 0 && <p className="muted">No query has these words in it.</p>}
          <ul className="sql-history">
            {found.map(({ query, atMs, tookMs, rows }) => (
              <li key={query}>
                <button type="button" onClick={() => props.onRun(query)} title="Run it again">
                  <code>{query}</code>
                  <span className="muted num">
                    <Ago at={atMs} /> · {rows === undefined ? "failed" : plural(rows, "row")} in {duration(tookMs)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
