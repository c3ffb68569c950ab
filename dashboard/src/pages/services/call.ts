import type { Handler, Service } from "../../api/registry.ts";
import { durationMs } from "../../ui/duration.ts";
import { isJson } from "../../ui/exact-json.ts";

/** What somebody wants to call. */
export interface Call {
  readonly service: Pick<Service, "name" | "ty">;
  readonly handler: Pick<Handler, "name" | "ty">;
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly idempotencyKey: string;
  /** As the ingress takes it: `10s`, `1h`; for sends. */
  readonly delay: string;
  readonly scope: string;
  readonly limitKey: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly isSend: boolean;
}

export interface CallRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: there is none. */
  readonly body: Uint8Array | undefined;
}

export function keyProblem(key: string): string | undefined {
  return key === "." || key === ".." ? "In an address this is a direction: choose another key." : undefined;
}

const NAME = /^[a-zA-Z0-9_.-]{1,36}$/;

export function scopeProblem(scope: string): string | undefined {
  return scope === "" || NAME.test(scope) ? undefined : "1 to 36 of a-z A-Z 0-9 _ . -";
}

export function limitKeyProblem(limitKey: string, scope: string): string | undefined {
  if (limitKey === "") return undefined;
  if (scope === "") return "A limit key counts in a scope: name one.";
  const levels = limitKey.split("/");
  return levels.length <= 2 && levels.every((level) => NAME.test(level))
    ? undefined
    : "One or two levels, tenant or tenant/user, each 1 to 36 of a-z A-Z 0-9 _ . -";
}

/** Headers in lower case, those of the call first; the ones that somebody has written win. */
function headersOfCall(call: Call): Record<string, string> {
  const { body, contentType, idempotencyKey, limitKey, headers } = call;
  return {
    ...(body.length === 0 ? {} : { "content-type": contentType }),
    ...(idempotencyKey === "" ? {} : { "idempotency-key": idempotencyKey }),
    ...(limitKey === "" ? {} : { "x-restate-limit-key": limitKey }),
    ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

export function requestOf(ingress: string, call: Call): CallRequest {
  const { service, handler, key, body, delay, scope, isSend } = call;
  const target = [service.name, ...(service.ty === "Service" ? [] : [key]), handler.name];
  const verb = [...(scope === "" ? [] : ["scope", scope]), isSend ? "send" : "call"];
  const query = isSend && delay !== "" ? `?delay=${encodeURIComponent(delay)}` : "";
  return {
    url: `${base(ingress)}/restate/${[...verb, ...target].map(encodeURIComponent).join("/")}${query}`,
    headers: headersOfCall(call),
    body: body.length === 0 ? undefined : body,
  };
}

/** Waits for the result of an invocation that is there already. */
export function attachUrl(ingress: string, invocationId: string): string {
  return `${base(ingress)}/restate/attach/${invocationId}`;
}

const base = (ingress: string): string => ingress.replace(/\/+$/, "");

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** For a POSIX shell. */
export function asCurl({ url, headers, body }: CallRequest): string {
  const text = body === undefined ? undefined : textOf(body);
  const isText = text !== undefined && !text.includes("\0");
  const parts = [`curl -X POST ${shellQuoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    // `name:` would take the header away.
    parts.push(`-H ${shellQuoted(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  if (body !== undefined) {
    if (headers["content-type"] === undefined) parts.push("-H 'content-type:'");
    parts.push(isText ? `--data-raw ${shellQuoted(text)}` : "--data-binary @-");
  }
  const command = parts.join(" \\\n  ");
  return body === undefined || isText ? command : `printf ${shellQuoted(octal(body))} | ${command}`;
}

const octal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const named = (name: string): string => (IDENTIFIER.test(name) ? name : JSON.stringify(name));
const literal = (value: string): string => JSON.stringify(value);
const fieldsOf = (fields: Readonly<Record<string, string | undefined>>): string =>
  `{ ${Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${named(name)}: ${value}`]))
    .join(", ")} }`;

/** With the client of the SDK, official or bundled. */
export function asTypeScript(ingress: string, call: Call): string {
  const { service, handler, key, scope, isSend } = call;
  const isRun = service.ty === "Workflow" && handler.ty !== "Shared";
  const { argument, input } = argumentOf(call);
  const optionsOf = optionsText(call, input);
  const args = [...(argument === undefined ? [] : [argument]), ...(optionsOf === undefined ? [] : [optionsOf])];
  const lines = [
    'import * as clients from "restate-lite/clients";',
    "",
    `const restate = clients.connect({ url: ${literal(ingress)} });`,
  ];
  if (service.ty === "Workflow" && isSend && !isRun) {
    // The client of a workflow only calls its handlers.
    const fields = fieldsOf({
      ...{ service: literal(service.name), handler: literal(handler.name), key: literal(key) },
      scope: scope === "" ? undefined : literal(scope),
      ...{ parameter: argument ?? "undefined", opts: optionsOf },
    });
    return [...lines, `const answer = await restate.send(${fields});`].join("\n");
  }
  const kinds = {
    Service: ["serviceClient", "serviceSendClient"],
    VirtualObject: ["objectClient", "objectSendClient"],
    Workflow: ["workflowClient", "workflowClient"],
  } as const;
  const method = isRun
    ? ".workflowSubmit"
    : IDENTIFIER.test(handler.name)
      ? `.${handler.name}`
      : `[${literal(handler.name)}]`;
  const target = [`{ name: ${literal(service.name)} }`, ...(service.ty === "Service" ? [] : [literal(key)])];
  const from = scope === "" ? "restate" : `restate.scope(${literal(scope)})`;
  lines.push(
    "// Instead of any: the type of your service, as in <typeof myService>.",
    `const client = ${from}.${kinds[service.ty][isSend ? 1 : 0]}<any>(${target.join(", ")});`,
  );
  if (isRun && !isSend) {
    return [
      ...lines,
      `await client${method}(${args.join(", ")});`,
      "const answer = await client.workflowAttach();",
    ].join("\n");
  }
  return [...lines, `const answer = await client${method}(${args.join(", ")});`].join("\n");
}

function optionsText(call: Call, input: string | undefined): string | undefined {
  const { idempotencyKey, limitKey, delay, isSend, service, handler } = call;
  const isSubmitted = service.ty === "Workflow" && handler.ty !== "Shared";
  const delayMs = isSend && delay !== "" ? durationMs(delay) : undefined;
  const headers = call.headers.filter(([name]) => name.toLowerCase() !== "content-type");
  const fields = {
    idempotencyKey: idempotencyKey === "" ? undefined : literal(idempotencyKey),
    limitKey: limitKey === "" ? undefined : literal(limitKey),
    delay: delayMs === undefined ? undefined : String(delayMs),
    headers:
      headers.length === 0
        ? undefined
        : fieldsOf(Object.fromEntries(headers.map(([name, value]) => [name, literal(value)]))),
    input,
  };
  if (Object.values(fields).every((value) => value === undefined)) return undefined;
  return `clients.rpc.${isSend || isSubmitted ? "sendOpts" : "opts"}(${fieldsOf(fields)})`;
}

/** The argument as an expression, and the serde of one that is not the client's usual JSON. */
function argumentOf(call: Call): { readonly argument?: string; readonly input?: string } {
  const { body } = call;
  if (body.length === 0) return {};
  const written = call.headers.find(([name]) => name.toLowerCase() === "content-type");
  const contentType = written?.[1] ?? call.contentType;
  const text = textOf(body);
  // As a literal, `__proto__` would be something else.
  const isLiteral = text !== undefined && isJson(text) && !text.includes("__proto__");
  if (isLiteral && contentType === "application/json") return { argument: text };
  const serde = (serialize: string, deserialize: string) =>
    `{ contentType: ${literal(contentType)}, serialize: ${serialize}, deserialize: ${deserialize} }`;
  return text === undefined
    ? {
        argument: `Uint8Array.from([${body.join(", ")}])`,
        input: serde("(bytes: Uint8Array) => bytes", "(bytes: Uint8Array) => bytes"),
      }
    : {
        argument: literal(text),
        input: serde(
          "(text: string) => new TextEncoder().encode(text)",
          "(bytes: Uint8Array) => new TextDecoder().decode(bytes)",
        ),
      };
}
