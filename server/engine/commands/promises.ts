import {
  CompletePromiseCommand,
  GetPromiseCommand,
  MessageType,
  Notification,
  PeekPromiseCommand,
} from "../../../sdk/protocol/index.ts";
import type { LiveAttempt } from "../attempts.ts";
import type { Kernel } from "../kernel.ts";
import type { NotificationResult } from "../notifications.ts";
import { STEPS_PER_TURN, Work } from "../work.ts";
import { type CommandRule, Precondition } from "./rule.ts";

const ALREADY_COMPLETED = { code: 409, message: "promise was already completed" };

function workflowOf(live: LiveAttempt): [service: string, scope: string, key: string] {
  const { service, scope, key } = live.row;
  if (key === null) throw new Precondition(`${service} is no workflow and has no promises`);
  return [service, scope, key];
}

/** The stored result of a promise. */
function resultOf(body: Buffer): NotificationResult {
  const { value, failure } = Notification.decode(body);
  return failure !== undefined ? { kind: "failure", failure } : { kind: "value", value: value ?? Buffer.alloc(0) };
}

export const getPromise: CommandRule = (kernel, live, body, store) => {
  const { key: name, resultCompletionId } = GetPromiseCommand.decode(body);
  const workflow = workflowOf(live);
  store();
  const { keys } = kernel.statements;
  const completed = keys.promise.get(...workflow, name);
  if (completed === undefined) {
    keys.awaitPromise.run(...workflow, name, live.row.seq, resultCompletionId);
    return;
  }
  kernel.notifications.complete(
    live.row.seq,
    MessageType.GetPromiseCompletion,
    resultCompletionId,
    resultOf(completed),
  );
};

export const peekPromise: CommandRule = (kernel, live, body, store) => {
  const { key: name, resultCompletionId } = PeekPromiseCommand.decode(body);
  const workflow = workflowOf(live);
  store();
  const completed = kernel.statements.keys.promise.get(...workflow, name);
  kernel.notifications.complete(
    live.row.seq,
    MessageType.PeekPromiseCompletion,
    resultCompletionId,
    completed === undefined ? { kind: "void" } : resultOf(completed),
  );
};

export const completePromise: CommandRule = (kernel, live, body, store) => {
  const { key: name, completionValue, completionFailure, resultCompletionId } = CompletePromiseCommand.decode(body);
  const workflow = workflowOf(live);
  store();
  const { seq } = live.row;
  const { keys } = kernel.statements;
  if (keys.promise.get(...workflow, name) !== undefined) {
    kernel.notifications.complete(seq, MessageType.CompletePromiseCompletion, resultCompletionId, {
      kind: "failure",
      failure: ALREADY_COMPLETED,
    });
    return;
  }
  keys.completePromise.run(
    ...workflow,
    name,
    Notification.encode(
      completionFailure !== undefined ? { failure: completionFailure } : { value: completionValue ?? Buffer.alloc(0) },
    ),
  );
  tellPromise(kernel, { seq, position: resultCompletionId }, [...workflow, name], STEPS_PER_TURN);
  kernel.notifications.complete(seq, MessageType.CompletePromiseCompletion, resultCompletionId, { kind: "void" });
};

/**
 * Tells as many of those who wait for a completed promise as `steps` allow, and leaves the others for a later turn.
 * @param by the command that completed it
 * @returns the steps it took
 */
export function tellPromise(
  kernel: Kernel,
  by: { readonly seq: number; readonly position: number },
  promise: [service: string, scope: string, key: string, name: string],
  steps: number,
): number {
  const { keys } = kernel.statements;
  const body = keys.promise.get(...promise);
  const awaiters = keys.promiseAwaiters.all(...promise, steps);
  const last = awaiters.at(-1);
  if (body === undefined || last === undefined) return 0;
  keys.clearPromiseAwaiters.run(...promise, last.seq, last.completion);
  const result = resultOf(body);
  for (const { seq, completion } of awaiters) {
    kernel.notifications.complete(seq, MessageType.GetPromiseCompletion, completion, result);
  }
  if (awaiters.length === steps) {
    kernel.backlog.add(Work.TellPromise, by.seq, by.position, Buffer.from(JSON.stringify(promise)));
  }
  return steps;
}
