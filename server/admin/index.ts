/**
 * The admin API and the dashboard. Express and the schemas are loaded with the first request that needs them: a
 * server that nobody administers starts without them.
 *
 * - `app` is the Express application, with one file of routes for each resource: `deployments`, `services`,
 *   `invocations`, `state`, `limits`, `vqueues`, `kafka`, `serdes` and `edits` (of the journal of a paused
 *   invocation).
 * - `operations` is what can be done to invocations, one by one or many at a time.
 * - In: `json-body` parses, `bodies` and `queries` are the schemas. Out: `shapes` is the JSON of the real server,
 *   `answers` sends it, `version` says whose API this is, `service-document` is the OpenAPI document of a service.
 * - `dashboard` serves the files of the dashboard, `feed` its WebSocket, `query` SQL, `openapi` the document of this
 *   API.
 * - `parts` is what all of it works on.
 */
import type { HttpRequest, HttpResponse, RequestHandler } from "../http/index.ts";
import { createDashboard, isDashboardPath } from "./dashboard.ts";
import type { AdminParts } from "./parts.ts";
import { versionJson } from "./version.ts";

export { isDashboardPath } from "./dashboard.ts";
export { createFeed } from "./feed/index.ts";
export { QueryService, querySource } from "./query/index.ts";

/** Express takes the requests and responses of `node:http`; for HTTP/2 the listener translates (`needsHttp1`). */
type App = (request: HttpRequest, response: HttpResponse) => void;

/** Answers the requests of the admin port. */
export function createAdmin(parts: AdminParts): RequestHandler {
  let loading: Promise<App> | undefined;
  let dashboard: RequestHandler | undefined;
  return (request, response) => {
    const { url = "/", method } = request;
    const path = url.split("?", 1)[0] as string;
    if (method === "GET" && path === "/health") {
      response.writeHead(200, { "content-length": 0 });
      response.end();
      return;
    }
    if (method === "GET" && path === "/version") {
      const body = JSON.stringify(versionJson(parts.advertisedIngress));
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
      return;
    }
    if (parts.hasDashboard && isDashboardPath(path)) {
      if (method === "GET" && enter(url, response, parts)) return;
      dashboard ??= createDashboard(parts.advertisedIngress);
      dashboard(request, response);
      return;
    }
    // reason: the listener hands over objects of `node:http`, so the parts in common are all that differ in type.
    loading ??= import("./app.ts").then(({ createApp }) => createApp(parts) as unknown as App);
    loading.then(
      (app) => app(request, response),
      (error: unknown) => {
        // Perhaps there were no descriptors left: the next request tries again.
        loading = undefined;
        parts.log("error", "the admin API cannot be loaded", { error });
        response.writeHead(500, {});
        response.end();
      },
    );
  };
}

/** Answers a link that gives a browser access to the dashboard. @returns whether it is one */
function enter(url: string, response: HttpResponse, { access }: AdminParts): boolean {
  const entry = access?.redeem(url);
  if (entry === undefined) return false;
  const headers = { "cache-control": "no-store", "referrer-policy": "no-referrer" };
  if (entry.cookie !== undefined) {
    response.writeHead(303, { ...headers, location: "/ui/", "set-cookie": entry.cookie, "content-length": 0 });
    response.end();
    return true;
  }
  const text =
    "This link has been used. The server prints a new one at its start, and POST /restate-lite/dashboard-link, " +
    "sent with the access token as Authorization: Bearer TOKEN, answers with one.\n";
  response.writeHead(401, {
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
  return true;
}
