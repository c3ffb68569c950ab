import type {
  Accepted,
  Completion,
  InvocationReference,
  InvokeRequest,
  Outcome,
  OutputState,
} from "../engine/types.ts";

export type OnCompletion = (completion: Completion) => void;

/** What the ingress asks of the engine. Everything but `detach` and `lookup` is called inside a turn. */
export interface IngressEngine {
  /** Invokes and waits; `onCompletion` is called once the result is durable, unless it was detached before. */
  call(request: InvokeRequest, onCompletion: OnCompletion): Accepted;
  /** Invokes without waiting. The answer waits for the flush. */
  send(request: InvokeRequest): Accepted;
  attach(
    reference: InvocationReference,
    onCompletion: OnCompletion,
  ): { readonly kind: "unknown" } | { readonly kind: "attached"; readonly id: string };
  /** The client behind `onCompletion` went away; its invocation goes on. Touches memory only. */
  detach(onCompletion: OnCompletion): void;
  output(reference: InvocationReference): OutputState;
  /** The id that a reference stands for; computed, never looked up. */
  lookup(reference: InvocationReference): string;
  /** @throws ServerError 400 for a malformed id; unknown and finished ones are ignored */
  completeAwakeable(id: string, result: Outcome): void;
  /** @returns `false` when the invocation is unknown or completed */
  signal(invocationId: string, name: string, result: Outcome): boolean;
}

/** The part of the storage's turns that answers need. */
export interface IngressTurns {
  /** Runs one command in the open turn. */
  apply<T>(command: () => T): T;
  /** Called inside a command: runs `effect` once what the turn wrote and read is safe. */
  afterFlush(effect: () => void): void;
}
