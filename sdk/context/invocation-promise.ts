import type { InvocationHandle, InvocationId, InvocationPromise, RestatePromise } from "../authoring/index.ts";
import type { Serde } from "../core/index.ts";
import type { Handle } from "../vm/index.ts";
import type { AttemptCore } from "./attempt-core.ts";
import { never, pendingPromise } from "./const-node.ts";
import { type EntryKind, EntryKinds } from "./entry-kind.ts";
import { EntryNode } from "./entry-node.ts";
import { HandlerPromise } from "./handler-promise.ts";

/** The promise of a call's result. */
export class CallPromise<T> extends HandlerPromise<T> implements InvocationPromise<T> {
  readonly #sent: SentInvocation;

  constructor(attempt: AttemptCore, name: string, result: Handle, index: number, serde: Serde<T>, id: Handle) {
    super(new EntryNode(attempt, EntryKinds.call, name, result, index, serde));
    this.#sent = new SentInvocation(attempt, EntryKinds.callId, name, id, index);
  }

  override get [Symbol.toStringTag](): string {
    return "RestateInvocationPromise";
  }

  get invocationId(): RestatePromise<InvocationId> {
    return this.#sent.invocationId;
  }
}

/** What a send answers with. Few ask for the id, so its promise is made when they do. */
export class SentInvocation implements InvocationHandle {
  readonly #attempt: AttemptCore;
  readonly #kind: EntryKind;
  readonly #name: string;
  readonly #handle: Handle;
  readonly #index: number;
  #id: RestatePromise<InvocationId> | undefined;

  /** @param handle of the invocation's id */
  constructor(attempt: AttemptCore, kind: EntryKind, name: string, handle: Handle, index: number) {
    this.#attempt = attempt;
    this.#kind = kind;
    this.#name = name;
    this.#handle = handle;
    this.#index = index;
  }

  get invocationId(): RestatePromise<InvocationId> {
    this.#id ??= new HandlerPromise(
      new EntryNode<InvocationId>(this.#attempt, this.#kind, this.#name, this.#handle, this.#index),
    );
    return this.#id;
  }
}

/** What a call or send answers when the attempt cannot go on. */
export function pendingInvocation<T>(): InvocationPromise<T> {
  return Object.assign(pendingPromise<T>(), { invocationId: never<InvocationId>() });
}
