import { fileURLToPath } from "node:url";
import { TestEndpoint } from "../support/endpoints.ts";
import { type ServerKind, TestServer } from "../support/servers.ts";
import { until } from "../support/until.ts";

/** The real server as it comes, and with the flags for protocol v7, virtual queues and scoped objects. */
export type Profile = "flags-off" | "flags-on";
export type Side = "ours" | "real";

type Row = Readonly<Record<string, unknown>>;

const shopFile = fileURLToPath(new URL("endpoints/shop.mjs", import.meta.url));
const stockFile = fileURLToPath(new URL("endpoints/stock.mjs", import.meta.url));

/** One of the two servers with endpoints of its own, so that neither sees what the other does. */
export class Stand {
  readonly side: Side;
  readonly server: TestServer;
  readonly #endpoints: TestEndpoint[] = [];
  #lastCallMs = 0;
  #keys = 0;

  private constructor(side: Side, server: TestServer) {
    this.side = side;
    this.server = server;
  }

  static async start(side: Side, profile: Profile): Promise<Stand> {
    const kind: ServerKind = side === "ours" ? "ours" : profile === "flags-on" ? "real-experimental" : "real";
    const stand = new Stand(side, await TestServer.start(kind));
    // The real server answers before all of its partitions can be read.
    await until(
      `answers to queries on ${side}`,
      async () =>
        (await stand.rows("select count(*) from sys_invocation")) && (await stand.rows("select count(*) from state")),
    );
    return stand;
  }

  /** Starts the endpoint with a service for every status; `broken` are the services that fail on it. */
  startShop(broken: readonly string[]): Promise<TestEndpoint> {
    return this.#startEndpoint(shopFile, { BROKEN: broken.join() });
  }

  /** Starts the endpoint of one service in one of its revisions. */
  startStock(revision: "one" | "two" | "less" | "object", http: "h2c" | "http1" = "h2c"): Promise<TestEndpoint> {
    return this.#startEndpoint(stockFile, { REVISION: revision, HTTP1: http === "http1" ? "1" : "0" });
  }

  async #startEndpoint(file: string, env: Readonly<Record<string, string>>): Promise<TestEndpoint> {
    const endpoint = await TestEndpoint.start(file, { env });
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /**
   * A request to the ingress, and its answer. No two in the same millisecond: the CLI orders by the time of creation.
   */
  async post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    await until("the next millisecond", () => Date.now() > this.#lastCallMs + 1);
    const response = await fetch(`${this.server.ingressUrl}/${path}`, {
      method: "POST",
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    this.#lastCallMs = Date.now();
    return text;
  }

  /**
   * Sends to a handler, with an idempotency key (the real server invents one where there is none, see differences.ts),
   * and returns the invocation's id.
   */
  async sent(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.post(path, body, { "idempotency-key": `key-${++this.#keys}`, ...headers });
    const { invocationId } = JSON.parse(answer) as { invocationId?: string };
    if (invocationId === undefined) throw new Error(`${this.side}: a send to ${path} was answered ${answer}`);
    return invocationId;
  }

  /** @throws Error with the server's words when it refuses */
  async rows(query: string): Promise<Row[]> {
    const response = await fetch(`${this.server.adminUrl}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.side} answered ${response.status} to ${query}: ${text}`);
    return (JSON.parse(text) as { rows: Row[] }).rows;
  }

  /** Waits until the invocations of `target` have exactly these statuses, in the order in which they were created. */
  async untilStatuses(target: string, ...statuses: readonly string[]): Promise<void> {
    await until(`${statuses} of ${target} on ${this.side}`, async () => {
      const rows = await this.rows(
        `select status from sys_invocation where target = '${target}' order by created_at, id`,
      );
      const seen = rows.map(({ status }) => status);
      if (seen.join() === statuses.join()) return true;
      throw new Error(`it has ${seen}`);
    });
  }

  /** Waits until the attempt of `target` is older than that. */
  async untilHeld(target: string, ms: number): Promise<void> {
    const [row] = await this.rows(`select last_start_at from sys_invocation where target = '${target}'`);
    await until(`${target} to run for ${ms} ms`, () => Date.now() > Date.parse(String(row?.last_start_at)) + ms);
  }

  /** Waits until the state of an object has these values, and no other ones. */
  async untilState(service: string, key: string, state: Readonly<Record<string, string>>): Promise<void> {
    const wanted = JSON.stringify(Object.entries(state).sort());
    await until(`the state ${wanted} of ${service}/${key} on ${this.side}`, async () => {
      const rows = await this.rows(
        `select key, value_utf8 from state where service_name = '${service}' and service_key = '${key}'`,
      );
      const seen = JSON.stringify(rows.map((row) => [row.key, row.value_utf8]).sort());
      if (seen === wanted) return true;
      throw new Error(`it is ${seen}`);
    });
  }

  async dispose(): Promise<void> {
    await Promise.all([this.server.dispose(), ...this.#endpoints.map((endpoint) => endpoint.kill())]);
  }
}
