import type { Probe, Script } from "../probe.ts";

type Json = Record<string, unknown>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}

interface Operation {
  readonly operationId: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema?: Json }> };
}

interface Document extends Json {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Json> };
}

async function documentAt(probe: Probe, path: string): Promise<Document> {
  const answer = await probe.request(probe.server.adminUrl, path, {});
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return JSON.parse(answer.text) as Document;
}

/** Without sentences, which are each server's own. */
function withoutWording(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWording);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(["description", "summary"].includes(name) && typeof member === "string"))
      .map(([name, member]) => [name, withoutWording(member)]),
  );
}

/** The members that a body has, and those it must have; the real server has a variant for each kind of endpoint. */
function membersOf(document: Document, schema: Json | undefined): unknown {
  if (schema === undefined) return undefined;
  if (typeof schema.$ref === "string") {
    return membersOf(document, document.components.schemas[schema.$ref.replace(/^.*\//, "")]);
  }
  if (schema.type === "array") return [membersOf(document, schema.items as Json)];
  const variants = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(variants)) return membersOf(document, variants[0] as Json);
  return {
    members: Object.keys((schema.properties ?? {}) as Json).sort(),
    required: [...((schema.required ?? []) as string[])].sort(),
  };
}

/** One line a path, so that a difference says where it is. */
function noteDocument(probe: Probe, name: string, { paths, ...rest }: Document): void {
  probe.note(name, withoutWording(rest));
  for (const [path, methods] of Object.entries(paths)) probe.note(`${name}: ${path}`, withoutWording(methods));
}

/** The script in which each operation is a step. */
export const ADMIN_DOCUMENT = "OpenAPI document of the admin API";
export const OPERATION = /^[A-Z]+ \//;

export const openApi: Script[] = [
  {
    name: ADMIN_DOCUMENT,
    async run(probe) {
      const document = await documentAt(probe, "/openapi");
      probe.note("dialect", document.openapi);
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
      );
      // One line each, so that a missing operation is a difference of its own.
      for (const [name, operation] of operations) {
        probe.note(name, {
          id: operation.operationId,
          deprecated: operation.deprecated ?? false,
          parameters: (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`).sort(),
          body: membersOf(document, operation.requestBody?.content["application/json"]?.schema) ?? null,
        });
      }
      probe.note("count", operations.length);
      for (const version of ["/v2", "/v3", "/v4"]) {
        const other = await documentAt(probe, `${version}/openapi`);
        probe.note(`${version} has the same operations`, JSON.stringify(Object.keys(other.paths).sort()));
      }
      await probe.admin("POST", "/openapi", { method: "POST", json: {} });
      await probe.admin("unknown version", "/v5/openapi");
    },
  },
  {
    name: "OpenAPI documents of services",
    async run(probe) {
      const services = [
        "OracleTyped",
        "OracleTypedObject",
        "OracleTypedWorkflow",
        "OracleGreeter",
        "OracleCounter",
        "OracleWorkflow",
        "OracleConfigured",
      ];
      for (const name of services) noteDocument(probe, name, await documentAt(probe, `/services/${name}/openapi`));
      for (const version of ["/v2", "/v3", "/v4"]) {
        const path = `${version}/services/OracleTypedObject/openapi`;
        noteDocument(probe, version, await documentAt(probe, path));
      }
      await probe.admin("unknown service", "/services/OracleNobody/openapi");
      await probe.admin("POST", "/services/OracleTyped/openapi", { method: "POST", json: {} });
    },
  },
];
