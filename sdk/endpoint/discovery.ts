import type { Components } from "../authoring/index.ts";
import { MANIFEST_VERSIONS, type ManifestVersion, manifestContentType } from "../protocol/index.ts";
import { type Answer, answer, errorAnswer } from "./answer.ts";

export type ProtocolMode = "BIDI_STREAM" | "REQUEST_RESPONSE";

export interface DiscoveryOptions {
  readonly protocolMode: ProtocolMode;
  /** Told to servers that know manifest version 4: the compression in which they may send large payloads. */
  readonly lambdaCompression?: "zstd" | undefined;
}

/** The discovery document in the newest version that the server accepts, and that this SDK writes. */
export function discover(components: Components, accept: string | undefined, options: DiscoveryOptions): Answer {
  if (accept === undefined) return errorAnswer(415, "Missing accept header");
  const version = MANIFEST_VERSIONS.find((candidate) => accept.includes(manifestContentType(candidate)));
  if (version === undefined) {
    return errorAnswer(415, `Unsupported service discovery protocol version '${accept}'`);
  }
  return answer(200, manifestContentType(version), JSON.stringify(manifestOf(components, version, options)));
}

/** The discovery document of a version. */
export function manifestOf(components: Components, version: ManifestVersion, options: DiscoveryOptions): object {
  const { protocolMode, lambdaCompression } = options;
  const manifest = components.manifest({ version, protocolMode });
  return version >= 4 && lambdaCompression !== undefined ? { ...manifest, lambdaCompression } : manifest;
}
