import { CommandError, ExitCode, foreignError, usage } from "./errors.ts";
import type { CommandLine } from "./line.ts";

const DEFAULT_ADMIN = "http://localhost:9070";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A running server, as the commands use it: through its public APIs. */
export class ServerClient {
  readonly #adminUrl: string;
  readonly #givenIngress: string | undefined;
  /** For the admin API only: what is sent to the ingress reaches handlers and their journals. */
  readonly #token: string | undefined;

  constructor(line: CommandLine, environment: NodeJS.ProcessEnv) {
    this.#adminUrl = address(line.option("admin-url") ?? environment.RESTATE_ADMIN_URL ?? DEFAULT_ADMIN, "--admin-url");
    this.#token = line.option("token") ?? environment.RESTATE_AUTH_TOKEN;
    const ingress = line.option("ingress-url") ?? environment.RESTATE_INGRESS_URL;
    this.#givenIngress = ingress === undefined ? undefined : address(ingress, "--ingress-url");
  }

  /** @param path of the admin API, its parts encoded */
  async admin(method: string, path: string, body?: unknown): Promise<Answer> {
    return await request(method, this.#adminUrl + path, {
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async adminJson<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.admin(method, path, body);
    if (answer.status >= 400) throw refused(answer);
    return (answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString())) as T;
  }

  /** @throws CommandError with what is wrong with the query */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.adminJson<{ rows: Record<string, unknown>[] }>("POST", "/query", { query: sql });
    return rows;
  }

  async ingress(path: string, headers: Record<string, string>, body: string | undefined): Promise<Answer> {
    const base = this.#givenIngress ?? (await this.#advertisedIngress());
    return await request("POST", base + path, { headers, ...(body === undefined ? {} : { body }) });
  }

  async #advertisedIngress(): Promise<string> {
    const { ingress_endpoint: endpoint } = await this.adminJson<{ ingress_endpoint?: string }>("GET", "/version");
    if (endpoint === undefined) throw usage("the server does not say where its ingress is: pass --ingress-url");
    return address(endpoint, "ingress_endpoint");
  }
}

function address(given: string, source: string): string {
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw usage(`${source}: '${given}' is not an address such as http://localhost:9070`);
  }
  return given.replace(/\/+$/, "");
}

async function request(method: string, url: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    // A handler may take its time: there is no limit but that of the server.
    response = await fetch(url, { method, ...init });
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    throw new CommandError(
      ExitCode.Unreachable,
      "RL_CLI_UNREACHABLE",
      `no server answers at ${new URL(url).origin} (${cause?.code ?? cause?.message ?? String(error)}). ` +
        "Start one with restate-lite dev, or name it with RESTATE_ADMIN_URL or --admin-url.",
    );
  }
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** The error that a refusal of the server is. */
export function refused({ status, body }: Answer): CommandError {
  const text = body.toString();
  let message = text === "" ? `the server answered ${status}` : text;
  let code = `HTTP_${status}`;
  try {
    const parsed = JSON.parse(text) as { message?: string; restate_code?: string | null };
    message = parsed.message ?? message;
    code = parsed.restate_code ?? code;
  } catch {
    // Not JSON: the text itself says it.
  }
  return foreignError(status === 404 ? ExitCode.NotFound : ExitCode.Failed, code, message);
}
