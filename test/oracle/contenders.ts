import { fileURLToPath } from "node:url";
import { TestEndpoint } from "../support/endpoints.ts";
import { type ServerKind, TestServer } from "../support/servers.ts";

/** The real server as it comes, and with the flags for protocol v7, virtual queues and scoped objects. */
export type Profile = "flags-off" | "flags-on";
export type Side = "ours" | "real";

/** One of the two servers with an endpoint of its own, so that neither sees what the other does. */
export interface Contender {
  readonly side: Side;
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Of the endpoint that every script may call. */
  readonly endpointUrl: string;
  /** The statuses of an invocation that waits for its next attempt: with virtual queues the real server says `ready`. */
  readonly backingOff: readonly string[];
  /** Starts one more endpoint, not registered. */
  startVariant(env: Readonly<Record<string, string>>): Promise<Variant>;
  /** The status of an invocation in the words of the real server; `undefined` when it is unknown. */
  status(id: string): Promise<string | undefined>;
  /** Kills the server and starts it again on its data; the endpoint stays. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Variant {
  readonly url: string;
  kill(): Promise<void>;
  /** Again, on the same port, serving something else. */
  restart(env: Readonly<Record<string, string>>): Promise<void>;
}

const mainEndpoint = fileURLToPath(new URL("endpoints/main.mjs", import.meta.url));
const variantEndpoint = fileURLToPath(new URL("endpoints/variant.mjs", import.meta.url));

/** Starts a server with a fresh data directory and the main endpoint, registered. */
export async function startContender(side: Side, profile: Profile): Promise<Contender> {
  const kind: ServerKind = side === "ours" ? "ours" : profile === "flags-on" ? "real-experimental" : "real";
  const [server, endpoint] = await Promise.all([TestServer.start(kind), TestEndpoint.start(mainEndpoint)]);
  const variants: TestEndpoint[] = [];
  await server.register(endpoint.url);

  return {
    side,
    ingressUrl: server.ingressUrl,
    adminUrl: server.adminUrl,
    endpointUrl: endpoint.url,
    backingOff: kind === "real-experimental" ? ["backing-off", "ready"] : ["backing-off"],
    async startVariant(env) {
      let variant = await TestEndpoint.start(variantEndpoint, { env });
      variants.push(variant);
      return {
        url: variant.url,
        kill: () => variant.kill(),
        async restart(otherEnv) {
          await variant.kill();
          variant = await TestEndpoint.start(variantEndpoint, { env: otherEnv, port: variant.port });
          variants.push(variant);
        },
      };
    },
    status: side === "ours" ? (id) => ourStatus(server.adminUrl, id) : (id) => realStatus(server.adminUrl, id),
    async restart() {
      await server.kill();
      await server.start();
    },
    async dispose() {
      await Promise.all([server.dispose(), endpoint.kill(), ...variants.map((variant) => variant.kill())]);
    },
  };
}

async function ourStatus(adminUrl: string, id: string): Promise<string | undefined> {
  const answer = await fetch(`${adminUrl}/restate-lite/invocations/${id}`);
  if (answer.status === 404) return undefined;
  const { status } = (await answer.json()) as { status: string };
  return status === "inboxed" ? "pending" : status;
}

/** Its SQL says `pending` for an invocation in an inbox. */
async function realStatus(adminUrl: string, id: string): Promise<string | undefined> {
  const answer = await fetch(`${adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: `SELECT status FROM sys_invocation WHERE id = '${id}'` }),
  });
  const { rows } = (await answer.json()) as { rows: { status: string }[] };
  return rows[0]?.status;
}
