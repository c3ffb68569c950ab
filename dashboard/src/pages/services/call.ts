import type { Handler, Service } from "../../api/registry.ts";

/** What somebody wants to call. */
export interface Call {
  readonly service: Service;
  readonly handler: Handler;
  readonly key: string;
  readonly body: string;
  readonly idempotencyKey: string;
  /** As the ingress takes it: `10s`, `1h`; for sends. */
  readonly delay: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly isSend: boolean;
}

export interface CallRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export function requestOf(ingress: string, call: Call): CallRequest {
  const { service, handler, key, body, idempotencyKey, delay, isSend } = call;
  const hasKey = service.ty !== "Service";
  const parts = [service.name, ...(hasKey ? [key] : []), handler.name, ...(isSend ? ["send"] : [])];
  const query = isSend && delay !== "" ? `?delay=${encodeURIComponent(delay)}` : "";
  return {
    url: `${ingress.replace(/\/$/, "")}/${parts.map(encodeURIComponent).join("/")}${query}`,
    headers: {
      ...(body === "" ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey === "" ? {} : { "idempotency-key": idempotencyKey }),
      ...Object.fromEntries(call.headers),
    },
    body: body === "" ? undefined : body,
  };
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl({ url, headers, body }: CallRequest): string {
  const lines = [`curl -X POST ${shellQuoted(url)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${shellQuoted(`${name}: ${value}`)}`);
  if (body !== undefined) lines.push(`-d ${shellQuoted(body)}`);
  return lines.join(" \\\n  ");
}

/** With the client of the SDK, official or bundled. */
export function asTypeScript(ingress: string, call: Call): string {
  const { service, handler, key, body, idempotencyKey, delay, isSend } = call;
  const kinds = {
    Service: ["serviceClient", "serviceSendClient"],
    VirtualObject: ["objectClient", "objectSendClient"],
    Workflow: ["workflowClient", "workflowClient"],
  } as const;
  const client = kinds[service.ty][isSend ? 1 : 0];
  const target = [
    `{ name: ${JSON.stringify(service.name)} }`,
    ...(service.ty === "Service" ? [] : [JSON.stringify(key)]),
  ];
  const options = [
    ...(idempotencyKey === "" ? [] : [`idempotencyKey: ${JSON.stringify(idempotencyKey)}`]),
    ...(isSend && delay !== "" ? [`delay: ${JSON.stringify(delay)}`] : []),
  ];
  const args = [
    ...(body === "" ? [] : [body]),
    ...(options.length === 0 ? [] : [`clients.rpc.${isSend ? "sendOpts" : "opts"}({ ${options.join(", ")} })`]),
  ];
  const method = service.ty === "Workflow" && isSend ? "workflowSubmit" : handler.name;
  return [
    'import * as clients from "restate-lite/clients";',
    "",
    `const restate = clients.connect({ url: ${JSON.stringify(ingress)} });`,
    `const answer = await restate.${client}(${target.join(", ")}).${method}(${args.join(", ")});`,
  ].join("\n");
}

/** A value to start from: the schema's own example, or one that has its shape. */
export function exampleOf(schema: unknown, depth = 0): unknown {
  if (typeof schema !== "object" || schema === null || depth > 6) return null;
  const {
    type,
    properties,
    items,
    default: given,
    examples,
    enum: choices,
    const: only,
  } = schema as Record<string, unknown>;
  if (given !== undefined) return given;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (only !== undefined) return only;
  if (Array.isArray(choices) && choices.length > 0) return choices[0];
  if (typeof properties === "object" && properties !== null) {
    return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, exampleOf(inner, depth + 1)]));
  }
  switch (type) {
    case "string":
      return "";
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    case "array":
      return items === undefined ? [] : [exampleOf(items, depth + 1)];
    case "object":
      return {};
    default:
      return null;
  }
}
