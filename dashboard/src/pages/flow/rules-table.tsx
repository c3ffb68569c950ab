import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLive } from "../../live/use-live.ts";
import { count } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Empty, Unloaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { toast } from "../../ui/toasts.tsx";
import { ConfirmDialog, type Question, RuleDialog } from "./rule-dialogs.tsx";
import { coverage, putRule, type Rule, rules } from "./rules.ts";

type Open = { readonly kind: "edit"; readonly rule: Rule } | { readonly kind: Question; readonly rule: Rule };

/** The rules, and what can be done to each. */
export function Rules({ onNew }: { readonly onNew: () => void }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const { data, error, refetch } = useLive({
    key: ["flow", "rules"],
    fetch: rules,
    onRegistry: true,
  });

  async function enable(rule: Rule): Promise<void> {
    try {
      await putRule({ ...rule, disabled: false }, { type: "matches", version: rule.version });
      toast("good", `Rule ${rule.pattern} enabled`);
    } catch (refused) {
      toast("bad", (refused as Error).message);
    }
    await client.invalidateQueries({ queryKey: ["flow"] });
  }

  if (data === undefined) {
    return <Unloaded what="rules" error={error} retry={refetch} />;
  }
  if (data.length === 0) {
    return (
      <Empty icon="flow" title="Nothing is limited">
        <p>
          A rule says how many invocations of a scope or a limit key run at a time. Calls name both:{" "}
          <code>/restate/scope/acme/call/…?limit-key=team</code>, or <code>ctx.scope("acme")</code> in a handler.
        </p>
        <button type="button" className="button" onClick={onNew}>
          <Icon name="plus" size={14} /> Make the first rule
        </button>
      </Empty>
    );
  }
  const close = () => setOpen(undefined);
  return (
    <>
      <div className="table-scroll">
        <table className="table flow-table">
          <thead>
            <tr>
              <th>Pattern</th>
              <th className="right">At a time</th>
              <th>Limits</th>
              <th>State</th>
              <th>Description</th>
              <th className="right">Changed</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((rule) => (
              <tr key={rule.pattern} data-rule={rule.pattern}>
                <td>
                  <code className="strong">{rule.pattern}</code>
                </td>
                <td className="right num">
                  {rule.concurrency === undefined ? <span className="muted">no limit</span> : count(rule.concurrency)}
                </td>
                <td className="muted">{coverage(rule.pattern)}</td>
                <td>
                  <span className="health" data-tone={rule.disabled ? "idle" : "good"}>
                    {rule.disabled ? "Disabled" : "Enabled"}
                  </span>
                </td>
                <td className="flow-description">{rule.description ?? <span className="none">–</span>}</td>
                <td className="right">
                  <Ago at={rule.last_modified} />
                </td>
                <td className="right">
                  <RuleActions
                    rule={rule}
                    onEnable={() => void enable(rule)}
                    onOpen={(kind) => setOpen({ kind, rule })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open?.kind === "edit" && <RuleDialog rule={open.rule} onClose={close} />}
      {open !== undefined && open.kind !== "edit" && (
        <ConfirmDialog rule={open.rule} question={open.kind} onClose={close} />
      )}
    </>
  );
}

function RuleActions(props: {
  readonly rule: Rule;
  readonly onEnable: () => void;
  readonly onOpen: (kind: Open["kind"]) => void;
}) {
  const { rule, onEnable, onOpen } = props;
  const named = (verb: string) => ({ "aria-label": `${verb} ${rule.pattern}` });
  return (
    <>
      <button type="button" className="button quiet" {...named("Edit")} onClick={() => onOpen("edit")}>
        Edit
      </button>
      {rule.disabled ? (
        <button type="button" className="button quiet" {...named("Enable")} onClick={onEnable}>
          Enable
        </button>
      ) : (
        <button type="button" className="button quiet" {...named("Disable")} onClick={() => onOpen("disable")}>
          Disable
        </button>
      )}
      <button
        type="button"
        className="button quiet"
        data-destructive
        {...named("Delete")}
        onClick={() => onOpen("delete")}
      >
        Delete
      </button>
    </>
  );
}
