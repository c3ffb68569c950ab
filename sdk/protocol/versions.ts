/** Versions of the service protocol that this implementation speaks, the newest last. */
export const SERVICE_PROTOCOL_VERSIONS = [5, 6, 7] as const;
export type ServiceProtocolVersion = (typeof SERVICE_PROTOCOL_VERSIONS)[number];

/** Versions of the discovery document that an endpoint can write, the newest first. */
export const MANIFEST_VERSIONS = [4, 3, 2] as const;
export type ManifestVersion = (typeof MANIFEST_VERSIONS)[number];

const INVOCATION = "application/vnd.restate.invocation.v";

/** Content type of an attempt's request and response. */
export function invocationContentType(version: ServiceProtocolVersion): string {
  return `${INVOCATION}${version}`;
}

/** Version that a content type stands for; undefined when it stands for none of `SERVICE_PROTOCOL_VERSIONS`. */
export function invocationVersionOf(contentType: string): ServiceProtocolVersion | undefined {
  switch (contentType) {
    case "application/vnd.restate.invocation.v5":
      return 5;
    case "application/vnd.restate.invocation.v6":
      return 6;
    case "application/vnd.restate.invocation.v7":
      return 7;
    default:
      return undefined;
  }
}

/** Whether a content type is that of some version of the service protocol, known or not. */
export function isInvocationContentType(contentType: string): boolean {
  return contentType.startsWith(INVOCATION);
}

/** Content type of a discovery document. */
export function manifestContentType(version: ManifestVersion): string {
  return `application/vnd.restate.endpointmanifest.v${version}+json`;
}
