/**
 * What is registered: `manifest` reads what endpoints answer to discovery and applies the defaults, `registry` keeps
 * deployments and service revisions (in memory for the call path, in SQLite for the next start), `rows` is its SQL.
 */
export { type DiscoveredManifest, type DiscoveredService, parseManifest, type ServiceDefaults } from "./manifest.ts";
export { type Registered, type Registration, type RegistrationOptions, Registry } from "./registry.ts";
export type * from "./types.ts";
