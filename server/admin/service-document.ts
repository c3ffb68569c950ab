/** `GET /services/{service}/openapi`: how the ingress invokes a service, with the schemas that its endpoint gave. */
import type { Handler, InputRule, OutputRule, Service } from "../registry/index.ts";

type Json = Record<string, unknown>;

const ref = (kind: "parameters" | "responses" | "schemas", name: string) => ({ $ref: `#/components/${kind}/${name}` });

const ERROR = { default: ref("responses", "GenericError") };

/** @param ingress where clients reach the ingress */
export function serviceDocument(service: Service, ingress: string): Json {
  const handlers = [...service.handlers.values()].filter(({ isPublic }) => isPublic);
  return {
    openapi: "3.1.0",
    info: {
      title: service.name,
      ...(service.documentation === undefined ? {} : { description: service.documentation }),
      version: String(service.revision),
      ...extensions(service.metadata),
    },
    servers: [{ url: ingress, description: "The ingress" }],
    paths: Object.assign({}, ...handlers.map((handler) => paths(service, handler))),
    tags: [
      ["Request Response", "Call a handler and wait for its result"],
      ["Send", "Send to a handler"],
      ["Attach", "Wait for an invocation"],
      ["Get Output", "Ask for the result of an invocation"],
    ].map(([name, description]) => ({
      name,
      description,
      externalDocs: { description: null, url: "https://docs.restate.dev/invoke/http" },
    })),
    components: {
      parameters: PARAMETERS,
      responses: RESPONSES,
      schemas: { RestateError: ERROR_SCHEMA, ...schemas(handlers) },
    },
  };
}

function paths(service: Service, handler: Handler): Json {
  const { name } = handler;
  const key = service.type === "Service" ? [] : [ref("parameters", "key")];
  const keyPath = service.type === "Service" ? "" : "/{key}";
  const idempotency = service.type === "Workflow" ? [] : [ref("parameters", "idempotencyKeyHeader")];
  const target = `${service.name}${keyPath}/${name}`;
  const body = requestBody(handler);
  const call = {
    summary: name,
    description: handler.documentation ?? `Calls ${service.name}/${name} and waits for the result`,
    operationId: name,
    parameters: [...key, ...idempotency],
    ...body,
    responses: { 200: result(handler), ...ERROR },
    ...extensions(handler.metadata),
  };
  const send = {
    tags: ["Send"],
    summary: name,
    description: handler.documentation ?? `Sends to ${service.name}/${name} without waiting`,
    operationId: `${name}Send`,
    parameters: [...key, ...idempotency, ref("parameters", "delay")],
    ...body,
    responses: { 200: ref("responses", "Send"), 202: ref("responses", "Send"), ...ERROR },
    ...extensions(handler.metadata),
  };
  return {
    [`/restate/call/${target}`]: { post: call },
    [`/restate/send/${target}`]: { post: send },
    ...existing(service, handler, key, target),
  };
}

/** The older ways to an existing invocation: of a workflow by its key, of others by their idempotency key. */
function existing(service: Service, handler: Handler, key: object[], target: string): Json {
  const { name } = handler;
  if (service.type === "Workflow" && handler.type !== "Workflow") return {};
  const isWorkflow = service.type === "Workflow";
  const path = isWorkflow
    ? `/restate/workflow/${service.name}/{key}`
    : `/restate/invocation/${target}/{idempotencyKey}`;
  const common = {
    deprecated: true,
    summary: name,
    parameters: [...key, ...(isWorkflow ? [] : [ref("parameters", "idempotencyKeyPath")])],
    ...extensions(handler.metadata),
  };
  const responses = { 200: result(handler), 404: ref("responses", "InvocationNotFoundError"), ...ERROR };
  const instead = (verb: string) =>
    `Deprecated: ask POST /restate/lookup for the id, then GET /restate/${verb}/{invocationId}.`;
  return {
    [`${path}/attach`]: {
      get: { ...common, tags: ["Attach"], description: instead("attach"), operationId: `${name}Attach`, responses },
    },
    [`${path}/output`]: {
      get: {
        ...common,
        tags: ["Get Output"],
        description: instead("output"),
        operationId: `${name}Output`,
        responses: { ...responses, 470: ref("responses", "InvocationNotReadyError") },
      },
    },
  };
}

function requestBody({ name, input }: Handler): Json {
  const contentType = input === undefined ? "*/*" : input.contentType;
  if (contentType === undefined) return {};
  return {
    requestBody: {
      content: { [contentType]: hasSchema(input) ? { schema: ref("schemas", `${name}Request`) } : {} },
      required: input?.required ?? false,
    },
  };
}

function result({ name, output }: Handler): Json {
  const contentType = output === undefined ? "application/json" : output.contentType;
  if (contentType === undefined) return { description: "Empty" };
  return {
    description: "",
    content: { [contentType]: hasSchema(output) ? { schema: ref("schemas", `${name}Response`) } : {} },
  };
}

function hasSchema(rule: InputRule | OutputRule | undefined): boolean {
  return rule?.contentType !== undefined && rule.jsonSchema !== undefined && rule.jsonSchema !== null;
}

function schemas(handlers: readonly Handler[]): Json {
  const named = handlers.flatMap(({ name, input, output }): [string, unknown][] => [
    ...(hasSchema(input) ? [[`${name}Request`, input?.jsonSchema] as [string, unknown]] : []),
    ...(hasSchema(output) ? [[`${name}Response`, output?.jsonSchema] as [string, unknown]] : []),
  ]);
  return Object.fromEntries(named.map(([name, schema]) => [name, moved(schema, `#/components/schemas/${name}`)]));
}

/** A schema whose references to parts of itself lead to its new place. */
function moved(schema: unknown, place: string): unknown {
  if (Array.isArray(schema)) return schema.map((element) => moved(element, place));
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      const isOwn = name === "$ref" && typeof value === "string" && value.startsWith("#");
      return [name, isOwn ? `${place}${value.slice(1)}` : moved(value, place)];
    }),
  );
}

function extensions(metadata: Readonly<Record<string, string>>): Json {
  return Object.keys(metadata).length === 0 ? {} : { "x-restate-extensions": metadata };
}

const text = { type: "string" };

const PARAMETERS = {
  key: { name: "key", in: "path", required: true, schema: text },
  delay: {
    name: "delay",
    in: "query",
    description: "How long to wait before the invocation begins",
    required: false,
    schema: text,
    example: "10s",
  },
  idempotencyKeyHeader: {
    name: "idempotency-key",
    in: "header",
    description: "Requests with the same key are one invocation",
    required: false,
    schema: text,
  },
  idempotencyKeyPath: {
    name: "idempotencyKey",
    in: "path",
    description: "The idempotency key of the invocation",
    required: true,
    schema: text,
  },
};

const ERROR_SCHEMA = {
  type: "object",
  title: "RestateError",
  description: "How the ingress answers when there is no result",
  properties: {
    code: { type: "number", title: "error code" },
    message: { type: "string", title: "Error message" },
    metadata: { type: "object", title: "Additional metadata map", additionalProperties: text },
    source: {
      type: "string",
      title: "Error source",
      description: "`ingress`: the request came to nothing; `invocation`: user code ended with this error",
      enum: ["ingress", "invocation"],
    },
    stacktrace: { type: "string", title: "Stacktrace of the error" },
  },
  required: ["message", "source"],
  additionalProperties: false,
};

function errorResponse(description: string, example: object): Json {
  return { description, content: { "application/json": { schema: ref("schemas", "RestateError"), example } } };
}

const RESPONSES = {
  GenericError: errorResponse("An error", { code: 500, message: "Internal server error", source: "invocation" }),
  InvocationNotFoundError: errorResponse("There is no such invocation", {
    message: "invocation not found",
    source: "ingress",
  }),
  InvocationNotReadyError: errorResponse("The invocation has not ended", {
    message: "the invocation exists but has not completed yet",
    source: "ingress",
  }),
  Send: {
    description: "Sent",
    content: {
      "application/json": {
        schema: {
          type: "object",
          title: "RestateSendResponse",
          properties: {
            invocationId: text,
            status: { type: "string", enum: ["Accepted", "PreviouslyAccepted"] },
            executionTime: { type: "string", format: "date-time", description: "When it begins, if it was delayed" },
          },
          required: ["invocationId", "status"],
          additionalProperties: false,
        },
        example: { invocationId: "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", status: "Accepted" },
      },
    },
  },
};
