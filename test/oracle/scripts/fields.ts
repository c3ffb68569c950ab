import type { Probe, Script } from "../probe.ts";

/** What somebody could send instead of what is expected; `undefined`: nothing. */
const WRONG = [undefined, null, true, 0, 1.5, -1, "", "x", [], [1], {}, { a: 1 }, { a: "b" }] as const;

interface Body {
  readonly method: string;
  readonly path: string;
  /** One that is understood, whatever becomes of it. */
  readonly fits: Readonly<Record<string, unknown>>;
  readonly fields: readonly string[];
  readonly isList?: true;
}

const NOBODY = "/deployments/dp_11111111111111111111111";

const BODIES: Readonly<Record<string, Body>> = {
  deployment: {
    method: "POST",
    path: "/deployments",
    fits: { dry_run: true },
    fields: ["uri", "additional_headers", "auth", "breaking", "dry_run", "force", "metadata", "use_http_11", "none"],
  },
  "update of a deployment": {
    method: "PATCH",
    path: NOBODY,
    fits: {},
    fields: ["uri", "additional_headers", "dry_run", "overwrite", "use_http_11", "none"],
  },
  service: {
    method: "PATCH",
    path: "/services/OracleNobody",
    fits: {},
    fields: [
      "public",
      "idempotency_retention",
      "workflow_completion_retention",
      "journal_retention",
      "inactivity_timeout",
      "abort_timeout",
      "none",
    ],
  },
  state: {
    method: "POST",
    path: "/services/OracleCounter/state",
    fits: { object_key: "fields", new_state: {} },
    fields: ["object_key", "new_state", "version", "none"],
  },
  rule: {
    method: "PUT",
    path: "/limits/rules",
    fits: { pattern: "fields-rule", disabled: true },
    fields: ["pattern", "limits", "description", "disabled", "precondition", "none"],
    isList: true,
  },
  "deletion of a rule": {
    method: "POST",
    path: "/limits/rules/bulk-delete",
    fits: { pattern: "fields-none" },
    fields: ["pattern", "expected_version", "none"],
    isList: true,
  },
  "Kafka cluster": {
    method: "POST",
    path: "/kafka-clusters",
    fits: { name: "fields", properties: {} },
    fields: ["name", "properties", "none"],
  },
  "update of a Kafka cluster": {
    method: "PATCH",
    path: "/kafka-clusters/nobody",
    fits: { properties: {} },
    fields: ["properties", "none"],
  },
  subscription: {
    method: "POST",
    path: "/subscriptions",
    fits: { source: "kafka://nobody/topic", sink: "service://OracleNobody/none" },
    fields: ["source", "sink", "options", "none"],
  },
  query: { method: "POST", path: "/query", fits: {}, fields: ["query"] },
  batch: {
    method: "POST",
    path: "/internal/invocations_batch_operations/resume",
    fits: { invocation_ids: [] },
    fields: ["invocation_ids", "deployment", "none"],
  },
};

/** Every wrong value of a field: one line with the status of each. */
async function noteField(probe: Probe, what: string, field: string): Promise<void> {
  const { method, path, fits, isList } = BODIES[what] as Body;
  for (const value of WRONG) {
    // One that is registered is not asked again, which would take its time.
    const base = what === "deployment" ? { ...fits, uri: probe.server.endpointUrl } : fits;
    const { [field]: _left, ...rest } = base;
    const body = value === undefined ? rest : { ...rest, [field]: value };
    const { status } = await probe.request(probe.server.adminUrl, path, { method, json: isList ? [body] : body });
    probe.note(`${what}: ${field}: ${value === undefined ? "missing" : JSON.stringify(value)}`, String(status));
  }
}

/** Addresses of endpoints that are none, or that are not read as one. */
const ADDRESSES = [
  "not a uri",
  "http://",
  "http:///x",
  "http://h h",
  "http://[::1",
  "//host/x",
  "/x",
  "host",
  "host:1",
  "localhost:9080",
  "mailto:a@b",
  "http://127.0.0.1:1/ä",
  "http://ä/",
  "http://127.0.0.1:1/%zz",
  "http://127.0.0.1:1/a b",
  'http://127.0.0.1:1/"',
  "http://127.0.0.1:1/<",
  "http://127.0.0.1:1/\n",
  "http:127.0.0.1:1",
  "http:/127.0.0.1:1",
  "http:\\\\127.0.0.1",
  "unix:///x",
  "\u0000",
  "*",
  "?x",
  "#x",
  `http://${"a".repeat(70_000)}`,
  "http://127.0.0.1:x",
  "http://127.0.0.1:99999",
  "ftp://127.0.0.1",
  "1http://127.0.0.1",
];

export const fields: Script[] = [
  ...Object.entries(BODIES).map(
    ([what, { fields: names }]): Script => ({
      name: `fields of a ${what}`,
      async run(probe) {
        for (const field of names) await noteField(probe, what, field);
      },
    }),
  ),
  {
    name: "addresses of endpoints",
    async run(probe) {
      for (const uri of ADDRESSES) {
        const json = { uri, dry_run: true };
        const { status } = await probe.request(probe.server.adminUrl, "/deployments", { json, method: "POST" });
        probe.note(JSON.stringify(uri.slice(0, 30)), String(status));
      }
    },
  },
];
