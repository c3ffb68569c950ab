/** What is deployed: deployments, services and their handlers, with every default already applied. */

export type ServiceType = "Service" | "VirtualObject" | "Workflow";
export type HandlerType = "Exclusive" | "Shared" | "Workflow";
export type ProtocolMode = "BIDI_STREAM" | "REQUEST_RESPONSE";

export interface RetryPolicy {
  readonly initialIntervalMs: number;
  readonly factor: number;
  readonly maxIntervalMs: number;
  /** The first attempt counts. `null`: without end. */
  readonly maxAttempts: number | null;
  readonly onMaxAttempts: "Pause" | "Kill";
}

export interface Deployment {
  readonly id: string;
  /** With its path prefix, without a trailing slash. */
  readonly uri: string;
  readonly protocolMode: ProtocolMode;
  readonly httpVersion: "HTTP/1.1" | "HTTP/2.0";
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly sdkVersion: string | undefined;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** The discovered input rule; `undefined` members mean that the manifest did not say. */
export interface InputRule {
  readonly required: boolean;
  /** `undefined`: no body and no content type are expected. Accepts wildcards like an `Accept` header. */
  readonly contentType: string | undefined;
  readonly jsonSchema: unknown;
}

export interface OutputRule {
  readonly contentType: string | undefined;
  readonly setContentTypeIfEmpty: boolean;
  readonly jsonSchema: unknown;
}

/** What a service or a handler can set about its invocations. */
export interface HandlerSettings {
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  /** How long a completed invocation stays when it had an idempotency key or came through the ingress. */
  readonly idempotencyRetentionMs: number;
  /** Only for the `run` handler of a workflow. */
  readonly workflowRetentionMs: number;
  readonly journalRetentionMs: number;
  readonly enableLazyState: boolean;
  readonly retryPolicy: RetryPolicy;
}

/** Settings as they were given: what is missing comes from the level above. */
export type GivenSettings = Partial<Omit<HandlerSettings, "retryPolicy">> & {
  retryPolicy?: Partial<RetryPolicy>;
  isPublic?: boolean;
};

/** What people may change about a service without deploying it again. */
export type ServiceEdit = Partial<
  Pick<
    HandlerSettings,
    "inactivityTimeoutMs" | "abortTimeoutMs" | "idempotencyRetentionMs" | "workflowRetentionMs" | "journalRetentionMs"
  > & { readonly isPublic: boolean }
>;

/** A handler with its effective settings: handler over service over server defaults. */
export interface Handler extends HandlerSettings {
  readonly name: string;
  /** `undefined` for handlers of a plain service. */
  readonly type: HandlerType | undefined;
  readonly isPublic: boolean;
  readonly documentation: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** `undefined` when discovery said nothing about the input. */
  readonly input: InputRule | undefined;
  readonly output: OutputRule | undefined;
  /** What the handler itself set. */
  readonly given: GivenSettings;
}

export interface Service {
  readonly name: string;
  readonly type: ServiceType;
  readonly revision: number;
  readonly deploymentId: string;
  readonly isPublic: boolean;
  readonly documentation: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Effective settings of the service: its own over the server's defaults. */
  readonly settings: HandlerSettings;
  /** What the service itself set, or people set for it. */
  readonly given: GivenSettings;
  readonly handlers: ReadonlyMap<string, Handler>;
}

/** Read by the ingress, the engine and the invoker on every call: plain map look-ups. */
export interface RegistryView {
  /** The latest revision. */
  service(name: string): Service | undefined;
  deployment(id: string): Deployment | undefined;
  /** The settings of a service as the given deployment serves it; falls back to the latest revision. */
  serviceOn(name: string, deploymentId: string): Service | undefined;
}

/** How many invocations of a scope, or of a limit key in a scope, run at a time. */
export interface LimitRule {
  /** `scope`, `scope/l1` or `scope/l1/l2`; each part a name or `*`. */
  readonly pattern: string;
  /** `undefined`: as many as there are, whatever less specific rules say. */
  readonly concurrency: number | undefined;
  readonly description: string | undefined;
  /** Kept, but without effect. */
  readonly isDisabled: boolean;
  /** The version that the whole set of rules got by the last change of this one. */
  readonly version: number;
  readonly modifiedAtMs: number;
}

/** What the scheduler asks of the limit rules: a few map look-ups each. */
export interface LimitRulesView {
  /** The rule that counts for `[scope]`, `[scope, l1]` or `[scope, l1, l2]`: the most specific one of that depth. */
  ruleFor(path: readonly string[]): LimitRule | undefined;
  /** `changed` is called after the commit of every change. */
  onChange(changed: () => void): void;
}

/** What the scheduler asks of the paused virtual queues. */
export interface PausedQueuesView {
  readonly size: number;
  /** @param id `vq_1…` */
  isPaused(id: string): boolean;
  /** `changed` is called after the commit of every change. */
  onChange(changed: () => void): void;
}

export interface KafkaCluster {
  readonly name: string;
  /** As librdkafka takes them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** The messages of a topic become invocations of a handler. */
export interface Subscription {
  readonly id: string;
  /** `kafka://cluster/topic`. */
  readonly source: string;
  /** `service://service/handler`. */
  readonly sink: string;
  readonly options: Readonly<Record<string, string>>;
}
