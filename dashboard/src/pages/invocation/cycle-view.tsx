import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ACTIONS, act } from "../../api/actions.ts";
import type { Cycle, CycleMember } from "../../api/description.ts";
import { shortId } from "../../api/invocation.ts";
import { ConfirmDialog } from "../../ui/dialog-confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { toast } from "../../ui/toasts.tsx";

/** Invocations that wait for each other: who for whom, and how it ends. */
export function CycleView({ cycle, of }: { readonly cycle: Cycle; readonly of: string }) {
  const { members, kill } = cycle;
  const isMember = members.some(({ id }) => id === of);
  return (
    <div className="cycle">
      <p>{isMember ? "It waits for itself" : "What it waits for waits for itself"}, so none of these can ever go on:</p>
      <ol aria-label="Who waits for whom">
        {members.map((member, place) => (
          <li key={member.id}>
            <MemberLink member={member} />{" "}
            {member.waitsFor === "key" ? "waits for its key, which is held by" : "waits for the result of"}{" "}
            {shortId((members[place + 1] ?? members[0] ?? member).id)}
          </li>
        ))}
      </ol>
      <p>
        Kill {shortId(kill)} and{" "}
        {members.length === 1 ? "it ends" : "the one that waits for it gets an error and goes on"}. A handler that calls
        its own object needs a shared handler there, or sends and does not wait.
      </p>
    </div>
  );
}

function MemberLink({ member: { id, service, key, handler } }: { readonly member: CycleMember }) {
  return (
    <Link to="/invocations/$id" params={{ id }}>
      {shortId(id)} {[service, ...(key === undefined ? [] : [key]), handler].join("/")}
    </Link>
  );
}

/** Kills an invocation, this one or another, after a question. */
export function Kill({ id }: { readonly id: string }) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <button type="button" className="button" data-destructive onClick={() => setIsAsking(true)}>
        <Icon name="skull" size={14} /> Kill {shortId(id)}
      </button>
      {isAsking && (
        <ConfirmDialog
          title={`Kill ${shortId(id)}?`}
          description={<p>{ACTIONS.kill.meaning}</p>}
          verb="Kill"
          isDestructive
          onClose={() => setIsAsking(false)}
          onConfirm={async () => {
            await act("kill", id);
            toast("good", "Kill: the server has taken it");
          }}
        />
      )}
    </>
  );
}
