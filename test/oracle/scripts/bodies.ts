import type { Probe, Script } from "../probe.ts";

/** Every operation of the admin API that reads a body, and a body that it would take. */
const operations = async (probe: Probe) => {
  const service = await probe.request(probe.server.adminUrl, "/services/OracleGreeter", {});
  const { deployment_id: id } = JSON.parse(service.text) as { deployment_id: string };
  return {
    "POST deployments": ["POST", "/deployments", { uri: probe.server.endpointUrl, dry_run: true }],
    "PATCH deployment": ["PATCH", `/deployments/${id}`, { dry_run: true }],
    "PATCH service": ["PATCH", "/services/OracleGreeter", {}],
    "POST state": ["POST", "/services/OracleCounter/state", { object_key: "bodies", new_state: {} }],
    "PUT rules": ["PUT", "/limits/rules", []],
    "POST bulk-delete": ["POST", "/limits/rules/bulk-delete", []],
    "POST kafka-clusters": ["POST", "/kafka-clusters", { name: "bodies", properties: {} }],
    "PATCH kafka-cluster": ["PATCH", "/kafka-clusters/none", { properties: {} }],
    "POST subscriptions": ["POST", "/subscriptions", { source: "x", sink: "x" }],
    "POST query": ["POST", "/query", { query: "select nope" }],
  } as const;
};

const JSON_TYPE = "application/json";

/** Content type and text, with `$` for a body that fits. */
const bodies: Record<string, readonly [type: string | undefined, text: string | undefined]> = {
  "an empty array": [JSON_TYPE, "[]"],
  "an array": [JSON_TYPE, "[1]"],
  null: [JSON_TYPE, "null"],
  text: [JSON_TYPE, '"x"'],
  number: [JSON_TYPE, "1"],
  boolean: [JSON_TYPE, "true"],
  "not JSON": [JSON_TYPE, "{"],
  "more behind it": [JSON_TYPE, "$ x"],
  "bytes that are no text": [JSON_TYPE, "\u0000"],
  nothing: [JSON_TYPE, undefined],
  "no type": [undefined, "$"],
  "plain text": ["text/plain", "$"],
  "a form": ["application/x-www-form-urlencoded", "a=b"],
  "type with a charset": ["application/json; charset=utf-8", "$"],
  "type in capitals": ["Application/JSON", "$"],
  "type with a suffix": ["application/problem+json", "$"],
  "type of another name": ["application/jsonx", "$"],
  "empty type": ["", "$"],
  "malformed type": ["json", "$"],
};

export const requestBodies: Script[] = [
  {
    name: "bodies of the admin API",
    async run(probe) {
      for (const [operation, [method, path, fitting]] of Object.entries(await operations(probe))) {
        for (const [what, [type, text]] of Object.entries(bodies)) {
          await probe.admin(`${operation}: ${what}`, path, {
            method,
            headers: type === undefined ? {} : { "content-type": type },
            body: text?.replace("$", JSON.stringify(fitting)),
          });
        }
      }
    },
  },
];
