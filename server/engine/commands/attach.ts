import {
  AttachInvocationCommand,
  type AttachInvocationCommandMessage,
  GetInvocationOutputCommand,
  MessageType,
} from "../../../sdk/protocol/index.ts";
import type { InvocationRow } from "../../storage/index.ts";
import type { Kernel } from "../kernel.ts";
import type { InvocationReference } from "../types.ts";
import { type CommandRule, Precondition } from "./rule.ts";

/** What the real server answers about an invocation that it does not know. */
const NOT_FOUND = { code: 404, message: "not found" };

type AttachTarget = Pick<AttachInvocationCommandMessage, "invocationId" | "idempotentRequestTarget" | "workflowTarget">;

/** The invocation that a command names. */
export function referenceOf(target: AttachTarget): InvocationReference {
  if (target.workflowTarget !== undefined) {
    const { workflowName, workflowKey, scope } = target.workflowTarget;
    return { kind: "workflow", service: workflowName, key: workflowKey, scope: scope || undefined };
  }
  if (target.idempotentRequestTarget !== undefined) {
    const { serviceName, serviceKey, handlerName, idempotencyKey, scope } = target.idempotentRequestTarget;
    return {
      kind: "idempotent",
      service: serviceName,
      handler: handlerName,
      key: serviceKey,
      idempotencyKey,
      scope: scope || undefined,
    };
  }
  return { kind: "id", id: target.invocationId ?? "" };
}

function find(kernel: Kernel, target: AttachTarget): InvocationRow | undefined {
  const id = kernel.invocations.referencedId(referenceOf(target));
  if (id === undefined) throw new Precondition(`invalid invocation id ${target.invocationId}: bad format`);
  return kernel.invocations.find(id);
}

export const attachInvocation: CommandRule = (kernel, live, body, store) => {
  const command = AttachInvocationCommand.decode(body);
  const row = find(kernel, command);
  store();
  const { seq } = live.row;
  const { notifications, completions } = kernel;
  const type = MessageType.AttachInvocationCompletion;
  if (row === undefined) {
    notifications.complete(seq, type, command.resultCompletionId, { kind: "failure", failure: NOT_FOUND });
  } else if (row.completed_at === null) {
    completions.addAwaiter(row, seq, command.resultCompletionId, type);
  } else {
    notifications.complete(seq, type, command.resultCompletionId, completions.stored(row).outcome);
  }
};

export const getInvocationOutput: CommandRule = (kernel, live, body, store) => {
  const command = GetInvocationOutputCommand.decode(body);
  const row = find(kernel, command);
  store();
  const { seq } = live.row;
  const type = MessageType.GetInvocationOutputCompletion;
  if (row === undefined) {
    kernel.notifications.complete(seq, type, command.resultCompletionId, { kind: "failure", failure: NOT_FOUND });
  } else if (row.completed_at === null) {
    kernel.notifications.complete(seq, type, command.resultCompletionId, { kind: "void" });
  } else {
    kernel.notifications.complete(seq, type, command.resultCompletionId, kernel.completions.stored(row).outcome);
  }
};
