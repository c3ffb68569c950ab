import { fileURLToPath } from "node:url";
import {
  type Diary,
  type HttpAnswer,
  json,
  type SdkKind,
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

/** One server with the handlers of `endpoints/` on one SDK, and the requests that the tests make. */
export class Stand {
  readonly kind: ServerKind;
  readonly sdk: SdkKind;
  readonly mode: Mode;
  #server: TestServer | undefined;
  #endpoint: TestEndpoint | undefined;
  #names = 0;

  constructor(kind: ServerKind, sdk: SdkKind, mode: Mode) {
    this.kind = kind;
    this.sdk = sdk;
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

  /** What the handlers did, and the gates at which they wait, wherever they run. */
  get diary(): Diary {
    return this.mode === "in-process" ? this.server.diary : this.endpoint.diary;
  }

  /** Starts the server and the endpoint and registers it, or the server with the services in it. */
  async setUp(
    options: { server?: ServerOptions; endpoint?: Record<string, string>; program?: string } = {},
  ): Promise<void> {
    const { sdk } = this;
    const file = options.program ?? endpointFile;
    const env = { MODE: this.mode, ...options.endpoint };
    if (this.mode === "in-process") {
      const embedding = { file, sdk, env };
      this.#server = await TestServer.start(this.kind, { ...options.server, embedding });
      return;
    }
    [this.#server, this.#endpoint] = await Promise.all([
      TestServer.start(this.kind, options.server),
      TestEndpoint.start(file, { sdk, env }),
    ]);
    const registered = await this.register(this.endpoint.url);
    if (registered.status !== 201) throw new Error(`registration: ${registered.status} ${registered.text}`);
  }

  /** Starts the server alone, for endpoints that the test starts by itself. */
  async setUpServer(options?: ServerOptions): Promise<void> {
    this.#server = await TestServer.start(this.kind, options);
  }

  register(uri: string): Promise<HttpAnswer> {
    const isHttp1 = this.mode === "http1" || this.mode === "fetch";
    return this.admin("POST", "/deployments", { uri, use_http_11: isHttp1 });
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
    return (await this.diary.linesOf(key, index + 1))[index] as string;
  }

  /** Waits until the diary under `key` says exactly `lines`. */
  async untilDiary(key: string, lines: readonly unknown[]): Promise<void> {
    await until(`the diary of ${key} to be ${JSON.stringify(lines)}`, async () => {
      const now = await this.diary.lines(key);
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
