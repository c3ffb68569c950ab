import type { InvocationId, InvocationReference, RestatePromise, SignalReference } from "../authoring/index.ts";
import type { Serde, TerminalError } from "../core/index.ts";
import type { HandlerContext } from "./context.ts";
import { EntryKinds } from "./entry-kind.ts";
import { failureOf } from "./errors.ts";

/** What `ctx.invocation(id)` answers. */
export class OtherInvocation implements InvocationReference {
  readonly #context: HandlerContext;
  readonly #id: InvocationId;

  constructor(context: HandlerContext, id: InvocationId) {
    this.#context = context;
    this.#id = id;
  }

  signal<T>(name: string, serde?: Serde<T>): SignalReference<T> {
    return new OtherSignal(this.#context, this.#id, name, serde);
  }

  cancel(): void {
    this.#context.cancel(this.#id);
  }

  attach<T>(serde?: Serde<T>): RestatePromise<T> {
    return this.#context.attach(this.#id, serde);
  }
}

class OtherSignal<T> implements SignalReference<T> {
  readonly #context: HandlerContext;
  readonly #id: InvocationId;
  readonly #name: string;
  readonly #serde: Serde<T> | undefined;

  constructor(context: HandlerContext, id: InvocationId, name: string, serde: Serde<T> | undefined) {
    this.#context = context;
    this.#id = id;
    this.#name = name;
    this.#serde = serde;
  }

  resolve(payload?: T): void {
    const bytes = this.#context.prepared(EntryKinds.sendSignal, this.#name, payload as T, this.#serde);
    if (bytes !== undefined) {
      this.#context.issue((vm) => vm.sendSignal(this.#id, this.#name, bytes));
    }
  }

  reject(reason: string | TerminalError): void {
    this.#context.command(EntryKinds.sendSignal, this.#name, (vm) =>
      vm.sendSignal(this.#id, this.#name, failureOf(reason)),
    );
  }
}
