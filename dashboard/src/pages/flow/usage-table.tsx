import { Link } from "@tanstack/react-router";
import { useLive } from "../../live/use-live.ts";
import { count } from "../../ui/format.ts";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { SHOWN, type Usage, usages } from "./queues.ts";

/** How full each scope and each limit key is, while something of it runs or waits. */
export function UsageTable({ text }: { readonly text: string }) {
  const { data, error, refetch } = useLive({
    key: ["flow", "usage", text],
    fetch: (signal) => usages(text, signal),
    on: ({ status }) => status !== undefined,
    onRegistry: true,
    everyMs: 400,
  });
  if (data === undefined) {
    return <Unloaded what="usage" error={error} retry={refetch} />;
  }
  if (data.length === 0) {
    return text === "" ? (
      <p className="muted">No invocation with a scope runs or waits.</p>
    ) : (
      <Empty icon="filter" title="No scope or limit key has this in its name" />
    );
  }
  return (
    <div className="table-scroll">
      <table className="table flow-table">
        <thead>
          <tr>
            <th>Scope</th>
            <th>Limit key</th>
            <th>Counts</th>
            <th className="right">Wait for room</th>
            <th>Rule</th>
          </tr>
        </thead>
        <tbody>
          {data.map((one) => (
            <UsageRow key={[one.scope, one.l1, one.l2].join("/")} usage={one} />
          ))}
        </tbody>
      </table>
      {data.length === SHOWN && <p className="muted pad">The first {SHOWN}; search to see others.</p>}
    </div>
  );
}

function UsageRow({ usage: one }: { readonly usage: Usage }) {
  const { scope, l1, l2, usage, concurrency_limit: limit, rule_pattern: rule, num_waiters: waiters } = one;
  const key = [l1, l2].filter((part) => part !== undefined).join("/");
  return (
    <tr data-usage={[scope, l1, l2].filter((part) => part !== undefined).join("/")}>
      <td>
        <Link to="/invocations" search={{ scope }}>
          <code>{scope}</code>
        </Link>
      </td>
      <td>{key === "" ? <span className="none">all</span> : <code>{key}</code>}</td>
      <td>
        <span className="usage" data-full={(limit !== undefined && usage >= limit) || undefined}>
          <span className="num">{limit === undefined ? count(usage) : `${count(usage)} of ${count(limit)}`}</span>
          {limit !== undefined && (
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.min(100, (usage / limit) * 100)} height="8" />
            </svg>
          )}
        </span>
      </td>
      <td className="right num">
        {waiters === 0 ? (
          <span className="none">0</span>
        ) : (
          <span className="count" data-tone="trouble">
            {count(waiters)}
          </span>
        )}
      </td>
      <td>{rule === undefined ? <span className="none">no limit</span> : <code>{rule}</code>}</td>
    </tr>
  );
}
