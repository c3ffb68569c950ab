import type { StoredStatus } from "../../api/invocation.ts";
import type { Deployment, Service } from "../../api/registry.ts";
import { sql } from "../../api/sql.ts";

/** Unfinished invocations by the deployment that they have to go on with. */
export interface Pins {
  readonly deployment: string;
  readonly service: string;
  readonly status: StoredStatus;
  readonly n: number;
}

export const pins = (signal: AbortSignal): Promise<Pins[]> =>
  sql(
    "SELECT pinned_deployment_id AS deployment, target_service_name AS service, status, count(*) AS n FROM sys_invocation WHERE status != 'completed' AND pinned_deployment_id IS NOT NULL GROUP BY 1, 2, 3",
    signal,
  );

/** Those whose last attempt, on the deployment, has failed. */
export interface Failing {
  readonly deployment: string;
  readonly n: number;
}

export const failing = (signal: AbortSignal): Promise<Failing[]> =>
  sql(
    "SELECT coalesce(last_attempt_deployment_id, pinned_deployment_id) AS deployment, count(*) AS n FROM sys_invocation WHERE status IN ('backing-off', 'paused') GROUP BY 1",
    signal,
  );

/**
 * `active`: new invocations of one of its services go there. `draining`: they do not, but some that have begun there
 * have not ended. `drained`: nobody needs it any more.
 */
export type Standing = "active" | "draining" | "drained";

export interface StandingOf {
  readonly standing: Standing;
  readonly pinned: number;
  /** Services whose latest revision it has. */
  readonly latestFor: readonly string[];
}

export function standingOf(id: string, services: readonly Service[], all: readonly Pins[]): StandingOf {
  const latestFor = services.filter(({ deployment_id }) => deployment_id === id).map(({ name }) => name);
  const pinned = all.reduce((sum, { deployment, n }) => (deployment === id ? sum + n : sum), 0);
  return { standing: latestFor.length > 0 ? "active" : pinned > 0 ? "draining" : "drained", pinned, latestFor };
}

export interface AfterRemoval {
  /** Services that nobody serves any more. */
  readonly gone: readonly string[];
  /** Services whose new invocations go to an older revision. */
  readonly back: readonly { readonly name: string; readonly revision: number }[];
}

/** What becomes of the services whose latest revision a deployment has, when it is removed. */
export function afterRemoval(
  id: string,
  services: readonly Service[],
  deployments: readonly Deployment[],
): AfterRemoval {
  const gone: string[] = [];
  const back: { name: string; revision: number }[] = [];
  for (const { name, deployment_id } of services) {
    if (deployment_id !== id) continue;
    const revisions = deployments
      .filter((other) => other.id !== id)
      .flatMap((other) => other.services.filter((one) => one.name === name).map(({ revision }) => revision));
    if (revisions.length === 0) gone.push(name);
    else back.push({ name, revision: Math.max(...revisions) });
  }
  return { gone, back };
}
