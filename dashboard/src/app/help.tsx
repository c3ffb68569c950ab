import { STATUSES } from "../api/invocation.ts";
import { Dialog } from "../ui/dialog.tsx";
import { STATUS_MEANINGS, StatusBadge } from "../ui/status.tsx";
import { modKey } from "./keyboard.ts";
import { NAVIGATION } from "./pages.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Search on this page"],
  [`${modKey} K`, "Go anywhere, do anything"],
  ...NAVIGATION.map(({ key, label }) => [`g ${key}`, `Go to ${label}`] as const),
  ["j  k", "Next or previous row"],
  ["x", "Select the row"],
  ["Enter", "Open the row"],
  [`${modKey} Enter`, "Run the query, in SQL"],
  ["Esc", "Close, or clear the selection"],
  ["?", "This help"],
];

export function Help({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Keys and statuses" size="wide">
      <div className="help">
        <section>
          <h3>Keyboard</h3>
          <dl className="keys">
            {KEYS.map(([keys, meaning]) => (
              <div key={keys}>
                <dt>
                  {keys.split(/ +/).map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>What an invocation can be</h3>
          <dl className="keys">
            {STATUSES.map((status) => (
              <div key={status}>
                <dt>
                  <StatusBadge status={status} />
                </dt>
                <dd>{STATUS_MEANINGS[status]}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
