/**
 * What each command of a running attempt does. A command is checked first, then stored, then carried out: one that
 * cannot be accepted leaves nothing behind, and the attempt fails with the reason.
 *
 * `rule` says what a rule is. `calls` has those of calls and sends, `attach` of attaching to an invocation and of
 * looking at its output, `state`, `promises`, and `signals` with awakeables. What is short is here.
 */
import {
  type BodyReader,
  CommandTemplate,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  isCustomEntry,
  MessageType,
  OutputCommand,
  RunCommand,
  SleepCommand,
} from "../../../sdk/protocol/index.ts";
import { TimerKind } from "../../storage/index.ts";
import { attachInvocation, getInvocationOutput } from "./attach.ts";
import { call, oneWayCall } from "./calls.ts";
import { completePromise, getPromise, peekPromise } from "./promises.ts";
import type { CommandRule } from "./rule.ts";
import { completeAwakeable, sendSignal } from "./signals.ts";
import { clearAllState, clearState, getLazyState, getLazyStateKeys, setState } from "./state.ts";

/** The rule of a command that is stored and nothing more. It is read all the same: whoever reads the journal later must be able to. */
const storeOnly =
  (message: BodyReader<unknown>): CommandRule =>
  (_kernel, _live, body, store) => {
    message.decode(body);
    store();
  };

const output: CommandRule = (_kernel, live, body, store) => {
  const decoded = OutputCommand.decode(body);
  store();
  live.output = decoded;
};

const sleep: CommandRule = (kernel, live, body, store) => {
  const { wakeUpTime, resultCompletionId } = SleepCommand.decode(body);
  store();
  kernel.timers.add(wakeUpTime, live.row.seq, TimerKind.Sleep, resultCompletionId);
};

const RULES = new Map<number, CommandRule>([
  [MessageType.OutputCommand, output],
  [MessageType.GetLazyStateCommand, getLazyState],
  [MessageType.SetStateCommand, setState],
  [MessageType.ClearStateCommand, clearState],
  [MessageType.ClearAllStateCommand, clearAllState],
  [MessageType.GetLazyStateKeysCommand, getLazyStateKeys],
  [MessageType.GetEagerStateCommand, storeOnly(GetEagerStateCommand)],
  [MessageType.GetEagerStateKeysCommand, storeOnly(GetEagerStateKeysCommand)],
  [MessageType.GetPromiseCommand, getPromise],
  [MessageType.PeekPromiseCommand, peekPromise],
  [MessageType.CompletePromiseCommand, completePromise],
  [MessageType.SleepCommand, sleep],
  [MessageType.CallCommand, call],
  [MessageType.OneWayCallCommand, oneWayCall],
  [MessageType.SendSignalCommand, sendSignal],
  [MessageType.RunCommand, storeOnly(RunCommand)],
  [MessageType.AttachInvocationCommand, attachInvocation],
  [MessageType.GetInvocationOutputCommand, getInvocationOutput],
  [MessageType.CompleteAwakeableCommand, completeAwakeable],
]);

const custom = storeOnly(CommandTemplate);

/** The rule for a message type; `undefined` when an SDK may not send it. Custom commands are stored as they are. */
export function commandRule(type: number): CommandRule | undefined {
  return RULES.get(type) ?? (isCustomEntry(type) ? custom : undefined);
}
