/**
 * The live feed of the dashboard: one WebSocket (`/ui/feed`) that says which invocations have changed, and whether
 * deployments or services have. It carries no payloads: what a page shows beyond it comes from the admin API.
 *
 * `messages` is what goes over the wire, `recent` the last changes in order with their sequence numbers,
 * `readers` who listens and how far each of them is, `feed` the rest: it observes the engine only while somebody
 * listens, or did a moment ago and may resume.
 */
export { createFeed } from "./feed.ts";
