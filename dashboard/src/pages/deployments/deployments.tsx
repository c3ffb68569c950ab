import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { admin } from "../../api/admin.ts";
import { addressOf, type Deployment, deployments, services } from "../../api/registry.ts";
import { sql } from "../../api/sql.ts";
import { useLive } from "../../live/use-live.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { count, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { Ago } from "../../ui/time-view.tsx";
import { toast } from "../../ui/toasts.tsx";

interface Pinned {
  readonly deployment: string;
  readonly n: number;
}

/** Unfinished invocations by the deployment that they have to go on with. */
const pinned = (signal: AbortSignal): Promise<Pinned[]> =>
  sql(
    "SELECT pinned_deployment_id AS deployment, count(*) AS n FROM sys_invocation WHERE status != 'completed' AND pinned_deployment_id IS NOT NULL GROUP BY 1",
    signal,
  );

export function Deployments() {
  const [dialog, setDialog] = useState<"register" | Deployment>();
  const { data, error, refetch } = useLive({ key: ["deployments"], fetch: deployments, onRegistry: true });
  const served = useLive({ key: ["services"], fetch: services, onRegistry: true });
  const pins = useLive({ key: ["pinned"], fetch: pinned, on: ({ status }) => status !== undefined, everyMs: 1000 });
  const pinnedTo = (id: string): number => pins.data?.find(({ deployment }) => deployment === id)?.n ?? 0;
  return (
    <Page
      title="Deployments"
      tools={
        <button type="button" className="button primary" onClick={() => setDialog("register")}>
          <Icon name="plus" size={14} /> Register
        </button>
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading what="deployments" />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <Empty icon="deployments" title="Nothing is registered yet">
          <p>A deployment is the address of your services. Start them, then register it.</p>
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
                <th>Protocol</th>
                <th>SDK</th>
                <th className="right">Registered</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((one) => {
                const current = served.data?.filter(({ deployment_id }) => deployment_id === one.id) ?? [];
                const n = pinnedTo(one.id);
                return (
                  <tr key={one.id}>
                    <td>
                      <strong>{addressOf(one)}</strong>
                      <div className="sub">
                        <code>{one.id}</code> <CopyButton text={one.id} label="the id" />
                      </div>
                    </td>
                    <td>
                      <span className="health" data-tone={current.length > 0 ? "good" : n > 0 ? "trouble" : "idle"}>
                        {current.length > 0 ? "Active" : n > 0 ? "Draining" : "Drained"}
                      </span>
                    </td>
                    <td className="service-names">
                      {one.services.map(({ name, revision }) => (
                        <Link key={name} to="/services/$name" params={{ name }} className="tag">
                          {name} <span className="num">{revision}</span>
                        </Link>
                      ))}
                    </td>
                    <td className="right num">{n === 0 ? <span className="none">0</span> : count(n)}</td>
                    <td className="num">
                      v{one.min_protocol_version}–{one.max_protocol_version}{" "}
                      <span className="muted">{one.http_version}</span>
                    </td>
                    <td>{one.sdk_version}</td>
                    <td className="right">
                      <Ago at={one.created_at} />
                    </td>
                    <td className="right">
                      <button type="button" className="button quiet" onClick={() => setDialog(one)}>
                        Remove
                      </button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {dialog === "register" && <Register onClose={() => setDialog(undefined)} />}
      {dialog !== undefined && dialog !== "register" && (
        <Remove deployment={dialog} pinned={pinnedTo(dialog.id)} onClose={() => setDialog(undefined)} />
      )}
    </Page>
  );
}

function Register({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [uri, setUri] = useState("http://localhost:9080");
  const [isForced, setIsForced] = useState(false);
  const [isHttp1, setIsHttp1] = useState(false);
  const [found, setFound] = useState<Deployment>();
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);

  async function send(isDryRun: boolean): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      const body = { uri, force: isForced, use_http_11: isHttp1, dry_run: isDryRun };
      const answer = await admin<Deployment>("/deployments", { method: "POST", body });
      if (isDryRun) {
        setFound(answer);
        return;
      }
      await client.invalidateQueries();
      toast("good", `Registered: ${answer.services.map(({ name }) => name).join(", ")}`);
      onClose();
    } catch (refused) {
      setFound(undefined);
      setError(refused as Error);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Register a deployment"
      description={
        <p>
          The server asks this address which services it has. Registering it again with “replace” takes changes over.
        </p>
      }
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void send(false);
        }}
      >
        <label className="form-field">
          Address
          <input
            value={uri}
            onChange={(event) => {
              setUri(event.target.value);
              setFound(undefined);
            }}
            spellCheck={false}
            inputMode="url"
          />
        </label>
        <label className="form-check">
          <input type="checkbox" checked={isForced} onChange={(event) => setIsForced(event.target.checked)} />
          Replace what is registered at this address
        </label>
        <label className="form-check">
          <input type="checkbox" checked={isHttp1} onChange={(event) => setIsHttp1(event.target.checked)} />
          Use HTTP/1.1
        </label>
        {found !== undefined && (
          <div className="found" role="status">
            Serves {found.services.map(({ name }) => name).join(", ")}
          </div>
        )}
        {error !== undefined && <Failure error={error} />}
        <footer className="dialog-foot">
          <button type="button" className="button" disabled={isBusy} onClick={() => void send(true)}>
            Look first
          </button>
          <button type="submit" className="button primary" disabled={isBusy || uri.trim() === ""}>
            Register
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Remove(props: { readonly deployment: Deployment; readonly pinned: number; readonly onClose: () => void }) {
  const { deployment, pinned: n, onClose } = props;
  const client = useQueryClient();
  const [error, setError] = useState<Error>();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Remove this deployment?"
      description={
        <>
          <p>
            <code>{addressOf(deployment)}</code> will not be called any more.
          </p>
          {n > 0 && (
            <p>
              {plural(n, "unfinished invocation")} can then only go on when somebody resumes it on another deployment.
            </p>
          )}
        </>
      }
    >
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          data-destructive
          onClick={async () => {
            try {
              await admin(`/deployments/${deployment.id}?force=true`, { method: "DELETE" });
              await client.invalidateQueries();
              onClose();
            } catch (refused) {
              setError(refused as Error);
            }
          }}
        >
          Remove
        </button>
      </footer>
    </Dialog>
  );
}
