import { beforeAll, expect, it } from "vitest";
import { type ServerKind, TestServer } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { RESULTS, startScripted } from "./endpoints/scripted.ts";

interface Entry {
  readonly entry_type: string;
  readonly name?: string;
  readonly entry_json: string;
  readonly entry_lite_json: string;
}

/** The journal of a handler that has said everything, suspended and then failed. */
async function journalOn(kind: ServerKind): Promise<Entry[]> {
  const [server, endpoint] = await Promise.all([TestServer.start(kind), startScripted()]);
  const ask = async (url: string, body: object, method = "POST") => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${kind} answered ${answer.status} to ${url}: ${await answer.text()}`);
    return (await answer.json().catch(() => undefined)) as unknown;
  };
  try {
    await ask(`${server.adminUrl}/deployments`, { uri: endpoint.url, use_http_11: true });
    const sent = await ask(`${server.ingressUrl}/restate/send/Everything/key/run`, {});
    const { invocationId: id } = sent as { invocationId: string };
    const rows = async <T>(query: string) => ((await ask(`${server.adminUrl}/query`, { query })) as { rows: T[] }).rows;
    const untilRows = (what: string, query: string) =>
      until(`${what} on ${kind}`, async () => (await rows(query)).length > 0);
    const status = `select id from sys_invocation where id = '${id}' and status =`;
    const count = (type: string) => `select count(*) from sys_journal where id = '${id}' and entry_type like '${type}'`;
    await untilRows("the suspension", `${status} 'suspended'`);
    await until(`all results on ${kind}`, async () => {
      const [found] = await rows<Record<string, number>>(count("Notification: %"));
      return Object.values(found ?? {})[0] === RESULTS;
    });
    await ask(`${server.adminUrl}/invocations/${id}/resume`, {}, "PATCH");
    await untilRows("the end", `${status} 'completed'`);
    return await rows<Entry>(
      `select entry_type, name, entry_json, entry_lite_json from sys_journal where id = '${id}' order by index`,
    );
  } finally {
    endpoint.close();
    await server.dispose();
  }
}

/** Without what each server makes up: ids, the headers of the request, the number of the partition. */
function masked({ entry_type, name, entry_json, entry_lite_json }: Entry): string {
  return [entry_type, name, entry_json, entry_lite_json]
    .join("\n")
    .replace(/(inv|sign)_1[0-9A-Za-z_-]+/g, "<$1>")
    .replace(/"partition_key":\d+/g, '"partition_key":0')
    .replace(/"(user-agent|x-restate-ingress-path|host)","value":"[^"]*"/g, '"$1"');
}

let ours: string[];
let real: string[];
beforeAll(async () => {
  const journals = await Promise.all([journalOn("ours"), journalOn("real")]);
  // Results come in any order.
  [ours, real] = journals.map((journal) => journal.map(masked).sort()) as [string[], string[]];
});

it("every entry has the JSON of the real server, with everything that it can carry", () => {
  expect(ours).toEqual(real);
});

it("every command is among them", () => {
  const types = new Set(real.map((entry) => entry.split("\n")[0]));
  expect(types.size).toBeGreaterThanOrEqual(30);
});
