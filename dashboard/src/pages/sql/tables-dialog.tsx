import { useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import type { Tables } from "../../ui/sql-columns.ts";
import { Failure, Loading } from "../../ui/states.tsx";

interface TablesDialogProps {
  readonly tables: Tables | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
  readonly onClose: () => void;
  readonly onRun: (query: string) => void;
}

/** What there is to ask for. */
export function TablesDialog({ tables, error, onRetry, onClose, onRun }: TablesDialogProps) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = Object.entries(tables ?? {}).filter(
    ([table, columns]) => table.includes(wanted) || columns.some((column) => column.includes(wanted)),
  );
  return (
    <Dialog isOpen onClose={onClose} title="Tables" size="wide">
      {tables === undefined ? (
        error === null ? (
          <Loading what="tables" />
        ) : (
          <Failure error={error} onRetry={onRetry} />
        )
      ) : (
        <>
          <div className="section-head">
            <SearchField label="Search tables and columns" value={text} onChange={setText} />
          </div>
          {found.length === 0 && <p className="muted">No table or column of that name.</p>}
          <ul className="sql-tables">
            {found.map(([table, columns]) => (
              <li key={table}>
                <div className="section-head">
                  <h3>
                    <code>{table}</code>
                  </h3>
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={`Look into ${table}`}
                    onClick={() => onRun(`SELECT *\nFROM ${table}\nLIMIT 100`)}
                  >
                    Look into
                  </button>
                </div>
                <p>
                  {columns.map((column) => (
                    <code key={column} data-found={(wanted !== "" && column.includes(wanted)) || undefined}>
                      {column}
                    </code>
                  ))}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
