import type { Profile } from "./contenders.ts";

/** One deliberate difference between restate-lite and the real server. */
export interface Difference {
  /** For the reader of docs/compatibility.md: what one does … */
  readonly what: string;
  /** … what each server answers … */
  readonly oursSays: string;
  readonly realSays: string;
  /** … and why. */
  readonly reason: string;
  /** Both when missing. */
  readonly profile?: Profile;
  /** Matches `script: step`. */
  readonly steps: RegExp;
  /** The expected pair: what each answer must contain. */
  readonly ours: unknown;
  readonly real: unknown;
}

const VERSION = {
  version: "1.7.12",
  min_admin_api_version: 2,
  max_admin_api_version: 4,
  ingress_endpoint: /^http:\/\/<address \d+>\/$/,
};

/** The source of the table in docs/compatibility.md. */
export const differences: readonly Difference[] = [
  {
    what: "The answer to a call whose invocation was killed after its last attempt",
    oursSays: "code and message of the last error",
    realSays: "also the stack of the endpoint's program",
    reason: "Paths and lines of a program are not for its clients. Its owner finds the stack in the log.",
    steps: /^retry policy: the stack of the last attempt: to the caller$/,
    ours: { value: { stacktrace: "none" } },
    real: { value: { stacktrace: "sent" } },
  },
  {
    what: "A call or send under `/restate/scope/…`",
    oursSays: "works",
    realSays: "400 without its flag for virtual queues",
    reason: "Scopes are on by default.",
    profile: "flags-off",
    steps: /^scopes without the real server's flags: (object, |workflow, )?(call|send)$/,
    ours: { status: /^20[02]$/, headers: { "x-restate-id": "<present>" } },
    real: { status: 400, body: { source: "ingress" } },
  },
  {
    what: "`GET /version`: `features`",
    oursSays:
      "`protocol_v7` and `scoped_virtual_objects`, both on, `restate_lite` and its own version in `restate_lite_version`",
    realSays: "every feature switch of its own, those two off by default",
    reason: "The other switches are of the real server's inside. `restate_lite` tells the two servers apart.",
    steps: /^shapes of deployments and services: (\/v[234])?\/version$/,
    ours: {
      status: 200,
      body: { ...VERSION, restate_lite: true, restate_lite_version: /^\d+\.\d+/, features: { protocol_v7: true } },
    },
    real: { status: 200, body: VERSION },
  },
  {
    what: "Resolving or rejecting a signal: `/restate/signals/{invocationId}/{name}/resolve`",
    oursSays: "202",
    realSays: "404",
    reason: "An extension: the real server has no public route for signals.",
    steps: /^signals: resolve a signal$/,
    ours: { status: 202 },
    real: { status: 404 },
  },
  {
    what: "A request with an `Origin` of another site",
    oursSays: "403",
    realSays: "answered as any other",
    reason: "A web page must not call handlers or register deployments. `--allowed-origin` names pages that may.",
    steps: /^cross-site requests: .* with a foreign Origin$/,
    ours: { status: 403 },
    real: { status: /^20[01]$/ },
  },
  {
    what: "A request with a `Host` that is not this machine",
    oursSays: "403",
    realSays: "answered as any other",
    reason: "Protection against DNS rebinding. `--allowed-host` names other hosts.",
    steps: /^cross-site requests: .* with a foreign Host$/,
    ours: { status: 403 },
    real: { status: 200 },
  },
  {
    what: "A GET that a browser sends for a page of another site",
    oursSays: "403",
    realSays: "answered as any other",
    reason: "A GET can invoke a handler, so an image or a link of a foreign page could too.",
    steps: /^cross-site requests: GET from another site$/,
    ours: { status: 403 },
    real: { status: 200 },
  },
  {
    what: "A CORS preflight from a page of another site",
    oursSays: "403",
    realSays: "200, and 405 on the admin API",
    reason: "No CORS for pages that are not allowed.",
    steps: /^cross-site requests: preflight of /,
    ours: { status: 403 },
    real: { status: /^(200|405)$/ },
  },
  {
    what: "`x-restate-ingress-path` in a request",
    oursSays: "replaced by the path of the request",
    realSays: "passed on to the handler",
    reason: "A client cannot tell a handler that it came by another path.",
    steps: /^headers: the path header of the server$/,
    ours: { status: 200, body: { path: "/restate/call/OracleGreeter/headers" } },
    real: { status: 200, body: { path: "/forged" } },
  },
  {
    what: "A body of `/restate/attach`, `/restate/output` or `/restate/lookup` that cannot be read",
    oursSays: "400",
    realSays: "500 with a stack of the server",
    reason: "It is the client's mistake.",
    steps:
      /^results by other names: (missing member|member of wrong type|unknown target|no target|array|text|null|not JSON|no body): /,
    ours: { status: 400, body: { source: "ingress" } },
    real: { status: 500, body: { source: "ingress" } },
  },
  {
    what: "A body over the limit of 32 MiB",
    oursSays: "413 as JSON, like every error",
    realSays: "413 as plain text",
    reason: "One form of errors.",
    steps: /^input rule: body over the limit/,
    ours: { status: 413, headers: { "content-type": "application/json", "x-restate-error-source": "ingress" } },
    real: { status: 413, headers: { "content-type": "text/plain; charset=utf-8" } },
  },
  {
    what: "A terminal failure whose code is 204 or 304",
    oursSays: "500; the body has the code",
    realSays: "an answer of that status, which cannot have a body",
    reason: "The failure would be lost.",
    steps: /^failures: code (204|304)$/,
    ours: { status: 500, body: { source: "invocation" } },
    real: { status: /^(204|304)$/, body: "" },
  },
  {
    what: "A terminal failure whose code is below 200",
    oursSays: "500; the body has the code",
    realSays: "500, empty",
    reason: "The failure would be lost.",
    steps: /^failures: code 100$/,
    ours: { status: 500, body: { code: 100, source: "invocation" } },
    real: { status: 500, body: "" },
  },
  {
    what: "Admin API: a path, query or body that cannot be read",
    oursSays: "the real server's status with a JSON error `{message, restate_code}`",
    realSays: "plain text",
    reason: "One form of errors.",
    steps:
      /^(refused registrations: (no address|address of wrong type|bad header|not JSON|other content type|no content type|no body)|state edits: (no members|value of wrong type|byte too big)|DELETE of an invocation: \w+\?mode=other|shapes of deployments and services: (malformed deployment|\/v1\/.*)|(refused deployment requests|refused limit rules|Kafka clusters|subscriptions|service configuration|versions of state|bodies of the admin API|ids that are none|queries|restart from a prefix of the journal|what a restarted invocation is): .*)$/,
    ours: { headers: { "content-type": "application/json" }, body: { restate_code: null } },
    real: { headers: { "content-type": "text/plain; charset=utf-8" } },
  },
  {
    what: "Registering an address that is neither `http://` nor `https://`",
    oursSays: "400 META0003, at once",
    realSays: "500 META0003, after it tried to connect",
    reason: "It is the client's mistake.",
    steps: /^refused registrations: other scheme$/,
    ours: { status: 400, body: { restate_code: "META0003" } },
    real: { status: 500, body: { restate_code: "META0003" } },
  },
  {
    what: "Registering an endpoint with two services, or two handlers of a service, of one name",
    oursSays: "500 META0013",
    realSays: "201, and takes one of them",
    reason: "The other one would never be called, without a word.",
    steps: /^manifests: a name twice: /,
    ours: { status: 500, body: { restate_code: "META0013" } },
    real: { status: 201 },
  },
  {
    what: "Killing an invocation that sent to others",
    oursSays: "takes along those that it called; those that it sent to go on",
    realSays: "takes along both",
    reason: "A send is detached from its sender, as it is for cancellation on both servers.",
    steps: /^call trees: kill: (sibling that was sent|delayed send)/,
    ours: { status: 470 },
    real: { status: /^(404|409)$/ },
  },
  {
    what: "Pausing a suspended invocation",
    oursSays: "200",
    realSays: "200, and 202 with virtual queues",
    reason: "Ours pauses it at once, as the real server does without the flag.",
    profile: "flags-on",
    steps: /^pause in each status: suspended$/,
    ours: { status: 200 },
    real: { status: 202 },
  },
  {
    what: "Pausing a running invocation that is in the middle of a step",
    oursSays: "paused at once: the attempt is cut off, and the step runs again",
    realSays: "the same with virtual queues; without them paused when the step is over",
    reason: "One behaviour, the newer one. Who pauses a handler wants it to stop.",
    profile: "flags-off",
    steps: /^pause of what runs, twice: in a step, again$/,
    ours: { status: 200 },
    real: { status: 202 },
  },
  {
    what: "A body of the admin API that is no JSON where a list is expected",
    oursSays: "400, as everywhere else",
    realSays: "422 when it begins with a brace",
    reason: "It is no JSON.",
    steps: /^bodies of the admin API: (PUT rules|POST bulk-delete): not JSON$/,
    ours: { status: 400, body: { restate_code: null } },
    real: { status: 422 },
  },
  {
    what: "SQL that is neither PostgreSQL nor DataFusion, or that only one of them takes for a query",
    oursSays: "400",
    realSays: "400, and 500 for some of it",
    reason: "It is the client's mistake.",
    steps: /^queries: (select 1 1 1|select count\(\*, 1\) from state|attach database 'x' as y)$/,
    ours: { status: 400, body: { message: /^SQL error: / } },
    real: { status: 500, body: { message: /./ } },
  },
  {
    what: "Creating a subscription",
    oursSays: "also `info`: that it is kept, but not consumed yet",
    realSays: "the subscription, which it consumes",
    reason: "Consuming from Kafka comes later; the answer says so.",
    steps: /^subscriptions: (create|to |no topic|query|options null)/,
    ours: { status: 201, body: { info: [{ message: /does not consume/ }] } },
    real: { status: 201 },
  },
  {
    what: "Editing state in a malformed scope",
    oursSays: "400",
    realSays: "500",
    reason: "It is the client's mistake.",
    steps: /^versions of state: (bad|empty) scope$/,
    ours: { status: 400, body: { restate_code: null } },
    real: { status: 500, body: { restate_code: null } },
  },
  {
    what: "`auth` of a deployment, and `arn` instead of `uri`",
    oursSays: "501; not in the OpenAPI document",
    realSays: "Google ID tokens and AWS Lambda",
    reason: "restate-lite invokes endpoints on a developer's own machines, over HTTP.",
    steps: /^OpenAPI document of the admin API: POST \/deployments$/,
    ours: { value: { id: "create_deployment", body: { required: ["uri"] } } },
    real: { value: { id: "create_deployment", body: { required: ["uri"] } } },
  },
  {
    what: "An invocation that comes to a paused virtual queue",
    oursSays: "waits until the queue is resumed",
    realSays: "starts; only what waited already stays",
    reason: "A queue is paused so that nothing of it starts.",
    profile: "flags-on",
    steps: /^flow control: paused queue: what comes now$/,
    ours: { value: /pending$/ },
    real: { value: /running$/ },
  },
];
