import type { IconName } from "../../ui/icon.tsx";

const ICONS: Readonly<Record<string, IconName>> = {
  Input: "arrow",
  Output: "check",
  Run: "step",
  Call: "phone",
  OneWayCall: "bolt",
  Sleep: "sleep",
  Signal: "signal",
  Cancel: "cancel",
  SendSignal: "signal",
};

const VERBS: Readonly<Record<string, string>> = {
  OneWayCall: "Send",
  GetState: "Get state",
  GetEagerState: "Get state",
  GetStateKeys: "List state",
  GetEagerStateKeys: "List state",
  SetState: "Set state",
  ClearState: "Clear state",
  ClearAllState: "Clear all state",
  GetPromise: "Await promise",
  PeekPromise: "Peek promise",
  CompletePromise: "Complete promise",
  SendSignal: "Send signal",
  AttachInvocation: "Attach",
  GetInvocationOutput: "Get output",
  CompleteAwakeable: "Complete awakeable",
};

export const verbOf = (type: string): string => VERBS[type] ?? type;

export const iconOf = (type: string): IconName => ICONS[type] ?? (type.includes("State") ? "state" : "step");
