/** `GET /openapi`: the document of the admin API, made from the schemas that read its requests. */
import { type ZodType, z } from "zod";
import { type Operation, operations, TAGS } from "./operations/index.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the admin API. It is the same in every version, as the real server's is. */
export function adminDocument(serverVersion: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, components) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin API",
      description: "Deployments, services, invocations, limits and subscriptions of a restate-lite server.",
      version: serverVersion,
    },
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: components.schemas },
  };
}

function describe(operation: Operation, components: Components): Json {
  const { tag, id, summary, query, body, answers, isDeprecated } = operation;
  const parameters = [...pathParameters(operation.path), ...queryParameters(query, components)];
  return {
    tags: [tag],
    summary,
    operationId: id,
    ...(isDeprecated === true ? { deprecated: true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: components.refer(body) } } } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { description, schema }]) => [
        status,
        {
          description,
          ...(schema === undefined ? {} : { content: { "application/json": { schema: components.refer(schema) } } }),
        },
      ]),
    ),
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: Operation["query"], components: Components): Json[] {
  if (query === undefined) return [];
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = components.refer(schema as ZodType);
    return { name, in: "query", required: false, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

/** The schemas that have an id, each once. */
class Components {
  readonly schemas: Json = {};

  /** The JSON Schema of what a client sends or gets; what has an id is referred to. */
  refer(schema: ZodType): Json {
    const { $schema: _dialect, $defs, ...own } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    for (const [id, definition] of Object.entries($defs ?? {})) this.schemas[id] = withoutId(definition as Json);
    const id = schema.meta()?.id;
    if (id === undefined) return relocated(own) as Json;
    this.schemas[id] = withoutId(own);
    return { $ref: `#/components/schemas/${id}` };
  }
}

function withoutId({ id: _id, ...definition }: Json): Json {
  return relocated(definition) as Json;
}

/** References within one schema become references within the document. */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "$ref" && typeof member === "string"
        ? member.replace(/^#\/\$defs\//, "#/components/schemas/")
        : relocated(member),
    ]),
  );
}
