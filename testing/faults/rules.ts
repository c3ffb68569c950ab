/** Which invocations a fault is for; absent: all. */
export interface FaultFilter {
  readonly service?: string;
  readonly handler?: string;
}

export interface Subject {
  readonly id: string;
  readonly service: string;
  readonly handler: string;
}

/** A fault that has been asked for, to be ended with `restore()` or by `using`. */
export interface Fault {
  restore(): void;
  [Symbol.dispose](): void;
}

export function matches({ service, handler }: FaultFilter, subject: Subject): boolean {
  return (
    (service === undefined || service === subject.service) && (handler === undefined || handler === subject.handler)
  );
}

/** Crashes an invocation's attempt as soon as its journal has entry `entry`. */
export interface CrashAfter {
  readonly kind: "after";
  readonly entry: number;
  /** How often, for each invocation. */
  readonly times: number;
  readonly filter: FaultFilter;
  readonly fired: Map<string, number>;
}

/** Crashes an invocation's attempt whenever its journal has grown, so that every prefix of it is replayed. */
export interface CrashEvery {
  readonly kind: "every";
  /** Replays of the whole journal in the end. */
  readonly extraReplays: number;
  readonly filter: FaultFilter;
  readonly extra: Map<string, number>;
}

export interface FailRun {
  readonly name: string;
  left: number;
  readonly error: () => Error;
  readonly filter: FaultFilter;
}

export interface Unreachable {
  readonly filter: FaultFilter;
}

export interface Delay {
  readonly filter: FaultFilter;
  /** Calls `release` when the delay is over. */
  readonly hold: (release: () => void) => void;
}
