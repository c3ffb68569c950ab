import type { IconName } from "../../ui/icon.tsx";
import type { Entry } from "./journal.ts";

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
  GetLazyState: "Get state",
  GetEagerState: "Get state",
  GetLazyStateKeys: "List state",
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

/** An entry in a sentence: `Run charge the card (#3)`. */
export function lineName({ type, name, callee, index }: Entry): string {
  return [verbOf(type), callee?.target ?? name, `(#${index})`].filter((part) => part !== undefined).join(" ");
}

export const iconOf = (type: string): IconName => ICONS[type] ?? (type.includes("State") ? "state" : "step");
