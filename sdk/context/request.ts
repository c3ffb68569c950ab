import type { InvocationId, Request, Target } from "../authoring/index.ts";
import type { Input } from "../vm/index.ts";
import type { AttemptStart } from "./types.ts";

/** What an attempt knows about its handler. */
export interface HandlerName {
  readonly service: string;
  readonly handler: string;
}

/** The request as the handler sees it. What costs something is made when it is first asked for. */
export class HandlerRequest implements Request {
  readonly id: InvocationId;
  readonly body: Uint8Array;
  readonly extraArgs: unknown[];
  readonly idempotencyKey?: string;
  readonly scope?: string;
  readonly limitKey?: string;
  readonly #input: Input;
  readonly #start: AttemptStart;
  readonly #name: HandlerName;
  readonly #signal: () => AbortSignal;
  #target: Target | undefined;
  #headers: ReadonlyMap<string, string> | undefined;
  #attemptHeaders: ReadonlyMap<string, string> | undefined;

  /** @param signal makes the signal that fires when the attempt ends */
  constructor(name: HandlerName, input: Input, start: AttemptStart, signal: () => AbortSignal) {
    this.id = input.invocationId as InvocationId;
    this.body = input.body;
    this.extraArgs = start.extraArgs as unknown[];
    if (input.idempotencyKey) this.idempotencyKey = input.idempotencyKey;
    if (input.scope) this.scope = input.scope;
    if (input.limitKey) this.limitKey = input.limitKey;
    this.#name = name;
    this.#input = input;
    this.#start = start;
    this.#signal = signal;
  }

  get target(): Target {
    this.#target ??= new InvocationTarget(this.#name, this.#input.key);
    return this.#target;
  }

  get headers(): ReadonlyMap<string, string> {
    this.#headers ??= new Map(this.#input.headers.map(({ key, value }) => [key, value]));
    return this.#headers;
  }

  get attemptHeaders(): ReadonlyMap<string, string> {
    this.#attemptHeaders ??= new Map(Object.entries(this.#start.headers));
    return this.#attemptHeaders;
  }

  get attemptCompletedSignal(): AbortSignal {
    return this.#signal();
  }
}

class InvocationTarget implements Target {
  service: string;
  handler: string;
  key?: string;

  constructor(name: HandlerName, key: string) {
    this.service = name.service;
    this.handler = name.handler;
    if (key !== "") this.key = key;
  }

  toString(): string {
    return this.key === undefined ? `${this.service}/${this.handler}` : `${this.service}/${this.key}/${this.handler}`;
  }
}
