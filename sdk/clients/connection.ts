import { type JournalValueCodec, SdkError, type Serde, serde } from "../core/index.ts";
import { errorOfAnswer, errorOfFetch } from "./errors.ts";
import { pauseMs, type ResolvedRetryPolicy, type RetryFailure, resolveRetryPolicy } from "./retry.ts";
import type { ConnectionOpts } from "./types.ts";

/** A request to the ingress. */
export interface Exchange {
  /** What is asked for, for messages: `Greeter/greet`. */
  readonly what: string;
  readonly method: "GET" | "POST";
  /** From the first slash on, encoded. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array | string | undefined;
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether asking twice does no harm. */
  readonly isRepeatable: boolean;
  /** Whether the request says which attempt it is. */
  readonly isCounted: boolean;
}

/** Time and chance, of which only retries make use. */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** @throws the reason of `signal` when it is aborted meanwhile */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** Counts the attempts of a request, from 1, so that a server can see repeated ones. */
const ATTEMPT_HEADER = "x-restateclient-retry-attempt";

type FetchInit = NonNullable<Parameters<typeof globalThis.fetch>[1]>;

type Outcome = { readonly answer: Uint8Array } | { readonly failure: RetryFailure; readonly error: unknown };

/** Sends requests to one ingress, repeating those that may be. */
export class Connection {
  readonly #options: ConnectionOpts;
  readonly #environment: Environment;

  constructor(options: ConnectionOpts, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  get codec(): JournalValueCodec | undefined {
    return this.#options.journalValueCodec;
  }

  /** The serde for what names none of its own. */
  get serde(): Serde<unknown> {
    return this.#options.serde ?? serde.json;
  }

  get headers(): Record<string, string> | undefined {
    return this.#options.headers;
  }

  /**
   * The body of a successful answer.
   * @throws HttpCallError for any other answer, ConnectionError when there is none, the signal's reason when aborted
   */
  async send(exchange: Exchange): Promise<Uint8Array> {
    if (exchange.signal !== undefined && exchange.timeout !== undefined) {
      const message = `${exchange.what}: 'timeout' and 'signal' exclude each other; to have both, pass AbortSignal.any([signal, AbortSignal.timeout(ms)]) as signal`;
      throw new SdkError("RL_SDK_TIMEOUT_AND_SIGNAL", message);
    }
    const policy = exchange.isRepeatable ? resolveRetryPolicy(this.#options.retry) : undefined;
    const startedMs = policy === undefined ? 0 : this.#environment.now();
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#attempt(exchange, attempt);
      if ("answer" in outcome) return outcome.answer;
      const pause = exchange.signal?.aborted ? undefined : this.#pause(policy, outcome.failure, attempt, startedMs);
      if (pause === undefined) throw outcome.error;
      await this.#environment.sleep(pause, exchange.signal);
    }
  }

  #pause(
    policy: ResolvedRetryPolicy | undefined,
    failure: RetryFailure,
    attempt: number,
    startedMs: number,
  ): number | undefined {
    if (policy === undefined) return undefined;
    const nowMs = this.#environment.now();
    const elapsedMs = nowMs - startedMs;
    return pauseMs(policy, failure, { attempt, elapsedMs, jitter: this.#environment.random(), nowMs });
  }

  async #attempt(exchange: Exchange, attempt: number): Promise<Outcome> {
    const url = withoutSlashes(this.#options.url) + exchange.path;
    const { what, method, headers, timeout } = exchange;
    // Called as a function: a browser's fetch refuses any other `this`.
    const fetch = this.#options.fetch ?? globalThis.fetch;
    try {
      const request = {
        method,
        headers: exchange.isCounted ? { ...headers, [ATTEMPT_HEADER]: String(attempt + 1) } : headers,
        body: exchange.body,
        // A timeout counts for each attempt: one signal for all would have run out.
        signal: exchange.signal ?? (timeout === undefined ? undefined : AbortSignal.timeout(timeout)),
      };
      // reason: the declarations of some platforms know no `undefined` here; all of them read it as absent.
      const response = await fetch(url, request as FetchInit);
      if (response.ok) return { answer: new Uint8Array(await response.arrayBuffer()) };
      const body = await response.text();
      return {
        failure: {
          kind: "response",
          status: response.status,
          headers: response.headers,
          ...(body === "" ? {} : { body }),
        },
        error: errorOfAnswer(response, body, what, this.#options.url),
      };
    } catch (error) {
      return { failure: { kind: "network", error }, error: errorOfFetch(error, what, this.#options.url, timeout) };
    }
  }
}

function withoutSlashes(url: string): string {
  return typeof url === "string" && url.endsWith("/") ? url.replace(/\/+$/, "") : url;
}

/** Later headers win over earlier ones, whatever their case: `fetch` would join them. */
export function mergeHeaders(...all: readonly (Record<string, string> | undefined)[]): Record<string, string> {
  const names = new Map<string, string>();
  const merged: Record<string, string> = {};
  for (const headers of all) {
    for (const [name, value] of Object.entries(headers ?? {})) {
      const lowerCase = name.toLowerCase();
      const earlier = names.get(lowerCase);
      if (earlier !== undefined && earlier !== name) delete merged[earlier];
      names.set(lowerCase, name);
      merged[name] = value;
    }
  }
  return merged;
}
