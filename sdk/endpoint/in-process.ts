import type { AttemptSink, RunningAttempt } from "../context/index.ts";
import { MANIFEST_VERSIONS, type ManifestVersion } from "../protocol/index.ts";
import { type Answer, errorAnswer, type RequestHeaders, type ResponseHeaders } from "./answer.ts";
import { EndpointBuilder } from "./builder.ts";
import { manifestOf } from "./discovery.ts";
import type { EndpointOptions } from "./types.ts";
import { withOptions } from "./with-options.ts";

/** What a request to an in-process endpoint got. */
export interface InProcessOpening {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The attempt that runs now; absent when the request was refused. */
  readonly attempt?: RunningAttempt;
  /** The whole response when it was refused, as JSON. */
  readonly body?: Uint8Array;
}

/** An endpoint in the memory of the server that drives it: no HTTP, no sockets, no copies. */
export interface InProcessEndpoint {
  /** The discovery document of the newest version, or the given one. */
  manifest(version?: ManifestVersion): object;
  /**
   * Opens an attempt, as a request would. Its bytes go in with `attempt.push`, and out by `sink`: never before `open`
   * has returned.
   *
   * @param path `/invoke/{service}/{handler}`
   * @param headers with lower-case names; `content-type` says the protocol version
   */
  open(path: string, headers: RequestHeaders, sink: AttemptSink): InProcessOpening;
  /**
   * Converts a payload to JSON or back.
   * @param path `/serdes/{service}/{encode|decode}/{handler}/{input|output}`
   */
  preview(path: string, headers: RequestHeaders, body: Uint8Array): Promise<Answer>;
}

const NO_ARGUMENTS: readonly unknown[] = [];

/**
 * An endpoint without a transport. Requests need no signature: who can call this can run the handlers anyway.
 *
 * @param now Unix time in milliseconds. Default: the wall clock
 * @throws SdkError when the services cannot be served (see `Components`)
 */
export function createInProcessEndpoint(options: EndpointOptions, now?: () => number): InProcessEndpoint {
  const handler = withOptions(new EndpointBuilder(), { ...options, identityKeys: [] }).build({ now });
  return {
    manifest: (version = MANIFEST_VERSIONS[0]) =>
      manifestOf(handler.components, version, { protocolMode: "BIDI_STREAM" }),
    open(path, headers, sink) {
      const decision = handler.handle(path, headers, "BIDI_STREAM");
      if (decision instanceof Promise) throw new Error("an in-process endpoint checks no signatures");
      switch (decision.kind) {
        case "attempt": {
          const attempt = handler.start(decision, headers, NO_ARGUMENTS, sink);
          return { status: 200, headers: decision.headers, attempt };
        }
        case "answer":
          return decision;
        case "preview":
          return { status: 404, headers: {} };
      }
    },
    async preview(path, headers, body) {
      const decision = await handler.handle(path, headers, "BIDI_STREAM");
      switch (decision.kind) {
        case "preview":
          return await decision.respond(body);
        case "answer":
          return decision;
        case "attempt":
          return errorAnswer(404, `${path} is no path of a preview`);
      }
    },
  };
}
