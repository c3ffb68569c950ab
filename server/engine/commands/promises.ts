import {
  CompletePromiseCommand,
  GetPromiseCommand,
  MessageType,
  Notification,
  PeekPromiseCommand,
} from "../../../sdk/protocol/index.ts";
import type { LiveAttempt } from "../attempts.ts";
import type { NotificationResult } from "../notifications.ts";
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
  const result: NotificationResult =
    completionFailure !== undefined
      ? { kind: "failure", failure: completionFailure }
      : { kind: "value", value: completionValue ?? Buffer.alloc(0) };
  keys.completePromise.run(
    ...workflow,
    name,
    Notification.encode(result.kind === "failure" ? { failure: result.failure } : { value: result.value }),
  );
  for (const awaiter of keys.promiseAwaiters.all(...workflow, name)) {
    kernel.notifications.complete(awaiter.seq, MessageType.GetPromiseCompletion, awaiter.completion, result);
  }
  keys.clearPromiseAwaiters.run(...workflow, name);
  kernel.notifications.complete(seq, MessageType.CompletePromiseCompletion, resultCompletionId, { kind: "void" });
};
