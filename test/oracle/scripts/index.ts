/** All scripts by what they are about, in the order in which they run. */
import type { Script } from "../probe.ts";
import { registrations, shapes } from "./admin.ts";
import { requestBodies } from "./bodies.ts";
import { calls } from "./calls.ts";
import { fields } from "./fields.ts";
import { flowControl } from "./flow-control.ts";
import { goneServices } from "./gone-services.ts";
import { http2Requests } from "./http2.ts";
import { internal } from "./internal.ts";
import { invocations, moves } from "./invocations.ts";
import { kafka } from "./kafka.ts";
import { limits } from "./limits.ts";
import { manifests } from "./manifests.ts";
import { openApi } from "./openapi.ts";
import { queries } from "./queries.ts";
import { refusals } from "./refusals.ts";
import { restarts } from "./restarts.ts";
import { results } from "./results.ts";
import { scopes } from "./scopes.ts";
import { settings } from "./settings.ts";
import { signals } from "./signals.ts";
import { twice } from "./twice.ts";

/** The areas of docs/compatibility.md. One may come again: {@link shapes} wants a server that nothing happened to. */
export const areas: readonly (readonly [area: string, scripts: readonly Script[]])[] = [
  ["Deployments and services", [shapes]],
  ["OpenAPI documents", openApi],
  ["Calls and sends", [...calls, ...refusals]],
  ["Results of invocations", results],
  ["Awakeables and signals", signals],
  ["Scopes, limit keys and rules", [...scopes, ...flowControl, ...limits]],
  ["Invocations: cancel, kill, pause, resume, restart, purge", [...invocations, ...restarts, ...twice]],
  ["Deployments and services", [...registrations, goneServices, ...manifests, ...settings]],
  ["Routes that no document lists", internal],
  ["Kafka clusters and subscriptions", kafka],
  ["Queries that are refused", queries],
  ["Bodies of requests to the admin API", [...requestBodies, ...fields]],
  ["HTTP/2 in single frames", http2Requests],
  ["Invocations: cancel, kill, pause, resume, restart, purge", moves],
];
