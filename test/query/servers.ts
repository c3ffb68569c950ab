import { fileURLToPath } from "node:url";
import { TestEndpoint } from "../support/endpoints.ts";
import { type ServerKind, TestServer } from "../support/servers.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A server with the history's endpoint, to be asked. */
export interface Stand {
  readonly kind: ServerKind;
  readonly server: TestServer;
  readonly endpoint: TestEndpoint;
  answer(query: string, accept?: string): Promise<Response>;
  /** @throws Error with the server's words when it refuses */
  rows(query: string): Promise<Row[]>;
  dispose(): Promise<void>;
}

const endpointFile = fileURLToPath(new URL("endpoints/history.mjs", import.meta.url));

export async function startStand(kind: ServerKind): Promise<Stand> {
  const [server, endpoint] = await Promise.all([TestServer.start(kind), TestEndpoint.start(endpointFile)]);
  await server.register(endpoint.url);
  const answer = (query: string, accept = "application/json") =>
    fetch(`${server.adminUrl}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ query }),
    });
  return {
    kind,
    server,
    endpoint,
    answer,
    async rows(query) {
      const response = await answer(query);
      const text = await response.text();
      if (!response.ok) throw new Error(`${kind} answered ${response.status} to ${query}: ${text}`);
      return (JSON.parse(text) as { rows: Row[] }).rows;
    },
    async dispose() {
      await Promise.all([server.dispose(), endpoint.kill()]);
    },
  };
}
