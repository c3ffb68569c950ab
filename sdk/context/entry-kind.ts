import type { CommandKind } from "../vm/index.ts";

/** What all entries of one kind have in common. */
export interface EntryKind {
  /** Absent for signals and awakeables, which are no commands. */
  readonly command?: CommandKind;
  /** Names an entry in messages. `name` is that of the entry, empty without one. */
  readonly label: (name: string) => string;
  /** Whether a handler that never awaits the promise makes a mistake. */
  readonly mustBeAwaited: boolean;
  /** What user code gets for a result without a value. */
  readonly voidValue?: null;
}

const method =
  (call: string) =>
  (name: string): string =>
    name === "" ? call : `${call}("${name}")`;

export const EntryKinds = {
  getState: { command: "getState", label: method("ctx.get"), mustBeAwaited: true, voidValue: null },
  getStateKeys: { command: "getStateKeys", label: method("ctx.stateKeys"), mustBeAwaited: true },
  setState: { command: "setState", label: method("ctx.set"), mustBeAwaited: false },
  clearState: { command: "clearState", label: method("ctx.clear"), mustBeAwaited: false },
  clearAllState: { command: "clearAllState", label: method("ctx.clearAll"), mustBeAwaited: false },
  run: { command: "run", label: method("ctx.run"), mustBeAwaited: true },
  sleep: { command: "sleep", label: method("ctx.sleep"), mustBeAwaited: true },
  call: { command: "call", label: (name) => `a call of ${name}`, mustBeAwaited: true },
  callId: { command: "call", label: (name) => `the id of a call of ${name}`, mustBeAwaited: false },
  send: { command: "oneWayCall", label: (name) => `a send to ${name}`, mustBeAwaited: false },
  sendId: { command: "oneWayCall", label: (name) => `the id of a send to ${name}`, mustBeAwaited: false },
  attach: { command: "attachInvocation", label: method("ctx.attach"), mustBeAwaited: true },
  cancel: { command: "sendSignal", label: method("ctx.cancel"), mustBeAwaited: false },
  /** Its id may be all that the handler wants. */
  awakeable: { label: method("ctx.awakeable"), mustBeAwaited: false },
  completeAwakeable: {
    command: "completeAwakeable",
    label: (id) => `completing awakeable ${id}`,
    mustBeAwaited: false,
  },
  /** May be meant for a race that ends before it. */
  signal: { label: method("ctx.signal"), mustBeAwaited: false },
  sendSignal: { command: "sendSignal", label: (name) => `sending signal "${name}"`, mustBeAwaited: false },
  cancellation: { label: method("ctx.cancellation"), mustBeAwaited: false },
  getPromise: { command: "getPromise", label: method("ctx.promise"), mustBeAwaited: true },
  peekPromise: { command: "peekPromise", label: (name) => `ctx.promise("${name}").peek()`, mustBeAwaited: true },
  /** Takes effect without being awaited. */
  completePromise: {
    command: "completePromise",
    label: (name) => `settling ctx.promise("${name}")`,
    mustBeAwaited: false,
  },
} as const satisfies Record<string, EntryKind>;
