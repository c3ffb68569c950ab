import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ACTION_NAMES, ACTIONS, type Action, act } from "../../api/actions.ts";
import { type Invocation, shortId, statusOf } from "../../api/invocation.ts";
import { addressOf, deployments } from "../../api/registry.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Failure } from "../../ui/states.tsx";
import { toast } from "../../ui/toasts.tsx";
import { ACTION_ICONS } from "../invocations/bulk.tsx";

/** What can be done to an invocation in the status that it has. */
export function Actions({ of }: { readonly of: Invocation }) {
  const [action, setAction] = useState<Action>();
  const possible = ACTION_NAMES.filter((name) => {
    // A workflow runs once a key: the server refuses to start one again.
    if (name === "restart" && of.target_service_ty === "workflow") return false;
    return ACTIONS[name].statuses.includes(statusOf(of));
  });
  return (
    <div className="actions">
      {possible.map((name) => (
        <button
          key={name}
          type="button"
          className="button"
          data-destructive={ACTIONS[name].isDestructive || undefined}
          onClick={() => setAction(name)}
        >
          <Icon name={ACTION_ICONS[name]} size={14} /> {ACTIONS[name].verb}
        </button>
      ))}
      {action !== undefined && <ActionDialog action={action} of={of} onClose={() => setAction(undefined)} />}
    </div>
  );
}

interface ActionDialogProps {
  readonly action: Action;
  readonly of: Invocation;
  readonly onClose: () => void;
}

function ActionDialog({ action, of, onClose }: ActionDialogProps) {
  const { verb, meaning, isDestructive } = ACTIONS[action];
  const [deployment, setDeployment] = useState("");
  const [error, setError] = useState<Error>();
  const [isBusy, setIsBusy] = useState(false);
  const takesDeployment = action === "resume" || action === "restart";
  const known = useQuery({ queryKey: ["deployments"], queryFn: deployments, enabled: takesDeployment });

  async function run(): Promise<void> {
    setIsBusy(true);
    setError(undefined);
    try {
      const started = await act(action, of.id, deployment === "" ? {} : { deployment });
      toast("good", started === undefined ? `${verb}: the server has taken it` : <Started id={started} />);
      onClose();
    } catch (refused) {
      setError(refused as Error);
      setIsBusy(false);
    }
  }

  return (
    <Dialog isOpen onClose={onClose} title={`${verb} ${shortId(of.id)}?`} description={<p>{meaning}</p>}>
      {takesDeployment && (
        <label className="form-field">
          Deployment
          <select value={deployment} onChange={(event) => setDeployment(event.target.value)}>
            <option value="">{action === "resume" ? "The one it runs on" : "The latest of the service"}</option>
            {action === "resume" && <option value="latest">The latest of the service</option>}
            {action === "restart" && <option value="keep">The one it ran on</option>}
            {known.data?.map((one) => (
              <option key={one.id} value={one.id}>
                {addressOf(one)} ({shortId(one.id)})
              </option>
            ))}
          </select>
        </label>
      )}
      {error !== undefined && <Failure error={error} />}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          data-destructive={isDestructive || undefined}
          disabled={isBusy}
          onClick={() => void run()}
        >
          {verb}
        </button>
      </footer>
    </Dialog>
  );
}

function Started({ id }: { readonly id: string }) {
  return (
    <>
      Started again as{" "}
      <Link to="/invocations/$id" params={{ id }}>
        {shortId(id)}
      </Link>
    </>
  );
}
