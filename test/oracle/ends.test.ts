import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestEndpoint } from "../support/endpoints.ts";
import { type ServerKind, TestServer } from "../support/servers.ts";
import { until } from "../support/until.ts";

const endpointFile = fileURLToPath(new URL("endpoints/ends.mjs", import.meta.url));

/** A server and an endpoint on the official SDK, whose output is read. */
class Stand {
  readonly server: TestServer;
  readonly endpoint: TestEndpoint;

  constructor(server: TestServer, endpoint: TestEndpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  async send(path: string, body?: unknown): Promise<string> {
    const answer = await this.#post(`${path}/send`, body);
    return ((await answer.json()) as { invocationId: string }).invocationId;
  }

  async call(path: string): Promise<unknown> {
    const answer = await this.#post(path, undefined);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async control(id: string, operation: "kill" | "pause"): Promise<void> {
    const answer = await fetch(`${this.server.adminUrl}/invocations/${id}/${operation}`, { method: "PATCH" });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  }

  async rows(query: string): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${this.server.adminUrl}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query }),
    });
    return ((await answer.json()) as { rows: Record<string, unknown>[] }).rows;
  }

  untilRow(id: string, condition: string): Promise<unknown> {
    return until(`${this.server.kind}: ${condition}`, async () => {
      const rows = await this.rows(`SELECT id FROM sys_invocation WHERE id = '${id}' AND ${condition}`);
      return rows.length > 0;
    });
  }

  untilPrinted(text: string): Promise<unknown> {
    return until(`${this.server.kind}: "${text}" printed`, () => this.endpoint.output.includes(text));
  }

  /** What the endpoint said, each line once: without what differs from run to run, and without progress. */
  complaints(): string[] {
    const lines = this.endpoint.output
      .split("\n")
      .map((line) => line.replace(/\[restate\]\[[^\]]*\]|\[inv_\w+\]/g, "").trimEnd())
      .filter((line) => line !== "" && !/^\s+at |INFO: |without validating request signatures/.test(line));
    return [...new Set(lines)];
  }

  #post(path: string, body: unknown): Promise<Response> {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return fetch(`${this.server.ingressUrl}/${path}`, { method: "POST", ...json });
  }
}

const kinds = ["ours", "real"] as const satisfies ServerKind[];

describe("the end of an attempt, as the official SDK sees it", () => {
  const servers: TestServer[] = [];
  beforeAll(async () => {
    servers.push(...(await Promise.all(kinds.map((kind) => TestServer.start(kind)))));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.dispose()));
  });

  /** Plays a scene on both servers, each with a fresh endpoint; returns what the endpoints complained of. */
  async function both(scene: (stand: Stand) => Promise<void>): Promise<{ ours: string[]; real: string[] }> {
    const [ours = [], real = []] = await Promise.all(
      servers.map(async (server) => {
        const endpoint = await TestEndpoint.start(endpointFile, { env: { RESTATE_LOGGING: "INFO" } });
        try {
          await server.register(endpoint.url);
          const stand = new Stand(server, endpoint);
          await scene(stand);
          return stand.complaints();
        } finally {
          await endpoint.kill();
        }
      }),
    );
    return { ours, real };
  }

  it.each(["sendToNobody", "callNobody"])("a command that the server refuses: %s", async (handler) => {
    const { ours, real } = await both(async (stand) => {
      const id = await stand.send(`Ends/${handler}`);
      await stand.untilRow(id, "last_failure_error_code = 'RT0018' AND retry_count >= 2");
      await stand.untilPrinted("Invocation suspended");
      await stand.control(id, "kill");
    });
    expect(ours).toEqual(real);
    expect(ours).toEqual([]);
  });

  it("a pause", async () => {
    const { ours, real } = await both(async (stand) => {
      const id = await stand.send("Patient/sleep");
      await stand.untilPrinted("handler: sleeps");
      await stand.untilRow(id, "status = 'running'");
      await stand.control(id, "pause");
      await stand.untilRow(id, "status = 'paused'");
      await stand.untilPrinted("Invocation suspended");
    });
    expect(ours).toEqual(real);
    expect(ours).toEqual(["handler: sleeps"]);
  });

  it("a kill, at which the handler is told that the connection is gone", async () => {
    const { ours, real } = await both(async (stand) => {
      const id = await stand.send("Patient/sleep");
      await stand.untilPrinted("handler: sleeps");
      await stand.untilRow(id, "status = 'running'");
      await stand.control(id, "kill");
      await stand.untilPrinted("Please check the invocation");
    });
    expect(ours).toEqual(real);
    expect(ours.join("\n")).toContain("Got abort error from connection");
  });

  it.each(["sleep", "run"])("the abort timeout, after which the handler goes on until its next %s", async (next) => {
    const { ours, real } = await both(async (stand) => {
      const id = await stand.send("Ends/busy", next);
      await stand.untilRow(id, "status = 'completed'");
      await stand.untilPrinted("handler: goes on");
      await stand.untilPrinted("Invocation suspended");
    });
    expect(ours).toEqual(real);
    expect(ours).toContain("handler: goes on");
  });
});

describe("a result over the message limit", () => {
  it("stays the reason at each attempt, and other calls of the endpoint are answered", async () => {
    // More than the 10 MB that Node's HTTP/2 server lets wait before it refuses streams.
    const env = { RESTATE_WORKER__INVOKER__MESSAGE_SIZE_LIMIT: "4MiB" };
    const server = await TestServer.start("ours", { env });
    const endpoint = await TestEndpoint.start(endpointFile);
    try {
      await server.register(endpoint.url);
      const stand = new Stand(server, endpoint);
      const id = await stand.send("Patient/large", 12);
      for (const attempts of [1, 2, 3]) {
        await stand.untilRow(id, `retry_count >= ${attempts} AND last_failure IS NOT NULL`);
        expect(await stand.call("Patient/small")).toBe("small");
      }
      const events = await stand.rows(`SELECT event_json FROM sys_journal_events WHERE id = '${id}'`);
      const codes = events.map(
        (row) => (JSON.parse(String(row.event_json)) as Record<string, unknown>).restate_doc_error_code,
      );
      expect(new Set(codes)).toEqual(new Set(["RT0003"]));
      expect(await stand.rows(`SELECT id FROM sys_journal_events WHERE id != '${id}'`)).toEqual([]);
      expect(stand.complaints()).toEqual([]);
    } finally {
      await Promise.all([server.dispose(), endpoint.kill()]);
    }
  });
});
