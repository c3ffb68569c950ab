import { useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { QueueTable } from "./queue-table.tsx";
import type { QueueFilter } from "./queues.ts";
import { RuleDialog } from "./rule-dialogs.tsx";
import { Rules } from "./rules-table.tsx";
import { UsageTable } from "./usage-table.tsx";

const FILTERS: Readonly<Record<QueueFilter, string>> = { waiting: "Waiting or paused", active: "All unfinished" };

/** How many invocations run at a time: rules, how full each scope is, and who waits. */
export function FlowControl() {
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<QueueFilter>("waiting");
  const [isMaking, setIsMaking] = useState(false);
  const wanted = text.trim();
  return (
    <Page
      title="Flow control"
      tools={
        <>
          <SearchField label="Scope, limit key or service" value={text} onChange={setText} />
          <button type="button" className="button primary" onClick={() => setIsMaking(true)}>
            <Icon name="plus" size={14} /> New rule
          </button>
        </>
      }
    >
      <section className="card" aria-label="Rules">
        <h2>Rules</h2>
        <Rules onNew={() => setIsMaking(true)} />
      </section>
      <section className="card" aria-label="Usage">
        <h2>Usage</h2>
        <UsageTable text={wanted} />
      </section>
      <section className="card" aria-label="Queues">
        <header className="section-head">
          <h2>Queues</h2>
          <fieldset className="segmented small">
            <legend className="visually-hidden">Which queues</legend>
            {(Object.keys(FILTERS) as QueueFilter[]).map((one) => (
              <button key={one} type="button" aria-pressed={one === filter} onClick={() => setFilter(one)}>
                {FILTERS[one]}
              </button>
            ))}
          </fieldset>
        </header>
        <QueueTable filter={filter} text={wanted} />
      </section>
      {isMaking && <RuleDialog rule={undefined} onClose={() => setIsMaking(false)} />}
    </Page>
  );
}
