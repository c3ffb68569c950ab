import { connect } from "node:net";
import path from "node:path";
import {
  freePort,
  type HttpAnswer,
  json,
  Program,
  type ServerKind,
  send,
  TestServer,
  until,
} from "../support/index.ts";
import { type Language, languagesFolder, type Serving } from "./languages.ts";

/** The server under test; `RESTATE_LITE_LANGUAGES_SERVER=real` runs the same tests against the real one. */
export const serverKind = (process.env.RESTATE_LITE_LANGUAGES_SERVER ?? "ours") as ServerKind;

/** A server and the program of one language, and the requests that the tests make. */
export class Stand {
  readonly #language: Language;
  readonly #serving: Serving;
  readonly #port: number;
  readonly #server: TestServer;
  #endpoint: Program;

  private constructor(language: Language, serving: Serving, port: number, server: TestServer, endpoint: Program) {
    this.#language = language;
    this.#serving = serving;
    this.#port = port;
    this.#server = server;
    this.#endpoint = endpoint;
  }

  /** Starts both and registers the program. */
  static async start(language: Language, serving: Serving): Promise<Stand> {
    const port = await freePort();
    const endpoint = spawnEndpoint(language, serving, port);
    const stand = new Stand(language, serving, port, await TestServer.start(serverKind), endpoint);
    await stand.#untilListening();
    const uri = `http://127.0.0.1:${port}${serving.prefix ?? ""}`;
    const isHttp1 = serving.isHttp1 ?? false;
    const registered = await stand.admin("POST", "/deployments", { uri, ...(isHttp1 ? { use_http_11: true } : {}) });
    if (registered.status !== 201) {
      throw new Error(`registration: ${registered.status} ${registered.text}\n${stand.output}`);
    }
    return stand;
  }

  /** The end of what both programs printed. */
  get output(): string {
    return `--- server\n${this.#server.output}\n--- endpoint\n${this.#endpoint.output}`;
  }

  /** kill -9 of the server, and a new one on the same data. */
  async killServer(): Promise<void> {
    await this.#server.kill();
    await this.#server.start();
  }

  /** kill -9 of the program with the handlers; {@link startEndpoint} starts it again on the same port. */
  async killEndpoint(): Promise<void> {
    await this.#endpoint.kill();
  }

  async startEndpoint(): Promise<void> {
    this.#endpoint = spawnEndpoint(this.#language, this.#serving, this.#port);
    await this.#untilListening();
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#server.dispose(), this.#endpoint.kill()]);
  }

  admin(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return request(this.#server.adminUrl, path, method, body);
  }

  /** Calls a handler, `Service/handler` or `Object/key/handler`, and returns the answer. */
  call(target: string, input?: unknown): Promise<HttpAnswer> {
    return request(this.#server.ingressUrl, `/${target}`, "POST", input);
  }

  /** Calls a handler and returns its result. Throws when it failed. */
  async result(target: string, input?: unknown): Promise<unknown> {
    return resultOf(await this.call(target, input), `${target}\n${this.output}`);
  }

  /** Sends to a handler and returns the invocation id. */
  async send(target: string, input?: unknown): Promise<string> {
    const answer = await request(this.#server.ingressUrl, `/${target}/send`, "POST", input);
    if (answer.status !== 202) throw new Error(`send to ${target}: ${answer.status} ${answer.text}`);
    return json<{ invocationId: string }>(answer).invocationId;
  }

  /** Waits for an invocation and returns the answer. */
  attach(id: string): Promise<HttpAnswer> {
    return request(this.#server.ingressUrl, `/restate/invocation/${id}/attach`, "GET");
  }

  /** Waits for an invocation and returns its result. Throws when it failed. */
  async attachResult(id: string): Promise<unknown> {
    return resultOf(await this.attach(id), `${id}\n${this.output}`);
  }

  settle(awakeable: string, how: "resolve" | "reject", body: unknown): Promise<HttpAnswer> {
    return request(this.#server.ingressUrl, `/restate/awakeables/${awakeable}/${how}`, "POST", body);
  }

  async lines(key: string): Promise<string[]> {
    return (await this.result(`Ledger/${key}/lines`)) as string[];
  }

  /** Waits until a ledger has that many lines. */
  linesOf(key: string, count: number): Promise<string[]> {
    return until(`${count} lines in ledger ${key}\n${this.output}`, async () => {
      const lines = await this.lines(key);
      return lines.length >= count ? lines : undefined;
    });
  }

  async query<T>(sql: string): Promise<T[]> {
    const answer = await send(this.#server.adminUrl, "/query", {
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: sql }),
    });
    if (answer.status !== 200) throw new Error(`${sql}: ${answer.status} ${answer.text}`);
    return json<{ rows: T[] }>(answer).rows;
  }

  #untilListening(): Promise<unknown> {
    return until(`the ${this.#language.name} program to listen\n${this.output}`, () => {
      this.#endpoint.assertRunning();
      return new Promise<boolean>((resolve) => {
        const socket = connect(this.#port, "127.0.0.1");
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
      });
    });
  }
}

function spawnEndpoint(language: Language, serving: Serving, port: number): Program {
  const { program, args, env } = serving.start(port);
  return new Program(`the ${language.name} program`, program, args, {
    cwd: path.join(languagesFolder, language.name),
    env: { ...process.env, PORT: String(port), RESTATE_LOGGING: "ERROR", PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
}

function request(url: string, path: string, method: string, body?: unknown): Promise<HttpAnswer> {
  if (body === undefined) return send(url, path, { method });
  return send(url, path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function resultOf(answer: HttpAnswer, what: string): unknown {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}\n${what}`);
  return answer.body.length === 0 ? undefined : json(answer);
}
