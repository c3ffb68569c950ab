import type { InvocationId, InvocationReference, RestatePromise, SignalReference } from "../authoring/index.ts";
import type { Serde, TerminalError } from "../core/index.ts";
import type { Commands } from "./commands.ts";
import { EntryKinds } from "./entry-kind.ts";
import { failureOf } from "./errors.ts";

/** What `ctx.invocation(id)` answers. */
export class OtherInvocation implements InvocationReference {
  readonly #commands: Commands;
  readonly #id: InvocationId;

  constructor(commands: Commands, id: InvocationId) {
    this.#commands = commands;
    this.#id = id;
  }

  signal<T>(name: string, serde?: Serde<T>): SignalReference<T> {
    return new OtherSignal(this.#commands, this.#id, name, serde);
  }

  cancel(): void {
    this.#commands.cancel(this.#id);
  }

  attach<T>(serde?: Serde<T>): RestatePromise<T> {
    return this.#commands.attach(this.#id, serde);
  }
}

class OtherSignal<T> implements SignalReference<T> {
  readonly #commands: Commands;
  readonly #id: InvocationId;
  readonly #name: string;
  readonly #serde: Serde<T> | undefined;

  constructor(commands: Commands, id: InvocationId, name: string, serde: Serde<T> | undefined) {
    this.#commands = commands;
    this.#id = id;
    this.#name = name;
    this.#serde = serde;
  }

  resolve(payload?: T): void {
    const bytes = this.#commands.prepare(EntryKinds.sendSignal, this.#name, payload as T, this.#serde);
    if (bytes !== undefined) this.#commands.issue((vm) => vm.sendSignal(this.#id, this.#name, bytes));
  }

  reject(reason: string | TerminalError): void {
    this.#commands.issueWithoutResult(EntryKinds.sendSignal, this.#name, (vm) =>
      vm.sendSignal(this.#id, this.#name, failureOf(reason)),
    );
  }
}
