import { packageVersion } from "../package-version.ts";

/** That of the real server whose API this is: clients compare it with theirs. */
export const VERSION = "1.7.12";
export const MIN_ADMIN_VERSION = 2;
export const MAX_ADMIN_VERSION = 4;

/**
 * `GET /version`.
 * @param ingressEndpoint where clients reach the ingress, with a trailing slash
 */
export function versionJson(ingressEndpoint: string) {
  return {
    version: VERSION,
    min_admin_api_version: MIN_ADMIN_VERSION,
    max_admin_api_version: MAX_ADMIN_VERSION,
    ingress_endpoint: ingressEndpoint,
    features: { protocol_v7: true, scoped_virtual_objects: true },
    restate_lite: true,
    restate_lite_version: packageVersion(),
  };
}
