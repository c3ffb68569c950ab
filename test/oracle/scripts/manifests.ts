import { type Manifest, services, withManifest } from "../manifests.ts";
import type { Probe, Script } from "../probe.ts";

const plain = { name: "go" };

function service(more: object, name = "OracleDiscovered"): object {
  return { name, ty: "SERVICE", handlers: [plain], ...more };
}

/** A dry run of a registration, over HTTP/1.1. */
async function discover(probe: Probe, step: string, manifest: Manifest): Promise<void> {
  await withManifest(manifest, (uri) =>
    probe.admin(step, "/deployments", { json: { uri, use_http_11: true, dry_run: true } }),
  );
}

const RANGE = { protocolMode: "REQUEST_RESPONSE", minProtocolVersion: 5, maxProtocolVersion: 6 };
const whole = { ...RANGE, services: [service({})] };

const bodies: Record<string, unknown> = {
  "no versions": { ...whole, minProtocolVersion: undefined, maxProtocolVersion: undefined },
  "no mode": { ...whole, protocolMode: undefined },
  "mode null": { ...whole, protocolMode: null },
  "unknown mode": { ...whole, protocolMode: "OTHER" },
  "mode of wrong type": { ...whole, protocolMode: 1 },
  "versions the wrong way round": { ...whole, minProtocolVersion: 6, maxProtocolVersion: 5 },
  "version of wrong type": { ...whole, minProtocolVersion: "5" },
  "version 0": { ...whole, minProtocolVersion: 0 },
  "negative version": { ...whole, minProtocolVersion: -1 },
  "version too big": { ...whole, maxProtocolVersion: 2 ** 31 },
  "no list of services": RANGE,
  "services of wrong type": { ...RANGE, services: {} },
  "unknown member": { ...whole, other: 1 },
  "unknown compression": { ...whole, lambdaCompression: "other" },
  "known compression": { ...RANGE, services: [], lambdaCompression: "zstd" },
  "from version 1": { ...RANGE, minProtocolVersion: 1, services: [] },
  "up to version 90": { ...RANGE, maxProtocolVersion: 90, services: [] },
  array: [],
  null: null,
  text: "text",
};

const handlers: Record<string, object> = {
  "no handlers": service({ handlers: [] }),
  "no list of handlers": service({ handlers: undefined }),
  "handlers of wrong type": service({ handlers: {} }),
  "handler without name": service({ handlers: [{}] }),
  "handler name of wrong type": service({ handlers: [{ name: 1 }] }),
  "unknown type of handler": service({ handlers: [{ name: "go", ty: "OTHER" }] }),
  "exclusive handler of a service": service({ handlers: [{ name: "go", ty: "EXCLUSIVE" }] }),
  "shared handler of a service": service({ handlers: [{ name: "go", ty: "SHARED" }] }),
  "workflow handler of a service": service({ handlers: [{ name: "go", ty: "WORKFLOW" }] }),
  "workflow handler of an object": service({ ty: "VIRTUAL_OBJECT", handlers: [{ name: "go", ty: "WORKFLOW" }] }),
  "handlers of an object without type": service({ ty: "VIRTUAL_OBJECT" }),
  "exclusive handler of a workflow": service({ ty: "WORKFLOW", handlers: [{ name: "run", ty: "EXCLUSIVE" }] }),
  "workflow without run": service({ ty: "WORKFLOW", handlers: [{ name: "go", ty: "SHARED" }] }),
  "workflow with another name for run": service({ ty: "WORKFLOW", handlers: [{ name: "go", ty: "WORKFLOW" }] }),
  "two workflow handlers": service({
    ty: "WORKFLOW",
    handlers: [
      { name: "run", ty: "WORKFLOW" },
      { name: "go", ty: "WORKFLOW" },
    ],
  }),
  "unknown type of service": service({ ty: "OTHER" }),
  "no type of service": service({ ty: undefined }),
  "no name": service({ name: undefined }),
  "name of wrong type": service({ name: 1 }),
  "unknown member of a service": service({ other: 1 }),
  "unknown member of a handler": service({ handlers: [{ name: "go", other: 1 }] }),
  "service null": null as unknown as object,
};

const options: Record<string, object> = {
  "journalRetention below zero": { journalRetention: -1 },
  "journalRetention of wrong type": { journalRetention: "1h" },
  "journalRetention with a fraction": { journalRetention: 1.5 },
  "idempotencyRetention below zero": { idempotencyRetention: -1 },
  "inactivityTimeout below zero": { inactivityTimeout: -1 },
  "abortTimeout of wrong type": { abortTimeout: true },
  "ingressPrivate of wrong type": { ingressPrivate: "yes" },
  "enableLazyState of wrong type": { enableLazyState: 1 },
  "documentation of wrong type": { documentation: 1 },
  "metadata of wrong type": { metadata: { a: 1 } },
  "metadata null": { metadata: null },
  "documentation null": { documentation: null },
  "times null": { journalRetention: null, idempotencyRetention: null, inactivityTimeout: null, abortTimeout: null },
  "flags null": { ingressPrivate: null, enableLazyState: null },
  "retry policy null": { retryPolicyMaxAttempts: null, retryPolicyOnMaxAttempts: null, retryPolicyMaxInterval: null },
  "retryPolicyMaxAttempts 0": { retryPolicyMaxAttempts: 0 },
  "retryPolicyMaxAttempts 1": { retryPolicyMaxAttempts: 1 },
  "retryPolicyMaxAttempts below zero": { retryPolicyMaxAttempts: -1 },
  "retryPolicyInitialInterval 0": { retryPolicyInitialInterval: 0 },
  "retryPolicyExponentiationFactor below one": { retryPolicyExponentiationFactor: 0.5 },
  "retryPolicyExponentiationFactor 0": { retryPolicyExponentiationFactor: 0 },
  "retryPolicyExponentiationFactor below zero": { retryPolicyExponentiationFactor: -2 },
  "retryPolicyExponentiationFactor of wrong type": { retryPolicyExponentiationFactor: "2" },
  "retryPolicyOnMaxAttempts unknown": { retryPolicyOnMaxAttempts: "OTHER" },
  "initial interval above the biggest": { retryPolicyInitialInterval: 1000, retryPolicyMaxInterval: 10 },
  "journalRetention above the server's biggest": { journalRetention: 400 * 86_400_000 },
  "idempotencyRetention 0": { idempotencyRetention: 0 },
  "everything 0": { journalRetention: 0, inactivityTimeout: 0, abortTimeout: 0 },
};

const inputs: Record<string, object> = {
  "input without anything": { input: {} },
  "input without content type, required": { input: { required: true } },
  "input of a malformed content type": { input: { contentType: "no type" } },
  "input of a content type with spaces around it": { input: { contentType: " text/plain " } },
  "input of a content type with a space in it": { input: { contentType: "no slash here/ x" } },
  "input of a content type with a line break": { input: { contentType: "text/x\r\nset-cookie: a=b" } },
  "output of a content type with a line break": { output: { contentType: "text/x\r\nset-cookie: a=b" } },
  "output of a content type with a tab": { output: { contentType: "text/x\ty" } },
  "output of a content type with a zero": { output: { contentType: "\0" } },
  "output of a content type with a DEL": { output: { contentType: "a\x7fb" } },
  "output of a content type beyond ASCII": { output: { contentType: "text/💥" } },
  "output of an empty content type": { output: { contentType: "" } },
  "input of every text": { input: { contentType: "text/*" } },
  "input with a schema and no type": { input: { jsonSchema: { type: "string" } } },
  "input with a schema that is none": { input: { contentType: "application/json", jsonSchema: "x" } },
  "input null": { input: null },
  "members of the input null": { input: { required: null, contentType: null, jsonSchema: null } },
  "unknown member of the input": { input: { setContentTypeIfEmpty: true } },
  "input of wrong type": { input: "application/json" },
  "output without anything": { output: {} },
  "output of a malformed content type": { output: { contentType: "no type" } },
  "output that sets its type when empty": { output: { contentType: "text/plain", setContentTypeIfEmpty: true } },
  "output with a pattern": { output: { contentType: "text/*" } },
  "output null": { output: null },
  "members of the output null": { output: { setContentTypeIfEmpty: null, contentType: null, jsonSchema: null } },
  "unknown member of the output": { output: { required: true } },
  "output with a schema that is none": { output: { contentType: "application/json", jsonSchema: 1 } },
};

const schemas = [
  "x",
  1,
  [],
  null,
  true,
  {},
  { type: "text" },
  { type: 1 },
  { type: [] },
  { properties: 1 },
  { properties: { a: "string" } },
  { items: 1 },
  { required: "a" },
  { anyOf: [] },
  { minLength: -1 },
  { pattern: "(" },
  { $ref: "#/$defs/None" },
  { $ref: "http://example.invalid/other" },
  { $schema: "http://example.invalid/dialect" },
  { $schema: "http://json-schema.org/draft-07/schema#", definitions: { A: true }, $ref: "#/definitions/A" },
  { $defs: { A: { $anchor: "a" } }, $ref: "#a" },
  { other: 1, format: "mine" },
];

const types: Record<string, Manifest> = {
  "version 4 of the manifest": {
    type: "application/vnd.restate.endpointmanifest.v4+json",
    body: services(service({})).body,
  },
  "version 2 of the manifest": {
    type: "application/vnd.restate.endpointmanifest.v2+json",
    body: services(service({})).body,
  },
  "version 1 of the manifest": {
    type: "application/vnd.restate.endpointmanifest.v1+json",
    body: services(service({})).body,
  },
  "version 9 of the manifest": {
    type: "application/vnd.restate.endpointmanifest.v9+json",
    body: services(service({})).body,
  },
  "content type with a charset": {
    type: "application/vnd.restate.endpointmanifest.v3+json; charset=utf-8",
    body: services(service({})).body,
  },
  "content type of JSON": { type: "application/json", body: services(service({})).body },
  "no content type": { type: null, body: services(service({})).body },
  "empty body": { body: "" },
  redirect: { status: 302, headers: { location: "/elsewhere" }, body: "" },
  "201": { status: 201, body: services(service({})).body },
  "204": { status: 204, body: "" },
  "401": { status: 401, body: "who are you" },
  "429": { status: 429, body: "later" },
  "503": { status: 503, body: "down" },
};

const names = [
  "a b",
  "a/b",
  "",
  "ä",
  "a.b",
  "a-b",
  "a_b",
  "_a",
  "1a",
  "openapi",
  "RESTATE",
  "restateful",
  "a:b",
  "a".repeat(300),
];

export const manifests: Script[] = [
  {
    name: "manifests",
    async run(probe) {
      for (const [step, body] of Object.entries(bodies)) await discover(probe, step, { body: JSON.stringify(body) });
      for (const [step, manifest] of Object.entries(types)) await discover(probe, step, manifest);
    },
  },
  {
    name: "manifests: a name twice",
    async run(probe) {
      await discover(probe, "two services", services(service({}), service({})));
      await discover(probe, "two handlers", services(service({ handlers: [plain, plain] })));
    },
  },
  {
    name: "manifests: handlers",
    async run(probe) {
      for (const [step, of] of Object.entries(handlers)) await discover(probe, step, services(of));
      for (const [step, more] of Object.entries(inputs)) {
        await discover(probe, step, services(service({ handlers: [{ ...plain, ...more }] })));
      }
    },
  },
  {
    name: "manifests: schemas",
    async run(probe) {
      for (const jsonSchema of schemas) {
        const rule = { contentType: "application/json", jsonSchema };
        for (const side of ["input", "output"]) {
          const step = `${side} ${JSON.stringify(jsonSchema)}`;
          await discover(probe, step, services(service({ handlers: [{ ...plain, [side]: rule }] })));
        }
      }
    },
  },
  {
    name: "manifests: options",
    async run(probe) {
      for (const [step, more] of Object.entries(options)) {
        await discover(probe, step, services(service(more)));
        await discover(probe, `${step}, of a handler`, services(service({ handlers: [{ ...plain, ...more }] })));
      }
      const run = { name: "run", ty: "WORKFLOW" };
      for (const retention of [0, -1, "1h", 1000, 400 * 86_400_000]) {
        const more = { workflowCompletionRetention: retention };
        const at = JSON.stringify(retention);
        await discover(
          probe,
          `workflow retention ${at}`,
          services(service({ ty: "WORKFLOW", handlers: [{ ...run, ...more }] })),
        );
        await discover(
          probe,
          `workflow retention ${at} of a service`,
          services(service({ handlers: [{ ...plain, ...more }] })),
        );
      }
    },
  },
  {
    name: "manifests: names",
    async run(probe) {
      for (const name of names) {
        const shown = name.slice(0, 10);
        await discover(probe, `service '${shown}'`, services(service({}, name)));
        await discover(probe, `handler '${shown}'`, services(service({ handlers: [{ name }] })));
      }
    },
  },
  {
    name: "services of a request/response endpoint",
    async run(probe) {
      const timed = service(
        { inactivityTimeout: 5000, handlers: [{ ...plain, inactivityTimeout: 1000 }] },
        "OracleTimed",
      );
      const all = services(
        service({}, "OracleAsked"),
        timed,
        { name: "OracleAskedObject", ty: "VIRTUAL_OBJECT", handlers: [{ name: "go", ty: "EXCLUSIVE" }] },
        { name: "OracleAskedWorkflow", ty: "WORKFLOW", handlers: [{ name: "run", ty: "WORKFLOW" }] },
      );
      await withManifest(all, async (uri) => {
        const answer = await probe.admin("register", "/deployments", { json: { uri, use_http_11: true } });
        const { id } = JSON.parse(answer.text) as { id: string };
        await probe.admin("deployment", `/deployments/${id}`);
        for (const name of ["OracleAsked", "OracleTimed", "OracleAskedObject", "OracleAskedWorkflow"]) {
          await probe.admin(name, `/services/${name}`);
          await probe.admin(`handlers of ${name}`, `/services/${name}/handlers`);
        }
        for (const version of ["/v2", "/v3", "/v4"]) await probe.admin(version, `${version}/services/OracleTimed`);
        const patch = (step: string, name: string, json: object) =>
          probe.admin(step, `/services/${name}`, { method: "PATCH", json });
        await patch("a timeout that has no effect", "OracleAsked", { inactivity_timeout: "5s" });
        await patch("a timeout that has an effect", "OracleAsked", { abort_timeout: "5s" });
        await patch("long retention", "OracleAsked", { journal_retention: "1000d", idempotency_retention: "1000d" });
        await patch("long retention of a workflow", "OracleAskedWorkflow", { workflow_completion_retention: "1000d" });
        await probe.admin("handler", "/services/OracleTimed/handlers/go");
        await probe.admin("PATCH the deployment", `/deployments/${id}`, { method: "PATCH", json: {} });
        await probe.admin("delete", `/deployments/${id}?force=true`, { method: "DELETE" });
        await probe.admin("deleted", "/services/OracleAsked");
      });
    },
  },
];
