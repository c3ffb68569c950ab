/** Journal entries as `sys_journal` shows them: the messages of the protocol in the JSON of the real server. */
import {
  AttachInvocationCommand,
  AwaitingOn,
  CallCommand,
  CombinatorType,
  CommandTemplate,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  type FutureMessage,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  GetPromiseCommand,
  type IdempotentRequestTarget,
  InputCommand,
  isCommand,
  isCustomEntry,
  isNotification,
  MessageType,
  messageTypeName,
  Notification,
  OneWayCallCommand,
  OutputCommand,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
  Suspension,
  type WorkflowTarget,
} from "../../../../sdk/protocol/index.ts";

/** `Call`, `SetState`, `GetEagerState` …: the name without what says that it is a command. */
function wordOf(type: number): string {
  return messageTypeName(type).replace(/(Command|Completion|Notification)$/, "");
}

/** `Command: Call`, `Notification: Run`, … */
export function entryType(type: number): string {
  if (isCustomEntry(type)) return `Command: ${wordOf(type)}`;
  return isNotification(type) ? `Notification: ${wordOf(type)}` : `Command: ${wordOf(type)}`;
}

/** The label of a command; notifications have none. */
export function entryName(type: number, body: Buffer): string | null {
  return isCommand(type) ? CommandTemplate.decode(body).entryName : null;
}

interface Failure {
  readonly code: number;
  readonly message: string;
  readonly metadata?: readonly { readonly key: string; readonly value: string }[] | undefined;
}

/** What a called invocation is: which the journal does not say, the registry does. */
export interface Targets {
  /** `undefined`: no such handler now. */
  handlerType(service: string, handler: string): "Exclusive" | "Shared" | "Workflow" | undefined;
  serviceType(service: string, hasKey: boolean): string;
  retentionOf(service: string, handler: string, what: string, isRun: boolean, isKept: boolean): number;
}

const bytesOf = (bytes: Buffer): number[] => [...bytes];
const failureOf = ({ code, message, metadata = [] }: Failure) => ({
  code,
  message,
  ...(metadata.length === 0 ? {} : { metadata: metadata.map(({ key, value }) => ({ key, value })) }),
});

function resultOf(
  { void: isVoid, value, failure }: { void?: unknown; value?: Buffer | undefined; failure?: Failure | undefined },
  isLite: boolean,
): unknown {
  if (value !== undefined) return isLite ? "Success" : { Success: bytesOf(value) };
  if (failure !== undefined) return isLite ? "Failure" : { Failure: failureOf(failure) };
  return isVoid === undefined ? (isLite ? "Success" : { Success: [] }) : "Void";
}

function targetOf(
  fields: { serviceName: string; handlerName: string; key: string; scope?: string | undefined },
  targets: Targets,
) {
  const { serviceName: name, handlerName: handler, key } = fields;
  const scope = fields.scope ?? null;
  switch (targets.serviceType(name, key !== "")) {
    case "virtual_object":
      return {
        VirtualObject: { name, key, handler, handler_ty: targets.handlerType(name, handler) ?? "Exclusive", scope },
      };
    case "workflow":
      return { Workflow: { name, key, handler, handler_ty: targets.handlerType(name, handler) ?? "Shared", scope } };
    default:
      return { Service: { name, handler, scope } };
  }
}

/** There is one partition, as in the column of that name. */
const PARTITION_KEY = 0;

function workflowOf({ workflowName, workflowKey, scope }: WorkflowTarget) {
  return { service_name: workflowName, key: workflowKey, partition_key: PARTITION_KEY, scope: scope ?? null };
}

function requestTargetOf({ serviceName, serviceKey, handlerName, idempotencyKey, scope }: IdempotentRequestTarget) {
  return {
    service_name: serviceName,
    service_key: serviceKey ?? null,
    service_handler: handlerName,
    idempotency_key: idempotencyKey,
    scope: scope ?? null,
    partition_key: PARTITION_KEY,
  };
}

const NO_SPAN = {
  span_context: {
    trace_id: Array.from({ length: 16 }, () => 0),
    span_id: Array.from({ length: 8 }, () => 0),
    trace_flags: 0,
    is_remote: false,
    trace_state: "",
  },
  cause: null,
};

const duration = (ms: number) => ({ secs: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 });

interface CallFields {
  readonly serviceName: string;
  readonly handlerName: string;
  readonly parameter: Buffer;
  readonly headers: readonly { key: string; value: string }[];
  readonly key: string;
  readonly idempotencyKey?: string | undefined;
  readonly scope?: string | undefined;
}

function requestOf(fields: CallFields, calleeId: string | undefined, targets: Targets, isLite: boolean): object {
  const invocation = { invocation_id: calleeId ?? null, invocation_target: targetOf(fields, targets) };
  if (isLite) return invocation;
  const { serviceName, handlerName } = fields;
  const isRun = targets.handlerType(serviceName, handlerName) === "Workflow";
  const retention = (what: string) =>
    targets.retentionOf(serviceName, handlerName, what, isRun, fields.idempotencyKey !== undefined);
  return {
    request: {
      ...invocation,
      span_context: NO_SPAN,
      parameter: bytesOf(fields.parameter),
      headers: fields.headers.map(({ key, value }) => ({ name: key, value })),
      idempotency_key: fields.idempotencyKey ?? null,
      completion_retention_duration: duration(retention("completion")),
      journal_retention_duration: duration(retention("journal")),
    },
  };
}

/** The number of the notification that says which invocation a call has made. */
export function calleeNotification(type: number, body: Buffer): number {
  const command = type === MessageType.CallCommand ? CallCommand : OneWayCallCommand;
  return command.decode(body).invocationIdNotificationIdx;
}

function commandFields(
  type: number,
  body: Buffer,
  isLite: boolean,
  targets: Targets,
  calleeId: string | undefined,
): object {
  const full = (fields: object) => (isLite ? {} : fields);
  switch (type) {
    case MessageType.InputCommand: {
      const { headers, value } = InputCommand.decode(body);
      return full({
        headers: headers.map(({ key, value: content }) => ({ name: key, value: content })),
        payload: bytesOf(value ?? Buffer.alloc(0)),
      });
    }
    case MessageType.OutputCommand:
      return { result: resultOf(OutputCommand.decode(body), isLite) };
    case MessageType.GetEagerStateCommand: {
      const { key, ...result } = GetEagerStateCommand.decode(body);
      return { key: key.toString(), result: resultOf(result, isLite) };
    }
    case MessageType.GetEagerStateKeysCommand: {
      const { value = [] } = GetEagerStateKeysCommand.decode(body);
      return full({ state_keys: value.map((key) => key.toString()) });
    }
    case MessageType.SetStateCommand: {
      const { key, value } = SetStateCommand.decode(body);
      return { key: key.toString(), ...full({ value: bytesOf(value ?? Buffer.alloc(0)) }) };
    }
    case MessageType.GetLazyStateCommand:
    case MessageType.ClearStateCommand: {
      const { key } = SetStateCommand.decode(body);
      return { key: key.toString(), ...completionOf(body) };
    }
    case MessageType.CompletePromiseCommand: {
      const { key, completionValue, completionFailure, resultCompletionId } = CompletePromiseCommand.decode(body);
      const value = resultOf({ value: completionValue, failure: completionFailure }, false);
      return { key, ...full({ value }), completion_id: resultCompletionId };
    }
    case MessageType.GetPromiseCommand:
    case MessageType.PeekPromiseCommand:
      return { key: GetPromiseCommand.decode(body).key, ...completionOf(body) };
    case MessageType.SleepCommand:
      return { wake_up_time: Number(SleepCommand.decode(body).wakeUpTime), ...completionOf(body) };
    default:
      return invocationCommandFields(type, body, isLite, targets, calleeId);
  }
}

/** Of commands that are about another invocation; of any other what all have. */
function invocationCommandFields(
  type: number,
  body: Buffer,
  isLite: boolean,
  targets: Targets,
  calleeId: string | undefined,
): object {
  switch (type) {
    case MessageType.CallCommand: {
      const fields = CallCommand.decode(body);
      return {
        ...requestOf(fields, calleeId, targets, isLite),
        invocation_id_completion_id: fields.invocationIdNotificationIdx,
        result_completion_id: fields.resultCompletionId,
      };
    }
    case MessageType.OneWayCallCommand: {
      const fields = OneWayCallCommand.decode(body);
      return {
        ...requestOf(fields, calleeId, targets, isLite),
        invoke_time: Number(fields.invokeTime),
        invocation_id_completion_id: fields.invocationIdNotificationIdx,
      };
    }
    case MessageType.SendSignalCommand: {
      const { targetInvocationId, idx, name, ...result } = SendSignalCommand.decode(body);
      const signal = name === undefined ? { Index: idx ?? 0 } : { Name: name };
      return { target_invocation_id: targetInvocationId, signal_id: signal, result: resultOf(result, isLite) };
    }
    case MessageType.AttachInvocationCommand:
    case MessageType.GetInvocationOutputCommand: {
      const command =
        type === MessageType.AttachInvocationCommand ? AttachInvocationCommand : GetInvocationOutputCommand;
      const { invocationId, workflowTarget, idempotentRequestTarget } = command.decode(body);
      const target =
        invocationId !== undefined
          ? { InvocationId: invocationId }
          : workflowTarget !== undefined
            ? { Workflow: workflowOf(workflowTarget) }
            : {
                IdempotentRequest:
                  idempotentRequestTarget === undefined ? null : requestTargetOf(idempotentRequestTarget),
              };
      return { target, ...completionOf(body) };
    }
    case MessageType.CompleteAwakeableCommand: {
      const { awakeableId, ...result } = CompleteAwakeableCommand.decode(body);
      return { id: awakeableId, result: resultOf(result, isLite) };
    }
    default:
      return completionOf(body);
  }
}

/** Whose name is in the shorter form, too. */
const NAMED_WHEN_SHORT: ReadonlySet<number> = new Set([
  MessageType.SleepCommand,
  MessageType.CallCommand,
  MessageType.OneWayCallCommand,
  MessageType.RunCommand,
]);

function completionOf(body: Buffer): object {
  const { resultCompletionId } = CommandTemplate.decode(body);
  return resultCompletionId === undefined || resultCompletionId === 0 ? {} : { completion_id: resultCompletionId };
}

/**
 * The JSON of an entry, or its shorter form without payloads.
 * @param callee body of the notification that says which invocation a call has made
 */
export function entryJson(
  type: number,
  body: Buffer,
  isLite: boolean,
  targets: Targets,
  callee: Buffer | null,
): string {
  const word = wordOf(type);
  if (!isNotification(type)) {
    const { entryName: name } = CommandTemplate.decode(body);
    const calleeId = callee === null ? undefined : Notification.decode(callee).invocationId;
    const isShown = !isLite || (name !== "" && NAMED_WHEN_SHORT.has(type));
    const shownName = isShown ? { name } : {};
    const fields = { ...commandFields(type, body, isLite, targets, calleeId), ...shownName };
    return JSON.stringify({ Command: { [word]: fields } });
  }
  const { completionId, signalId, signalName, invocationId, stateKeys, ...result } = Notification.decode(body);
  const isSignal = type === MessageType.SignalNotification;
  const id =
    completionId !== undefined
      ? { CompletionId: completionId }
      : signalName !== undefined
        ? { SignalName: signalName }
        : { SignalIndex: signalId ?? 0 };
  if (isLite) {
    const outcome =
      invocationId !== undefined ? "InvocationId" : stateKeys !== undefined ? "StateKeys" : resultOf(result, true);
    return JSON.stringify({ Notification: { ty: isSignal ? "Signal" : { Completion: word }, id, result: outcome } });
  }
  if (isSignal) {
    const signal = signalName === undefined ? { Index: signalId ?? 0 } : { Name: signalName };
    return JSON.stringify({ Notification: { Signal: { id: signal, result: resultOf(result, false) } } });
  }
  const outcome =
    invocationId !== undefined
      ? { invocation_id: invocationId }
      : stateKeys !== undefined
        ? { state_keys: stateKeys.map((key) => key.toString()) }
        : type === MessageType.SleepCompletion
          ? {}
          : { result: resultOf(result, false) };
  return JSON.stringify({ Notification: { Completion: { [word]: { completion_id: completionId, ...outcome } } } });
}

const COMBINATORS: Readonly<Record<number, string>> = {
  [CombinatorType.FirstCompleted]: "FirstCompleted",
  [CombinatorType.AllCompleted]: "AllCompleted",
  [CombinatorType.FirstSucceededOrAllFailed]: "FirstSucceededOrAllFailed",
  [CombinatorType.AllSucceededOrFirstFailed]: "AllSucceededOrFirstFailed",
};

function futureJson(future: FutureMessage): object {
  const single = (leaf: object) => ({ Single: leaf });
  const children = [
    ...future.waitingCompletions.map((CompletionId) => single({ CompletionId })),
    ...future.waitingSignals.map((SignalIndex) => single({ SignalIndex })),
    ...future.waitingNamedSignals.map((SignalName) => single({ SignalName })),
    ...future.nestedFutures.map(futureJson),
  ];
  return { [COMBINATORS[future.combinatorType] ?? "Unknown"]: children };
}

/** Everything in a tree, without its structure. */
function leaves(future: FutureMessage, kind: "waitingCompletions" | "waitingSignals"): number[] {
  return [...future[kind], ...future.nestedFutures.flatMap((nested) => leaves(nested, kind))];
}

/** What a suspended (`completions`, `signals`, `future`) or running (`running`) invocation waits for. */
export function awaitJson(body: Buffer, what: string): string | null {
  if (what === "running") {
    const { awaitingOn } = AwaitingOn.decode(body);
    return awaitingOn === undefined ? null : JSON.stringify(futureJson(awaitingOn));
  }
  const suspension = Suspension.decode(body);
  const future: FutureMessage = suspension.awaitingOn ?? {
    waitingCompletions: suspension.waitingCompletions,
    waitingSignals: suspension.waitingSignals,
    waitingNamedSignals: suspension.waitingNamedSignals,
    nestedFutures: [],
    combinatorType: CombinatorType.Unknown,
  };
  if (what === "completions") return JSON.stringify(leaves(future, "waitingCompletions"));
  if (what === "signals") return JSON.stringify(leaves(future, "waitingSignals"));
  return JSON.stringify(futureJson(future));
}

/** `[418] teapot`: how an invocation ended; `null` when it succeeded. */
export function outputFailure(body: Buffer): string | null {
  const { failure } = OutputCommand.decode(body);
  return failure === undefined ? null : `[${failure.code}] ${failure.message}`;
}

/** The value or the failure of a notification. */
export function notificationPart(body: Buffer, part: string): Buffer | string | null {
  const { value, failure } = Notification.decode(body);
  if (part === "value") return value ?? null;
  return failure === undefined ? null : `[${failure.code}] ${failure.message}`;
}
