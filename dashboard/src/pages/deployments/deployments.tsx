import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Deployment, deployments, services } from "../../api/registry.ts";
import { useLive } from "../../live/use-live.ts";
import { Icon } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { RegisterDialog, RemoveDialog, UpdateDialog } from "./dialogs.tsx";
import { DeploymentRow } from "./row.tsx";
import { failing, pins, standingOf } from "./standing.ts";

type Shown = { readonly kind: "register" } | { readonly kind: "update" | "remove"; readonly deployment: Deployment };

export function Deployments() {
  const [dialog, setDialog] = useState<Shown>();
  const { id: opened } = useSearch({ from: "/deployments" });
  const navigate = useNavigate();
  const deployed = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const pinned = useLive({ key: ["pinned"], fetch: pins, on: ({ status }) => status !== undefined, everyMs: 1000 });
  const stuck = useLive({ key: ["failing"], fetch: failing, on: ({ status }) => status !== undefined, everyMs: 1000 });
  const { data } = deployed;
  const failed = [deployed, served].find(({ error }) => error !== null);
  const known = { deployments: data ?? [], services: served.data ?? [] };
  const of = (id: string) => standingOf(id, known.services, pinned.data ?? []);
  const close = () => setDialog(undefined);
  return (
    <Page
      title="Deployments"
      tools={
        <button type="button" className="button primary" onClick={() => setDialog({ kind: "register" })}>
          <Icon name="plus" size={14} /> Register
        </button>
      }
    >
      {data === undefined || served.data === undefined ? (
        failed?.error ? (
          <Failure error={failed.error} onRetry={() => void failed.refetch()} />
        ) : (
          <Loading what="deployments" />
        )
      ) : data.length === 0 ? (
        <Empty icon="deployments" title="Nothing is registered yet">
          <p>
            A deployment is the address of your services, such as <code>http://localhost:9080</code>. Start them, then
            register it: the server asks there which services it has.
          </p>
        </Empty>
      ) : (
        <div className="card table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th>Address</th>
                <th>State</th>
                <th>Services</th>
                <th className="right">Pinned</th>
                <th>Health</th>
                <th>Protocol, SDK</th>
                <th className="right">Registered</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            {[...data]
              .sort((a, b) => b.created_at.localeCompare(a.created_at))
              .map((deployment) => (
                <DeploymentRow
                  key={deployment.id}
                  {...{ deployment, services: known.services, pins: pinned.data ?? [], of: of(deployment.id) }}
                  failing={
                    stuck.data === undefined
                      ? undefined
                      : (stuck.data.find((one) => one.deployment === deployment.id)?.n ?? 0)
                  }
                  isOpen={opened === deployment.id}
                  onToggle={() =>
                    void navigate({
                      to: "/deployments",
                      search: opened === deployment.id ? {} : { id: deployment.id },
                      replace: true,
                    })
                  }
                  onUpdate={() => setDialog({ kind: "update", deployment })}
                  onRemove={() => setDialog({ kind: "remove", deployment })}
                />
              ))}
          </table>
        </div>
      )}
      {dialog?.kind === "register" && <RegisterDialog {...known} onClose={close} />}
      {dialog?.kind === "update" && (
        <UpdateDialog deployment={dialog.deployment} pinned={of(dialog.deployment.id).pinned} onClose={close} />
      )}
      {dialog?.kind === "remove" && (
        <RemoveDialog {...known} deployment={dialog.deployment} of={of(dialog.deployment.id)} onClose={close} />
      )}
    </Page>
  );
}
