import { fileURLToPath } from "node:url";
import {
  type HttpAnswer,
  json,
  type ServerKind,
  type ServerOptions,
  send,
  TestEndpoint,
  TestServer,
  until,
} from "../support/index.ts";
import type { Mode } from "./modes.ts";

export const endpointFile = fileURLToPath(new URL("endpoints/main.mjs", import.meta.url));

/** What the handlers' `outcome()` answers for an error. */
export interface Failed {
  readonly error: {
    readonly name: string;
    readonly message: string;
    readonly code: number;
    readonly metadata?: Record<string, string>;
  };
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Body as it is; without it the input is sent as JSON. */
  readonly raw?: string | Uint8Array;
}

/** One server and one endpoint, registered with each other, and the requests that the tests make. */
export class Stand {
  readonly kind: ServerKind;
  readonly mode: Mode;
  #server: TestServer | undefined;
  #endpoint: TestEndpoint | undefined;
  #names = 0;

  constructor(kind: ServerKind, mode: Mode) {
    this.kind = kind;
    this.mode = mode;
  }

  /** Whether server and endpoint negotiate protocol v7 here. */
  get speaksV7(): boolean {
    return this.kind !== "real" && this.mode !== "v5" && this.mode !== "v6";
  }

  /** What arrives of a terminal error's metadata: nothing where protocol v5 is spoken. */
  metadata(entries: Record<string, string>): { metadata?: Record<string, string> } {
    return this.mode === "v5" ? {} : { metadata: entries };
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error("the server is not up");
    return this.#server;
  }

  get endpoint(): TestEndpoint {
    if (this.#endpoint === undefined) throw new Error("the endpoint is not up");
    return this.#endpoint;
  }

  /** Starts both and registers the endpoint. */
  async setUp(options: { server?: ServerOptions; endpoint?: Record<string, string> } = {}): Promise<void> {
    [this.#server, this.#endpoint] = await Promise.all([
      TestServer.start(this.kind, options.server),
      TestEndpoint.start(endpointFile, { env: { MODE: this.mode, ...options.endpoint } }),
    ]);
    const registered = await this.register(this.endpoint.url);
    if (registered.status !== 201) throw new Error(`registration: ${registered.status} ${registered.text}`);
  }

  register(uri: string): Promise<HttpAnswer> {
    return this.admin("POST", "/deployments", { uri, use_http_11: this.mode === "http1" });
  }

  async tearDown(): Promise<void> {
    await Promise.all([this.#server?.dispose(), this.#endpoint?.kill()]);
  }

  /** A name that no other test uses: for keys, diary keys and gates. */
  name(prefix = "n"): string {
    return `${prefix}-${++this.#names}`;
  }

  /** Calls a handler, `Service/handler` or `Object/key/handler`. */
  call(target: string, input?: unknown, options: CallOptions = {}): Promise<HttpAnswer> {
    return this.#invoke(`/${target}`, input, options);
  }

  /** Calls a handler that must succeed, and returns its output (undefined when that is empty). */
  async value<T = unknown>(target: string, input?: unknown, options: CallOptions = {}): Promise<T> {
    const answer = await this.call(target, input, options);
    if (answer.status !== 200) throw new Error(`${target}: ${answer.status} ${answer.text}`);
    return (answer.body.length === 0 ? undefined : json(answer)) as T;
  }

  /** Sends to a handler and returns the invocation id. `delay` as in the URL, for example `10s`. */
  async send(target: string, input?: unknown, options: CallOptions & { delay?: string } = {}): Promise<string> {
    const query = options.delay === undefined ? "" : `?delay=${options.delay}`;
    const answer = await this.#invoke(`/${target}/send${query}`, input, options);
    if (answer.status !== 202) throw new Error(`send to ${target}: ${answer.status} ${answer.text}`);
    return json<{ invocationId: string }>(answer).invocationId;
  }

  /** Waits for the end of an invocation. */
  attach(id: string): Promise<HttpAnswer> {
    return send(this.server.ingressUrl, `/restate/invocation/${id}/attach`);
  }

  /** The result of an invocation, or 470 when there is none yet. */
  output(id: string): Promise<HttpAnswer> {
    return send(this.server.ingressUrl, `/restate/invocation/${id}/output`);
  }

  /** A request to the ingress, as it is. */
  ingress(method: string, path: string, options: CallOptions = {}): Promise<HttpAnswer> {
    return send(this.server.ingressUrl, path, { method, headers: options.headers ?? {}, body: options.raw });
  }

  admin(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    return send(this.server.adminUrl, path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The first line of the diary under `key`, which is an id that a handler told. */
  async told(key: string, index = 0): Promise<string> {
    return (await this.endpoint.diaryOf(key, index + 1))[index] as string;
  }

  /** Waits until the diary under `key` says exactly `lines`. */
  async untilDiary(key: string, lines: readonly unknown[]): Promise<void> {
    await until(`the diary of ${key} to be ${JSON.stringify(lines)}`, async () => {
      const now = await this.endpoint.diary(key);
      if (JSON.stringify(now) === JSON.stringify(lines)) return true;
      throw new Error(`the diary is ${JSON.stringify(now)}`);
    });
  }

  #invoke(path: string, input: unknown, { headers = {}, raw }: CallOptions): Promise<HttpAnswer> {
    const body = raw ?? (input === undefined ? undefined : JSON.stringify(input));
    const contentType = body === undefined ? {} : { "content-type": "application/json" };
    return send(this.server.ingressUrl, path, { method: "POST", headers: { ...contentType, ...headers }, body });
  }
}
