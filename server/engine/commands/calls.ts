import { CallCommand, MessageType, OneWayCallCommand } from "../../../sdk/protocol/index.ts";
import { limitKeyProblem, normalLimitKey, scopeProblem } from "../../scope.ts";
import { isWorkflowRun } from "../../storage/index.ts";
import type { LiveAttempt } from "../attempts.ts";
import { type Creation, Origin } from "../invocations.ts";
import type { Kernel } from "../kernel.ts";
import type { InvokeRequest } from "../types.ts";
import { type CommandRule, Precondition } from "./rule.ts";

/** What the real server answers to a second call of a workflow's run handler. */
export const ALREADY_INVOKED = { code: 409, message: "the workflow method was already invoked" };

interface CallFields {
  readonly serviceName: string;
  readonly handlerName: string;
  readonly key: string;
  readonly parameter: Buffer;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly idempotencyKey?: string | undefined;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
}

/** Checks the target against what is registered and makes a request of the command. */
function requestOf(kernel: Kernel, live: LiveAttempt, fields: CallFields, executeAtMs?: number): InvokeRequest {
  const { serviceName, handlerName, idempotencyKey } = fields;
  const service = kernel.registry.service(serviceName);
  if (service === undefined || !service.handlers.has(handlerName)) {
    throw new Precondition(
      `${serviceName}/${handlerName} is not registered. Register a deployment that serves it; the call is retried until then`,
      "RT0018",
    );
  }
  if (idempotencyKey === "") throw new Precondition("the idempotency key is empty");
  if (idempotencyKey !== undefined && service.handlers.get(handlerName)?.type === "Workflow") {
    throw new Precondition(`${serviceName}/${handlerName} runs once a key and takes no idempotency key`);
  }
  const scope = fields.scope || undefined;
  const limitKey = limitKeyOf(scope, fields.limitKey);
  const { traceparent } = live.row;
  const headers = fields.headers.map(({ key, value }) => [key, value] as const);
  if (traceparent !== null && !headers.some(([name]) => name === "traceparent")) {
    headers.push(["traceparent", traceparent]);
  }
  return {
    target: {
      service: serviceName,
      handler: handlerName,
      key: service.type === "Service" ? undefined : fields.key,
      scope,
    },
    headers,
    body: fields.parameter,
    idempotencyKey,
    limitKey,
    executeAtMs,
  };
}

/** A call has the scope and the limit key that its command names; its caller's do not count for it. */
function limitKeyOf(scope: string | undefined, text: string | undefined): string | undefined {
  const scopeIsBad = scope === undefined ? undefined : scopeProblem(scope);
  if (scopeIsBad !== undefined) throw new Precondition(`bad scope '${scope}': ${scopeIsBad}`, "RT0024");
  if (text === undefined || text === "") return undefined;
  if (scope === undefined) throw new Precondition("a limit key needs a scope", "RT0024");
  const limitKey = normalLimitKey(text);
  const problem = limitKeyProblem(limitKey);
  if (problem !== undefined) throw new Precondition(`bad limit key '${text}': ${problem}`, "RT0024");
  return limitKey;
}

function tellId(kernel: Kernel, live: LiveAttempt, completionId: number, { row }: Creation): void {
  if (completionId === 0) return;
  kernel.notifications.complete(live.row.seq, MessageType.CallInvocationIdCompletion, completionId, {
    kind: "invocationId",
    id: kernel.invocations.textId(row),
  });
}

export const call: CommandRule = (kernel, live, body, store) => {
  const fields = CallCommand.decode(body);
  const request = requestOf(kernel, live, fields);
  store();
  const { seq } = live.row;
  const completionId = fields.resultCompletionId;
  const created = kernel.invocations.create(request, Origin.Invocation, { seq, completionId });
  tellId(kernel, live, fields.invocationIdNotificationIdx, created);
  if (created.isNew) return;
  const { row } = created;
  const { notifications, completions } = kernel;
  if (isWorkflowRun(row)) {
    notifications.complete(seq, MessageType.CallCompletion, completionId, {
      kind: "failure",
      failure: ALREADY_INVOKED,
    });
  } else if (row.completed_at === null) {
    completions.addAwaiter(row, seq, completionId, MessageType.CallCompletion);
  } else {
    notifications.complete(seq, MessageType.CallCompletion, completionId, completions.stored(row).outcome);
  }
};

export const oneWayCall: CommandRule = (kernel, live, body, store) => {
  const fields = OneWayCallCommand.decode(body);
  const request = requestOf(kernel, live, fields, fields.invokeTime > 0 ? fields.invokeTime : undefined);
  store();
  const sender = { seq: live.row.seq, completionId: null };
  tellId(
    kernel,
    live,
    fields.invocationIdNotificationIdx,
    kernel.invocations.create(request, Origin.Invocation, sender),
  );
};
