import type { InvocationId, RestatePromise } from "../authoring/index.ts";
import { type Duration, millisOrDurationToMillis, type Serde } from "../core/index.ts";
import type { Handle, Vm } from "../vm/index.ts";
import { pendingPromise } from "./const-node.ts";
import { type EntryKind, EntryKinds } from "./entry-kind.ts";
import { EntryNode } from "./entry-node.ts";
import { HandlerPromise } from "./handler-promise.ts";
import { RunClosures, type RunHost } from "./run-closures.ts";
import { serialize } from "./serialize.ts";

/** What commands ask of the attempt that they belong to. */
export interface CommandHost extends RunHost {
  /** A method of the state machine threw. */
  machineThrew(thrown: unknown): void;
}

/** Issues the commands of a handler, for its context and what it gets from there. */
export class Commands {
  readonly attempt: CommandHost;
  /** For whatever has no serde of its own. */
  readonly #defaultSerde: Serde<unknown>;
  #runs: RunClosures | undefined;

  constructor(attempt: CommandHost, defaultSerde: Serde<unknown>) {
    this.attempt = attempt;
    this.#defaultSerde = defaultSerde;
  }

  /** The closures of `ctx.run`. Many handlers have none. */
  get runs(): RunClosures {
    this.#runs ??= new RunClosures(this.attempt);
    return this.#runs;
  }

  /** The serde of an entry: its own if it has one. */
  serdeOrDefault<T>(serde: Serde<T> | undefined): Serde<T> {
    return serde ?? (this.#defaultSerde as Serde<T>);
  }

  /**
   * Whether a command may go ahead. False: the attempt has ended and the handler is to wait for ever.
   *
   * @throws SdkError when the handler has returned, or when the call comes from inside a run
   */
  admit(kind: EntryKind, name: string): boolean {
    const { attempt } = this;
    if (attempt.hasEnded) {
      if (!attempt.hasReturned) return false;
      const error = attempt.mistake("RL_SDK_CONTEXT_USED_AFTER_END", { subject: kind.label(name) });
      attempt.log.error(error.message, error);
      throw error;
    }
    const run = this.#runs?.labelOfEnclosingRun();
    if (run === undefined) return true;
    throw attempt.mistake("RL_SDK_CONTEXT_USED_IN_RUN", { subject: kind.label(name), reason: run });
  }

  /** Admits a command, and makes the bytes of its value. Undefined when it cannot be issued. */
  prepare<T>(
    kind: EntryKind & Required<Pick<EntryKind, "command">>,
    name: string,
    value: T,
    serde?: Serde<T>,
  ): Uint8Array | undefined {
    if (!this.admit(kind, name)) return undefined;
    try {
      return serialize(this.attempt, value, this.serdeOrDefault(serde), kind, name);
    } catch (thrown) {
      this.attempt.fail(thrown, { next: kind.command });
      return undefined;
    }
  }

  /** Issues a command that is admitted, and prepared if it has a value. Undefined when the machine refused it. */
  issue<R>(command: (vm: Vm) => R): R | undefined {
    const { attempt } = this;
    try {
      const result = command(attempt.vm);
      // So that it leaves even if the handler goes on to wait for something that is not durable.
      attempt.scheduler.request();
      return result;
    } catch (thrown) {
      attempt.machineThrew(thrown);
      return undefined;
    }
  }

  /** Admits and issues a command without a result. */
  issueWithoutResult(kind: EntryKind, name: string, command: (vm: Vm) => void): void {
    if (this.admit(kind, name)) this.issue(command);
  }

  /** Admits and issues a command with a result. */
  issueWithResult<T>(
    kind: EntryKind,
    name: string,
    serde: Serde<T> | undefined,
    command: (vm: Vm) => Handle,
  ): RestatePromise<T> {
    const handle = this.admit(kind, name) ? this.issue(command) : undefined;
    return this.promiseOf(kind, name, handle, this.serdeOrDefault(serde));
  }

  /** The promise of the last command's result. One that is never settled when it has no handle. */
  promiseOf<T>(
    kind: EntryKind,
    name: string,
    handle: Handle | undefined,
    serde: Serde<T> | undefined,
  ): RestatePromise<T> {
    const { attempt } = this;
    return handle === undefined
      ? pendingPromise<T>()
      : new HandlerPromise(new EntryNode<T>(attempt, kind, name, handle, attempt.vm.lastCommandIndex, serde));
  }

  // Those that more than one object of a handler has.

  sleep(duration: Duration | number, name?: string): RestatePromise<void> {
    const { attempt } = this;
    const kind = EntryKinds.sleep;
    if (!this.admit(kind, name ?? "")) return pendingPromise();
    const millis = duration === undefined ? Number.NaN : millisOrDurationToMillis(duration);
    if (!(millis >= 0)) {
      const reason = duration === undefined ? "no duration" : `a duration of ${millis} milliseconds`;
      const subject = kind.label(name ?? "");
      attempt.fail(attempt.mistake("RL_SDK_SLEEP_INVALID", { subject, reason }), { next: "sleep" });
      return pendingPromise();
    }
    const handle = this.issue((vm) => vm.sleep(attempt.environment.now() + millis, name));
    return this.promiseOf<void>(kind, name ?? "", handle, undefined);
  }

  attach<T>(id: InvocationId, serde?: Serde<T>): RestatePromise<T> {
    return this.issueWithResult(EntryKinds.attach, id, serde, (vm) => vm.attachInvocation(id));
  }

  cancel(id: InvocationId): void {
    this.issueWithoutResult(EntryKinds.cancel, id, (vm) => vm.cancelInvocation(id));
  }
}
