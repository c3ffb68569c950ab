/** Routes of the admin API that its document does not list, and that user interfaces ask for. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { MANIFEST_TYPE, services } from "../manifests.ts";
import type { Probe, Script } from "../probe.ts";

const UNKNOWN_ID = "inv_1lMulwTzR0ZU1ciccACMdLEPWH6DiYRgVo";
const UNKNOWN_DEPLOYMENT = "dp_11111111111111111111111";
const OPERATIONS = ["cancel", "kill", "pause", "resume", "purge", "purge-journal", "restart-as-new"];
const BATCHES = "/internal/invocations_batch_operations";

interface BatchAnswer {
  readonly succeeded: readonly (string | { readonly old_invocation_id: string })[];
  readonly failed: readonly { readonly invocation_id: string }[];
}

/** Whom it was done to, and whom not, in order; why not is wording. */
async function batch(probe: Probe, step: string, operation: string, invocations: Readonly<Record<string, string>>) {
  const path = `${BATCHES}/${operation}`;
  const answer = await probe.request(probe.server.adminUrl, path, {
    json: { invocation_ids: Object.values(invocations) },
  });
  const { succeeded, failed } = JSON.parse(answer.text) as BatchAnswer;
  const nameOf = (id: string) => Object.entries(invocations).find(([, known]) => known === id)?.[0] ?? "another";
  const done = succeeded.map((one) =>
    typeof one === "string" ? nameOf(one) : `${nameOf(one.old_invocation_id)} anew`,
  );
  probe.note(step, {
    status: String(answer.status),
    succeeded: done.join(", "),
    failed: failed.map(({ invocation_id }) => nameOf(invocation_id)).join(", "),
  });
}

async function inEachStatus(probe: Probe, name: string): Promise<Record<string, string>> {
  const ids = {
    scheduled: await probe.sent("OracleGreeter/greet?delay=1h", "x"),
    running: await probe.sent("OracleHolder/hold", name),
    suspended: await probe.sent("OracleWaiter/sleep", 3_600_000),
    paused: await probe.sent("OraclePauses/fails"),
    completed: await probe.sent("OracleGreeter/greet", "x"),
  };
  for (const [status, id] of Object.entries(ids)) await probe.untilStatus(id, status);
  return { ...ids, unknown: UNKNOWN_ID };
}

const batches: Script[] = [
  {
    name: "batches of operations",
    async run(probe) {
      for (const operation of OPERATIONS) {
        await batch(probe, operation, operation, await inEachStatus(probe, `batch-${operation}`));
      }
    },
  },
  {
    name: "batches that are refused",
    async run(probe) {
      const cancel = `${BATCHES}/cancel`;
      const bodies: Record<string, unknown> = {
        "no ids": {},
        "no object": [1],
        "none at all": { invocation_ids: [] },
        "a malformed id": { invocation_ids: [UNKNOWN_ID, "inv_1abc"] },
        "a number": { invocation_ids: [1] },
        null: { invocation_ids: null },
        "one text": { invocation_ids: UNKNOWN_ID },
        "another member": { invocation_ids: [], more: 1 },
        "as many as can be": { invocation_ids: Array<string>(1000).fill(UNKNOWN_ID) },
        "one too many": { invocation_ids: Array<string>(1001).fill(UNKNOWN_ID) },
      };
      for (const [step, json] of Object.entries(bodies)) {
        const { status } = await probe.request(probe.server.adminUrl, cancel, { method: "POST", json });
        probe.note(step, String(status));
      }
      const note = async (step: string, path: string, request: Parameters<Probe["request"]>[2]) => {
        const { status, headers } = await probe.request(probe.server.adminUrl, path, request);
        probe.note(step, `${status} ${headers.allow ?? ""}`);
      };
      await note("no type", cancel, { method: "POST", body: '{"invocation_ids":[]}' });
      await note("no JSON", cancel, { method: "POST", body: "{", headers: { "content-type": "application/json" } });
      await note("no such operation", `${BATCHES}/other`, { json: { invocation_ids: [] }, method: "POST" });
      await note("GET", cancel, {});
      for (const version of ["/v2", "/v3", "/v4"]) {
        await note(version, version + cancel, { json: { invocation_ids: [] }, method: "POST" });
      }
    },
  },
  {
    name: "batches with a deployment",
    async run(probe) {
      for (const deployment of ["latest", "Keep", null, UNKNOWN_DEPLOYMENT, "other", "", 1]) {
        const suspended = await probe.sent("OracleWaiter/sleep", 3_600_000);
        const completed = await probe.sent("OracleGreeter/greet", "x");
        await probe.untilStatus(suspended, "suspended");
        await probe.untilStatus(completed, "completed");
        for (const [operation, id] of [
          ["resume", suspended],
          ["restart-as-new", completed],
        ] as const) {
          const json = { invocation_ids: [id], deployment };
          const answer = await probe.request(probe.server.adminUrl, `${BATCHES}/${operation}`, {
            json,
            method: "POST",
          });
          const { failed } = answer.status === 200 ? (JSON.parse(answer.text) as BatchAnswer) : { failed: [] };
          probe.note(`${operation}, ${JSON.stringify(deployment)}`, `${answer.status}, ${failed.length} failed`);
        }
      }
    },
  },
];

const NOTED_HEADERS = ["content-type", "accept", "x-restate-serdes-protocol", "x-restate-cluster-name", "x-extra"];

/** An endpoint that answers a conversion with what it was asked, or with the status that the body names. */
async function withConverter<T>(use: (url: string) => Promise<T>): Promise<T> {
  const manifest = services({
    name: "OracleSerdes",
    ty: "SERVICE",
    metadata: { "dev.restate.serde.preview.one/input": "true" },
    handlers: [{ name: "one" }],
  });
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": MANIFEST_TYPE }).end(JSON.stringify(manifest.body));
      return;
    }
    const body = Buffer.concat(chunks).toString("latin1");
    if (body === "hang up") {
      request.socket.destroy();
      return;
    }
    const headers = NOTED_HEADERS.map((name) => `${name}: ${request.headers[name] ?? "none"}`);
    response.writeHead(Number(/^status (\d+)$/.exec(body)?.[1] ?? 200), { "content-type": "text/x-own" });
    response.end([request.method, request.url, ...headers, body].join("\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const conversions: Script = {
  name: "payloads that the endpoint converts",
  async run(probe) {
    const path = "/internal/services/OracleSerdes/serdes";
    const post = (step: string, to: string, body: string | Uint8Array | undefined, type?: string) =>
      probe.admin(step, to, { method: "POST", body, headers: type === undefined ? {} : { "content-type": type } });
    await withConverter(async (uri) => {
      const registered = await probe.request(probe.server.adminUrl, "/deployments", {
        json: { uri, use_http_11: true, additional_headers: { "x-extra": "yes" } },
        method: "POST",
      });
      probe.note("registered", String(registered.status));
      await post("decode", `${path}/decode/one/input`, Buffer.from([0, 255, 1]), "application/octet-stream");
      await post("encode", `${path}/encode/one/output`, '{"a":1}', "application/json");
      await post("JSON that is none", `${path}/encode/one/input`, "{", "application/json");
      await post("no type", `${path}/encode/one/input`, "text");
      await post("no body", `${path}/decode/one/input`, undefined);
      await post("a query", `${path}/decode/one/input?a=b`, "x");
      await post("a name that is escaped", `${path}/decode/one%2Finput`, "x");
      await post("a name that nobody announced", `${path}/decode/two/more/parts`, "x");
      await post("a name of one part", `${path}/decode/one`, "x");
      for (const status of [201, 204]) await post(`status ${status}`, `${path}/decode/one/input`, `status ${status}`);
      for (const status of [302, 400, 404, 422, 503]) {
        await post(`status ${status}`, `${path}/decode/one/input`, `status ${status}`);
      }
      await post("hangs up", `${path}/decode/one/input`, "hang up");
      await post("no name", `${path}/decode`, "x");
      await post("another operation", `${path}/recode/one/input`, "x");
      await post("unknown service", "/internal/services/OracleNobody/serdes/decode/one/input", "x");
      for (const version of ["/v2", "/v3", "/v4"]) await post(version, `${version}${path}/decode/one/input`, "x");
      for (const method of ["GET", "PUT"]) await probe.admin(method, `${path}/decode/one/input`, { method });
    });
    await post("an endpoint that is gone", `${path}/decode/one/input`, "x");
  },
};

export const internal: Script[] = [...batches, conversions];
