import {
  BuiltInSignal,
  CompleteAwakeableCommand,
  decodeAwakeableId,
  SendSignalCommand,
} from "../../../sdk/protocol/index.ts";
import { parseId } from "../identity.ts";
import type { NotificationResult } from "../notifications.ts";
import { type CommandRule, Precondition } from "./rule.ts";

export const sendSignal: CommandRule = (kernel, _live, body, store) => {
  const command = SendSignalCommand.decode(body);
  const id = parseId(command.targetInvocationId);
  if (id === undefined) throw new Precondition(`invalid invocation id ${command.targetInvocationId}`);
  store();
  const target = kernel.invocations.find(id);
  if (target === undefined) return;
  if (command.idx === BuiltInSignal.Cancel) {
    kernel.control.cancelForHandler(target);
    return;
  }
  let result: NotificationResult = { kind: "void" };
  if (command.failure !== undefined) result = { kind: "failure", failure: command.failure };
  else if (command.value !== undefined) result = { kind: "value", value: command.value };
  if (command.idx !== undefined) kernel.notifications.signal(target.seq, command.idx, result);
  else if (command.name !== undefined) kernel.notifications.namedSignal(target.seq, command.name, result);
};

export const completeAwakeable: CommandRule = (kernel, _live, body, store) => {
  const { awakeableId, value, failure } = CompleteAwakeableCommand.decode(body);
  const awakeable = decodeAwakeableId(awakeableId);
  if (awakeable === undefined) throw new Precondition(`invalid awakeable id ${awakeableId}`);
  store();
  const target = kernel.invocations.find(awakeable.invocation);
  if (target === undefined) return;
  kernel.notifications.signal(
    target.seq,
    awakeable.index,
    failure !== undefined ? { kind: "failure", failure } : { kind: "value", value: value ?? Buffer.alloc(0) },
  );
};
