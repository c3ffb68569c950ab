import type { DurablePromise, RestatePromise } from "../authoring/index.ts";
import type { Serde } from "../core/index.ts";
import type { Commands } from "./commands.ts";
import { pendingPromise } from "./const-node.ts";
import { EntryKinds } from "./entry-kind.ts";
import { failureOf } from "./errors.ts";

/** What `ctx.promise(name)` answers. Awaiting it is short for awaiting `get()`. */
export class WorkflowPromise<T> implements DurablePromise<T> {
  readonly [Symbol.toStringTag] = "DurablePromise";
  readonly #commands: Commands;
  readonly #name: string;
  readonly #serde: Serde<T> | undefined;

  constructor(commands: Commands, name: string, serde: Serde<T> | undefined) {
    this.#commands = commands;
    this.#name = name;
    this.#serde = serde;
  }

  get(): RestatePromise<T> {
    const name = this.#name;
    return this.#commands.issueWithResult(EntryKinds.getPromise, name, this.#serde, (vm) => vm.getPromise(name));
  }

  peek(): RestatePromise<T | undefined> {
    const name = this.#name;
    const serde = this.#serde as Serde<T | undefined> | undefined;
    return this.#commands.issueWithResult(EntryKinds.peekPromise, name, serde, (vm) => vm.peekPromise(name));
  }

  resolve(value?: T): RestatePromise<void> {
    const name = this.#name;
    const kind = EntryKinds.completePromise;
    const bytes = this.#commands.prepare(kind, name, value as T, this.#serde);
    if (bytes === undefined) return pendingPromise();
    return this.#commands.issueWithResult<void>(kind, name, undefined, (vm) => vm.completePromise(name, bytes));
  }

  reject(errorMsg: string): RestatePromise<void> {
    const name = this.#name;
    const kind = EntryKinds.completePromise;
    return this.#commands.issueWithResult<void>(kind, name, undefined, (vm) =>
      vm.completePromise(name, failureOf(errorMsg)),
    );
  }

  // biome-ignore lint/suspicious/noThenProperty: this is what makes it a promise
  then<F = T, R = never>(
    onFulfilled?: ((value: T) => F | PromiseLike<F>) | null,
    onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null,
  ): Promise<F | R> {
    return this.get().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.get().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.get().finally(onFinally);
  }
}
