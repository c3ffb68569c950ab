import {
  ClearAllStateCommand,
  ClearStateCommand,
  GetLazyStateCommand,
  GetLazyStateKeysCommand,
  MessageType,
  SetStateCommand,
} from "../../../sdk/protocol/index.ts";
import type { LiveAttempt } from "../attempts.ts";
import { type CommandRule, Precondition } from "./rule.ts";

function keyOf(live: LiveAttempt): [service: string, scope: string, key: string] {
  const { service, scope, key, handler } = live.row;
  if (key === null) throw new Precondition(`${service}/${handler} is no virtual object or workflow and has no state`);
  return [service, scope, key];
}

/** Only the holder of the lock may write: two writers would break what the lock promises. */
function writableKeyOf(live: LiveAttempt): [service: string, scope: string, key: string] {
  const key = keyOf(live);
  if (live.row.exclusive === 0)
    throw new Precondition(`${live.row.handler} is a shared handler and cannot write state`);
  return key;
}

export const getLazyState: CommandRule = (kernel, live, body, store) => {
  const { key: name, resultCompletionId } = GetLazyStateCommand.decode(body);
  const key = keyOf(live);
  store();
  const value = kernel.statements.keys.state.get(...key, name);
  kernel.notifications.complete(
    live.row.seq,
    MessageType.GetLazyStateCompletion,
    resultCompletionId,
    value === undefined ? { kind: "void" } : { kind: "value", value },
  );
};

export const getLazyStateKeys: CommandRule = (kernel, live, body, store) => {
  const { resultCompletionId } = GetLazyStateKeysCommand.decode(body);
  const key = keyOf(live);
  store();
  kernel.notifications.complete(live.row.seq, MessageType.GetLazyStateKeysCompletion, resultCompletionId, {
    kind: "stateKeys",
    keys: kernel.statements.keys.stateNames.all(...key),
  });
};

export const setState: CommandRule = (kernel, live, body, store) => {
  const { key: name, value } = SetStateCommand.decode(body);
  const key = writableKeyOf(live);
  store();
  kernel.statements.keys.setState.run(...key, name, value ?? Buffer.alloc(0));
};

export const clearState: CommandRule = (kernel, live, body, store) => {
  const { key: name } = ClearStateCommand.decode(body);
  const key = writableKeyOf(live);
  store();
  kernel.statements.keys.clearState.run(...key, name);
};

export const clearAllState: CommandRule = (kernel, live, body, store) => {
  ClearAllStateCommand.decode(body);
  const key = writableKeyOf(live);
  store();
  kernel.statements.keys.clearAllState.run(...key);
};
