import {
  AttachInvocationCommand,
  CallCommand,
  ClearStateCommand,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  type Failure,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  GetLazyStateCommand,
  GetPromiseCommand,
  InputCommand,
  isCommand,
  MessageType,
  messageTypeName,
  OneWayCallCommand,
  OutputCommand,
  RunCommand,
  SendSignalCommand,
  SetStateCommand,
  SleepCommand,
} from "../../sdk/protocol/index.ts";
import { decoded, type EntryResult, plain } from "./values.ts";

/** What a command says by itself. */
export interface Described {
  readonly type: string;
  readonly name?: string | undefined;
  readonly value?: unknown;
  /** For commands that carry their own result. */
  readonly result?: EntryResult | undefined;
}

type Reader = (body: Buffer) => Described;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const target = ({ serviceName, handlerName }: { serviceName: string; handlerName: string }) =>
  `${serviceName}/${handlerName}`;
const outcome = (value: Uint8Array | undefined, failure: Failure | undefined): EntryResult | undefined =>
  failure === undefined ? { value: decoded(value ?? new Uint8Array()) } : { failure: plain(failure) };

const READERS: Readonly<Record<number, Reader>> = {
  [MessageType.InputCommand]: (body) => ({
    type: "input",
    value: decoded(InputCommand.decode(body).value ?? new Uint8Array()),
  }),
  [MessageType.OutputCommand]: (body) => {
    const { value, failure } = OutputCommand.decode(body);
    return failure === undefined
      ? { type: "output", value: decoded(value ?? new Uint8Array()) }
      : { type: "output", result: { failure: plain(failure) } };
  },
  [MessageType.RunCommand]: (body) => ({ type: "run", name: RunCommand.decode(body).name }),
  [MessageType.SleepCommand]: (body) => ({ type: "sleep", name: SleepCommand.decode(body).name }),
  [MessageType.CallCommand]: (body) => {
    const call = CallCommand.decode(body);
    return { type: "call", name: target(call), value: decoded(call.parameter) };
  },
  [MessageType.OneWayCallCommand]: (body) => {
    const send = OneWayCallCommand.decode(body);
    return { type: send.invokeTime > 0 ? "delayed send" : "send", name: target(send), value: decoded(send.parameter) };
  },
  [MessageType.GetLazyStateCommand]: (body) => ({
    type: "get state",
    name: text(GetLazyStateCommand.decode(body).key),
  }),
  [MessageType.GetEagerStateCommand]: (body) => {
    const { key, value } = GetEagerStateCommand.decode(body);
    return { type: "get state", name: text(key), result: value === undefined ? {} : { value: decoded(value) } };
  },
  [MessageType.GetLazyStateKeysCommand]: () => ({ type: "get state keys" }),
  [MessageType.GetEagerStateKeysCommand]: (body) => ({
    type: "get state keys",
    result: { value: (GetEagerStateKeysCommand.decode(body).value ?? []).map(text) },
  }),
  [MessageType.SetStateCommand]: (body) => {
    const { key, value } = SetStateCommand.decode(body);
    return { type: "set state", name: text(key), value: decoded(value ?? new Uint8Array()) };
  },
  [MessageType.ClearStateCommand]: (body) => ({ type: "clear state", name: text(ClearStateCommand.decode(body).key) }),
  [MessageType.ClearAllStateCommand]: () => ({ type: "clear all state" }),
  [MessageType.GetPromiseCommand]: (body) => ({ type: "promise", name: GetPromiseCommand.decode(body).key }),
  [MessageType.PeekPromiseCommand]: (body) => ({ type: "peek promise", name: GetPromiseCommand.decode(body).key }),
  [MessageType.CompletePromiseCommand]: (body) => {
    const { key, completionValue, completionFailure } = CompletePromiseCommand.decode(body);
    const settled = outcome(completionValue, completionFailure);
    return {
      type: "complete promise",
      name: key,
      value: settled !== undefined && "value" in settled ? settled.value : settled,
    };
  },
  [MessageType.CompleteAwakeableCommand]: (body) => {
    const { awakeableId, value, failure } = CompleteAwakeableCommand.decode(body);
    const settled = outcome(value, failure);
    return {
      type: "complete awakeable",
      name: awakeableId,
      value: settled !== undefined && "value" in settled ? settled.value : settled,
    };
  },
  [MessageType.SendSignalCommand]: (body) => {
    const { name, idx, value } = SendSignalCommand.decode(body);
    if (idx === 1) return { type: "cancel invocation" };
    return { type: "send signal", name: name ?? String(idx), value: value === undefined ? undefined : decoded(value) };
  },
  [MessageType.AttachInvocationCommand]: (body) => ({
    type: "attach",
    name: AttachInvocationCommand.decode(body).invocationId,
  }),
  [MessageType.GetInvocationOutputCommand]: (body) => ({
    type: "get output",
    name: GetInvocationOutputCommand.decode(body).invocationId,
  }),
};

/** What a command of a journal says. */
export function describeEntry(type: number, body: Buffer): Described {
  const read = READERS[type];
  return read === undefined ? { type: nameOf(type) } : read(body);
}

/** The same for one that is known by its type and name only. */
export function describeType(type: number, name: string | undefined): string {
  const what = READABLE[type] ?? nameOf(type);
  return name === undefined || name === "" ? what : `${what} ${name}`;
}

const READABLE: Readonly<Record<number, string>> = {
  [MessageType.InputCommand]: "input",
  [MessageType.OutputCommand]: "output",
  [MessageType.RunCommand]: "run",
  [MessageType.SleepCommand]: "sleep",
  [MessageType.CallCommand]: "call",
  [MessageType.OneWayCallCommand]: "send",
  [MessageType.GetLazyStateCommand]: "get state",
  [MessageType.GetEagerStateCommand]: "get state",
  [MessageType.SetStateCommand]: "set state",
  [MessageType.ClearStateCommand]: "clear state",
  [MessageType.ClearAllStateCommand]: "clear all state",
  [MessageType.GetPromiseCommand]: "promise",
  [MessageType.AttachInvocationCommand]: "attach",
  [MessageType.CompleteAwakeableCommand]: "complete awakeable",
};

function nameOf(type: number): string {
  const name = messageTypeName(type);
  return isCommand(type) ? name.replace(/Command$/, "") : name;
}
