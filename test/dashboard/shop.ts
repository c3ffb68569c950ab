import { fileURLToPath } from "node:url";
import { type ServerKind, type ServerOptions, TestEndpoint, TestServer, until } from "../support/index.ts";

export type Row = Readonly<Record<string, unknown>>;

const endpointFile = fileURLToPath(new URL("endpoints/shop.mjs", import.meta.url));

/** A server with the shop registered, to be looked at with a browser. */
export class Shop {
  readonly server: TestServer;
  readonly endpoint: TestEndpoint;

  private constructor(server: TestServer, endpoint: TestEndpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  static async open(kind: ServerKind = "ours", options: ServerOptions = {}): Promise<Shop> {
    const [server, endpoint] = await Promise.all([TestServer.start(kind, options), TestEndpoint.start(endpointFile)]);
    const shop = new Shop(server, endpoint);
    await server.register(endpoint.url);
    return shop;
  }

  async close(): Promise<void> {
    await Promise.all([this.server.dispose(), this.endpoint.kill()]);
  }

  page(path = ""): string {
    return `${this.server.adminUrl}/ui/${path}`;
  }

  async rows(query: string): Promise<Row[]> {
    const answer = await fetch(`${this.server.adminUrl}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} for ${query}: ${text}`);
    return (JSON.parse(text) as { rows: Row[] }).rows;
  }

  /** @returns the id of the invocation, for sends */
  async post(path: string, body?: unknown): Promise<string> {
    const answer = await fetch(`${this.server.ingressUrl}/${path}`, {
      method: "POST",
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return path.includes("/send") ? (JSON.parse(text) as { invocationId: string }).invocationId : text;
  }

  async act(id: string, action: string): Promise<void> {
    const answer = await fetch(`${this.server.adminUrl}/invocations/${id}/${action}`, { method: "PATCH" });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
  }

  async status(id: string): Promise<unknown> {
    return (await this.rows(`SELECT status FROM sys_invocation WHERE id = '${id}'`))[0]?.status;
  }

  async settle(id: string, status: string): Promise<string> {
    await until(`${id} to be ${status}`, async () => (await this.status(id)) === status);
    return id;
  }

  /** A checkout is suspended before that, too: while it sleeps, and while the card is charged. */
  async awaitsApproval(id: string): Promise<string> {
    const query = `SELECT index FROM sys_journal WHERE id = '${id}' AND entry_type = 'Command: GetPromise'`;
    await until(`${id} to wait for its approval`, async () => (await this.rows(query)).length > 0);
    return await this.settle(id, "suspended");
  }

  /** Invocations in every status, one after the other. @returns an id of each, by a name */
  async makeHistory() {
    for (const name of ["Ada", "Grace", "Linus", "Barbara", "Edsger"]) await this.post("Greeter/greet", name);
    for (const price of [12.5, 30]) await this.post("Cart/ada/add", { sku: `book-${price}`, price });
    await this.post("Cart/grace/add", { sku: "lamp", price: 80 });
    await this.post("Payment/decline");
    const send = (path: string, body?: unknown) => this.post(path, body);
    const running = await this.settle(await send("Cart/linus/hold/send"), "running");
    const pending = await this.settle(await send("Cart/linus/add/send", { sku: "pen", price: 2 }), "pending");
    const scheduled = await send("Greeter/greet/send?delay=2h", "later");
    const suspended = await this.settle(await send("Support/ticket-7/ask/send"), "suspended");
    const sleeping = await this.settle(await send("Support/ticket-8/nap/send"), "suspended");
    const checkout = await this.awaitsApproval(await send("Checkout/order-1001/run/send", { items: 3 }));
    const done = await this.awaitsApproval(await send("Checkout/order-1000/run/send", { items: 1 }));
    await this.post("Checkout/order-1000/approve", "manager");
    await this.settle(done, "completed");
    const backingOff = await this.settle(await send("Payment/flaky/send"), "backing-off");
    const paused = await this.settle(await send("Shipping/label/send"), "paused");
    const mismatch = await this.settle(await send("Shipping/route/send"), "paused");
    const cancelled = await this.settle(await send("Support/ticket-9/wait/send"), "suspended");
    await this.act(cancelled, "cancel");
    const killed = await this.settle(await send("Support/ticket-10/wait/send"), "suspended");
    await this.act(killed, "kill");
    for (const id of [cancelled, killed]) await this.settle(id, "completed");
    await this.limit();
    const atRest = { running, pending, scheduled, suspended, sleeping, checkout, done, backingOff, paused, mismatch };
    return { ...atRest, cancelled, killed };
  }

  /** Rules, and carts of a scope that they let in or keep waiting. */
  async limit(): Promise<void> {
    await this.putRules([
      { pattern: "*", limits: { concurrency: 10 }, description: "Each tenant" },
      { pattern: "*/growth", limits: { concurrency: 1 }, description: "Those on the small plan" },
      { pattern: "acme/trial", limits: { concurrency: 5 }, disabled: true },
    ]);
    const hold = (cart: string) => this.post(`restate/scope/acme/send/Cart/${cart}/hold?limit-key=growth`);
    await this.settle(await hold("acme-1"), "running");
    for (const cart of ["acme-2", "acme-3"]) await this.settle(await hold(cart), "pending");
  }

  async putRules(rules: readonly Row[]): Promise<void> {
    const answer = await fetch(`${this.server.adminUrl}/limits/rules`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(rules),
    });
    if (!answer.ok) throw new Error(`rules: ${await answer.text()}`);
  }
}

export type History = Awaited<ReturnType<Shop["makeHistory"]>>;
