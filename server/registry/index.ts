/**
 * What is registered: `manifest` reads what endpoints answer to discovery and applies the defaults, `json-schema`
 * checks the schemas in it, `registry` keeps deployments and service revisions (in memory for the call path, in
 * SQLite for the next start), with the changes that people make to a service (`edit`); `limit-rules`, `vqueues` and
 * `kafka` are the rest of what people set up. `types` says what a deployment, a service and a handler are; `rows` is
 * the SQL.
 */
export { Kafka } from "./kafka.ts";
export { LimitRules, type LimitRuleUpsert, normalLimitPattern, type Precondition } from "./limit-rules.ts";
export { clampedEdit, parseManifest, type ServiceDefaults } from "./manifest.ts";
export { type Registered, type Registration, type RegistrationOptions, Registry } from "./registry.ts";
export type * from "./types.ts";
export { PausedQueues } from "./vqueues.ts";
