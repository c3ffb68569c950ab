import type { AttemptSink } from "../../context/index.ts";
import { type Answer, errorAnswer } from "../answer.ts";
import { EndpointBuilder } from "../builder.ts";
import type { Accepted, EndpointHandler } from "../handler.ts";
import type { LambdaEndpoint, LambdaHandler } from "../types.ts";
import { nodeSignatureCheck } from "./node-signature.ts";
import { zstd } from "./zstd.ts";

/** Lambda's limit for a response is 6 MB, Base64 included. */
const COMPRESSED_FROM_BYTES = 3 * 1024 * 1024;

/** What API Gateway (payload versions 1 and 2), function URLs and Restate's server send; the parts that matter. */
export interface LambdaEvent {
  /** Version 1, and Restate. */
  readonly path?: string;
  /** Version 2, and function URLs. */
  readonly rawPath?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly isBase64Encoded: true;
  readonly body: string;
}

/** An endpoint for AWS Lambda. */
export class LambdaEndpointBuilder extends EndpointBuilder<LambdaEndpoint> implements LambdaEndpoint {
  handler(): LambdaHandler {
    const lambdaCompression = zstd === undefined ? undefined : "zstd";
    const handler = this.build({ signatureCheck: nodeSignatureCheck, lambdaCompression });
    return (event: LambdaEvent, context: unknown) => serveLambda(handler, event, context);
  }
}

/** Serves an event. Rejects never: what goes wrong is an answer. */
async function serveLambda(handler: EndpointHandler, event: LambdaEvent, context: unknown): Promise<LambdaResult> {
  const headers = lowerCased(event.headers ?? {});
  const acceptsZstd = headers["accept-encoding"]?.includes("zstd") === true;
  try {
    const decision = await handler.handle(event.path ?? event.rawPath ?? "/", headers, "REQUEST_RESPONSE");
    if (decision.kind === "answer") return resultOf(decision, acceptsZstd);
    const body = bodyOf(event, headers["content-encoding"]);
    if (decision.kind === "preview") return resultOf(await decision.respond(body), acceptsZstd);
    return resultOf(await runAttempt(handler, decision, headers, context, body), acceptsZstd);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    handler.log.error(`Cannot handle a request: ${message}`);
    return resultOf(errorAnswer(500, message), acceptsZstd);
  }
}

function runAttempt(
  handler: EndpointHandler,
  accepted: Accepted,
  headers: Readonly<Record<string, string>>,
  context: unknown,
  body: Uint8Array,
): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const sink: AttemptSink = {
      write: (bytes) => void chunks.push(bytes),
      end: () => resolve({ kind: "answer", status: 200, headers: accepted.headers, body: Buffer.concat(chunks) }),
    };
    const attempt = handler.start(accepted, headers, [context], sink, logContextOf(context));
    if (body.length > 0) attempt.push(body);
    attempt.inputClosed();
  });
}

function logContextOf(context: unknown): Record<string, string> | undefined {
  const { awsRequestId } = (context ?? {}) as { awsRequestId?: unknown };
  return typeof awsRequestId === "string" ? { AWSRequestId: awsRequestId } : undefined;
}

/** @throws Error when the body is compressed and this Node cannot read it */
function bodyOf(event: LambdaEvent, contentEncoding: string | undefined): Uint8Array {
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded === true ? "base64" : "utf8");
  if (contentEncoding === undefined || !contentEncoding.includes("zstd") || body.length === 0) return body;
  if (zstd !== undefined) return zstd.decompress(body);
  throw new Error(
    `the request is compressed with zstd, which Node ${process.version} cannot read: deploy the function with Node 22.15 or newer, or register the deployment again, so that the server stops compressing`,
  );
}

function resultOf({ status, headers, body }: Answer, acceptsZstd: boolean): LambdaResult {
  const compress = acceptsZstd && body.length > COMPRESSED_FROM_BYTES ? zstd?.compress : undefined;
  const content = compress?.(body) ?? Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return {
    statusCode: status,
    headers: compress === undefined ? { ...headers } : { ...headers, "content-encoding": "zstd" },
    isBase64Encoded: true,
    body: content.toString("base64"),
  };
}

/** API gateways of version 1 pass names on as the client wrote them. */
function lowerCased(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && value !== null) result[name.toLowerCase()] = value;
  }
  return result;
}
