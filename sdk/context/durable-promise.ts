import type { DurablePromise, RestatePromise } from "../authoring/index.ts";
import type { Serde } from "../core/index.ts";
import type { HandlerContext } from "./context.ts";
import { EntryKinds } from "./entry-kind.ts";
import { failureOf } from "./errors.ts";
import { ConstPromise } from "./promise.ts";

/** What `ctx.promise(name)` answers. Awaiting it is short for awaiting `get()`. */
export class WorkflowPromise<T> implements DurablePromise<T> {
  readonly [Symbol.toStringTag] = "DurablePromise";
  readonly #context: HandlerContext;
  readonly #name: string;
  readonly #serde: Serde<T>;

  constructor(context: HandlerContext, name: string, serde: Serde<T>) {
    this.#context = context;
    this.#name = name;
    this.#serde = serde;
  }

  get(): RestatePromise<T> {
    return this.#context.completable(EntryKinds.getPromise, this.#name, this.#serde, (vm) => vm.getPromise(this.#name));
  }

  peek(): RestatePromise<T | undefined> {
    return this.#context.completable(EntryKinds.peekPromise, this.#name, this.#serde as Serde<T | undefined>, (vm) =>
      vm.peekPromise(this.#name),
    );
  }

  resolve(value?: T): RestatePromise<void> {
    const kind = EntryKinds.completePromise;
    const bytes = this.#context.prepared(kind, this.#name, value as T, this.#serde);
    return bytes === undefined
      ? ConstPromise.pending()
      : this.#context.completable<void>(kind, this.#name, undefined, (vm) => vm.completePromise(this.#name, bytes));
  }

  reject(errorMsg: string): RestatePromise<void> {
    return this.#context.completable<void>(EntryKinds.completePromise, this.#name, undefined, (vm) =>
      vm.completePromise(this.#name, failureOf(errorMsg)),
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
