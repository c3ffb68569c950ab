import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { act } from "../../api/actions.ts";
import { type Invocation, shortId } from "../../api/invocation.ts";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { toast } from "../../ui/toasts.tsx";
import { DeploymentField } from "./deployment-field.tsx";
import type { Entry } from "./journal.ts";
import { lineName } from "./words.ts";

interface ForkDialogProps {
  readonly of: Invocation;
  readonly entry: Entry;
  readonly onClose: () => void;
}

/** A new invocation that begins with the journal of a completed one, up to an entry. */
export function ForkDialog({ of, entry, onClose }: ForkDialogProps) {
  const [deployment, setDeployment] = useState("latest");
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      title={`Restart from ${lineName(entry)}?`}
      description={
        <p>
          A new invocation with the same input and the journal of {shortId(of.id)} up to this entry, with the results
          that are in it: what was done up to here is not done again. What comes behind is. This invocation stays as it
          is.
        </p>
      }
      verb="Restart from here"
      onClose={onClose}
      onConfirm={async () => {
        const id = await act("restart", of.id, { from: entry.index, deployment });
        if (id === undefined) throw new Error("The server has not said which invocation it started");
        toast("good", `Restarted from ${lineName(entry)}`);
        await navigate({ to: "/invocations/$id", params: { id } });
      }}
    >
      {entry.index > 0 && (
        <DeploymentField
          service={of.target_service_name}
          value={deployment}
          onChange={setDeployment}
          keeps="The one it ran on"
        />
      )}
    </ConfirmDialog>
  );
}
