import { admin } from "./admin.ts";

export interface RetryPolicy {
  readonly initial_interval?: string;
  readonly exponentiation_factor?: number;
  readonly max_attempts?: number | null;
  readonly max_interval?: string;
  readonly on_max_attempts?: string;
}

/** What the server says about a setting, such as that it has no effect (RT0021). */
export interface Info {
  readonly code: string;
  readonly message: string;
}

/** Settings that a service has and a handler may have of its own. Durations as the server prints them: `1m 30s`. */
export interface Settings {
  readonly idempotency_retention?: string;
  readonly workflow_completion_retention?: string;
  readonly journal_retention?: string;
  readonly inactivity_timeout?: string;
  readonly abort_timeout?: string;
  readonly enable_lazy_state?: boolean;
  readonly retry_policy?: RetryPolicy;
  readonly info?: readonly Info[];
}

export interface Handler extends Settings {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly name: string;
  readonly ty?: "Exclusive" | "Shared" | "Workflow";
  readonly public?: boolean;
  readonly documentation?: string;
  readonly input_description?: string;
  readonly output_description?: string;
  readonly input_json_schema?: unknown;
  readonly output_json_schema?: unknown;
}

export interface Service extends Settings {
  readonly name: string;
  readonly ty: "Service" | "VirtualObject" | "Workflow";
  readonly handlers: readonly Handler[];
  readonly deployment_id: string;
  readonly revision: number;
  readonly public: boolean;
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const KINDS = { Service: "Service", VirtualObject: "Virtual object", Workflow: "Workflow" } as const;

export interface Deployment {
  readonly id: string;
  readonly uri?: string;
  readonly arn?: string;
  readonly protocol_type?: string;
  readonly http_version?: string;
  readonly created_at: string;
  readonly min_protocol_version: number;
  readonly max_protocol_version: number;
  readonly sdk_version?: string;
  readonly additional_headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

/** A deployment with all that its services are; the answer to a registration, too, has these. */
export interface DeploymentDetail extends Omit<Deployment, "services"> {
  readonly services: readonly Service[];
}

export interface Version {
  /** That of Restate whose API the server has. */
  readonly version: string;
  readonly ingress_endpoint?: string;
  readonly features?: Readonly<Record<string, boolean>>;
  readonly restate_lite?: boolean;
  /** That of the server itself. */
  readonly restate_lite_version?: string;
}

export const services = async (): Promise<readonly Service[]> =>
  (await admin<{ services: readonly Service[] }>("/services")).services;

export const deployments = async (): Promise<readonly Deployment[]> =>
  (await admin<{ deployments: readonly Deployment[] }>("/deployments")).deployments;

export const version = (): Promise<Version> => admin("/version");

/** Where a deployment is, for people. */
export function addressOf({ uri, arn, id }: Deployment): string {
  return uri ?? arn ?? id;
}
