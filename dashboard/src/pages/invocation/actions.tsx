import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ACTION_NAMES, ACTIONS, type Action, act } from "../../api/actions.ts";
import { type Invocation, shortId, statusOf } from "../../api/invocation.ts";
import { ActionButtons } from "../../ui/action-buttons.tsx";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { toast } from "../../ui/toasts.tsx";
import { DeploymentField } from "./deployment-field.tsx";

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
      <ActionButtons actions={possible} onChoose={setAction} />
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
  const [deployment, setDeployment] = useState("keep");
  const takesDeployment = action === "resume" && (of.status === "paused" || of.status === "backing-off");

  return (
    <ConfirmDialog
      title={`${verb} ${shortId(of.id)}?`}
      description={<p>{meaning}</p>}
      {...{ verb, isDestructive, onClose }}
      onConfirm={async () => {
        const started = await act(action, of.id, takesDeployment ? { deployment } : {});
        toast("good", started === undefined ? `${verb}: the server has taken it` : <Started id={started} />);
      }}
    >
      {takesDeployment && (
        <DeploymentField
          service={of.target_service_name}
          value={deployment}
          onChange={setDeployment}
          keeps="The one it runs on"
        />
      )}
    </ConfirmDialog>
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
