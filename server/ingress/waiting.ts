import { ServerError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../http/index.ts";
import type { OutputRule, RegistryView } from "../registry/types.ts";
import { answerCompletion, answerError } from "./answers.ts";
import type { IngressEngine, OnCompletion } from "./engine-view.ts";

interface Waiter {
  readonly response: HttpResponse;
  /** `undefined` until the engine has accepted. */
  id: string | undefined;
}

type Attempt = (response: HttpResponse, action: () => void) => void;

/** The clients that wait for the end of an invocation. */
export class WaitingClients {
  readonly #engine: IngressEngine;
  readonly #registry: RegistryView;
  readonly #attempt: Attempt;
  readonly #waiters = new Map<OnCompletion, Waiter>();

  /** @param attempt runs what answers a client, and answers with the error when that throws */
  constructor(engine: IngressEngine, registry: RegistryView, attempt: Attempt) {
    this.#engine = engine;
    this.#registry = registry;
    this.#attempt = attempt;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Lets the client of `response` wait: `begin` hands the callback to the engine and returns the invocation's id, or
   * `undefined` when there is nothing to wait for and somebody else answers.
   */
  add(request: HttpRequest, response: HttpResponse, begin: (onCompletion: OnCompletion) => string | undefined): void {
    const waiter: Waiter = { response, id: undefined };
    const onCompletion: OnCompletion = (completion) => {
      // The client may have gone, or the server may be going, while the answer waited for the flush.
      if (!this.#waiters.delete(onCompletion)) return;
      this.#attempt(response, () =>
        answerCompletion(request, response, completion, this.#outputRule(completion.service, completion.handler)),
      );
    };
    this.#waiters.set(onCompletion, waiter);
    try {
      waiter.id = begin(onCompletion);
    } catch (error) {
      this.#waiters.delete(onCompletion);
      throw error;
    }
    if (waiter.id === undefined) {
      this.#waiters.delete(onCompletion);
      return;
    }
    response.on("close", () => {
      if (this.#waiters.delete(onCompletion)) this.#engine.detach(onCompletion);
    });
  }

  /** Answers everybody that the server goes down. Their invocations go on after the next start. */
  close(): void {
    for (const [onCompletion, { response, id }] of this.#waiters) {
      this.#engine.detach(onCompletion);
      answerError(response, shuttingDown(id));
    }
    this.#waiters.clear();
  }

  #outputRule(service: string, handler: string): OutputRule | undefined {
    return this.#registry.service(service)?.handlers.get(handler)?.output;
  }
}

/** @param id of the invocation that goes on without the client */
export function shuttingDown(id: string | undefined): ServerError {
  const message =
    id === undefined
      ? "the server is shutting down; send the request again"
      : `the server is shutting down; invocation ${id} goes on after its next start: attach to it by its id`;
  const headers: Record<string, string> = { "retry-after": "1" };
  if (id !== undefined) headers["x-restate-id"] = id;
  return new ServerError(503, "RL_SHUTTING_DOWN", message, headers);
}
