/**
 * The ingress: HTTP requests become engine commands, and what the engine says becomes answers.
 *
 * A request comes to `ingress` and goes through `routes` (where does the path lead), `target` (which handler is it),
 * `headers` and `body`, `input` (the handler's discovered rule), `query`, `delay` and `scope`, and then as one
 * command into the open turn (`engine-view` is what the ingress asks of the engine); `waiting` keeps those who wait
 * for a result, and `answers` writes it. `references` reads the ways to name an invocation that exists, `percent`
 * decodes what is in a path; `errors` has the refusals.
 *
 * This is the path of every call: no router library, no middleware, and what can be done once is not done per
 * request. Hosts, origins, body size and timeouts are the business of `server/http`, which serves this handler.
 */
export { createIngress } from "./ingress.ts";
