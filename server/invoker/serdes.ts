import { STATUS_CODES } from "node:http";
import { ServerError } from "../errors.ts";
import { exchange } from "./exchange.ts";
import { describeError } from "./failure.ts";
import type { RequestIdentity } from "./identity.ts";
import { locate } from "./request.ts";
import { DEFAULT_INVOKER_SETTINGS, type InvokerSettings } from "./settings.ts";

/** A payload to be shown as JSON (`decode`), or JSON to be made a payload (`encode`). */
export interface Conversion {
  readonly service: string;
  readonly operation: "encode" | "decode";
  /** As the endpoint names it: `handler/input`, `handler/output`. */
  readonly serde: string;
  readonly body: Buffer;
}

export interface ConvertingEndpoint {
  readonly uri: string;
  readonly useHttp11: boolean;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly identity: RequestIdentity | undefined;
  readonly config: Partial<InvokerSettings>;
}

export interface ConversionAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

const QUOTED_BODY_CHARACTERS = 500;

export function conversionPath({ service, operation, serde }: Conversion): string {
  return `/serdes/${service}/${operation}/${serde.split("/").map(encodeURIComponent).join("/")}`;
}

export function conversionHeaders({ operation }: Conversion): Record<string, string> {
  const isEncoding = operation === "encode";
  return {
    "content-type": isEncoding ? "application/json" : "application/octet-stream",
    accept: isEncoding ? "*/*" : "application/json",
    "x-restate-serdes-protocol": "v1",
  };
}

/**
 * Lets an endpoint convert a payload with one of its serdes: `POST {prefix}/serdes/{service}/{operation}/{serde}`.
 * @throws ServerError 500, as the real server answers, when it cannot be reached or does not answer 2xx
 */
export async function convert(endpoint: ConvertingEndpoint, conversion: Conversion): Promise<Uint8Array> {
  const settings = { ...DEFAULT_INVOKER_SETTINGS, ...endpoint.config };
  const { origin, prefix } = locate(endpoint.uri);
  const path = conversionPath(conversion);
  const headers: Record<string, string> = {
    ...settings.requestHeaders,
    ...endpoint.additionalHeaders,
    ...conversionHeaders(conversion),
  };
  if (endpoint.identity !== undefined) Object.assign(headers, endpoint.identity.headers(path));
  headers["x-restate-cluster-name"] = settings.clusterName;
  let answer: ConversionAnswer;
  try {
    const { useHttp11 } = endpoint;
    answer = await exchange(useHttp11, { origin, path: prefix + path, headers, body: conversion.body }, settings);
  } catch (error) {
    throw new ServerError(500, "RL_ENDPOINT", `error when calling '${endpoint.uri}': ${describeError(error)}`);
  }
  return convertedBy(endpoint.uri, answer);
}

/** @throws ServerError 500 when the endpoint has refused */
export function convertedBy(uri: string, { status, body }: ConversionAnswer): Uint8Array {
  if (status >= 200 && status < 300) return body;
  const hint =
    status === 404
      ? " Its SDK may have no previews of payloads, or it has no serde of that name that can be previewed."
      : "";
  const text = Buffer.from(body).toString("utf8").slice(0, QUOTED_BODY_CHARACTERS);
  const said = `${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  throw new ServerError(500, "RL_ENDPOINT", `'${uri}' answered status ${said}.${hint} Body: ${text}`);
}
