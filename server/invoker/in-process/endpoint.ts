import type { AttemptSink, RunningAttempt } from "../../../sdk/context/types.ts";
import type { ConversionAnswer } from "../serdes.ts";
import type { ResponseHead } from "../transport.ts";

/** Where a response goes: the head first, then its bytes, then its end. No method throws. */
export interface ResponseSink extends AttemptSink {
  head(head: ResponseHead): void;
  /** There will be no (more) response; nothing follows. `reason` is a phrase without a full stop. */
  broken(reason: string): void;
}

/** A service as the discovery document describes it. */
export interface ManifestService {
  readonly name: string;
}

/** What an endpoint answers to discovery. */
export interface Manifest {
  readonly protocolMode?: "BIDI_STREAM" | "REQUEST_RESPONSE" | undefined;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly services: readonly ManifestService[];
}

/** Services in this process that know how to run attempts, whoever wrote the SDK under them. */
export interface InProcessEndpoint {
  readonly manifest: Manifest;
  /** What it calls itself in `x-restate-server`. */
  readonly server: string | undefined;
  /**
   * Starts an attempt; its bytes come through the answer's methods.
   *
   * @param path `/invoke/SERVICE/HANDLER`
   * @returns `undefined` when the head of the response says that there is no attempt
   */
  open(path: string, headers: Readonly<Record<string, string>>, sink: ResponseSink): RunningAttempt | undefined;
  /** Converts a payload. @param path `/serdes/SERVICE/OPERATION/SERDE` */
  convert(path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<ConversionAnswer>;
}

/** A fetch handler that serves an endpoint, such as `createEndpointHandler` of an SDK's `/fetch` makes. */
export type FetchHandler = (request: Request, ...extraArgs: unknown[]) => Promise<Response>;

/** What the head of a response says to an attempt. */
export function responseHead(status: number, header: (name: string) => string | undefined): ResponseHead {
  return {
    status,
    contentType: header("content-type"),
    server: header("x-restate-server"),
    retryAfter: header("retry-after"),
  };
}
