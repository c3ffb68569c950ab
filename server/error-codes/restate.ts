import { meanings } from "./meaning.ts";

/** Restate's own codes, for what the real server calls by them too. The sentences are ours. */
export const RESTATE_CODES = meanings({
  RT0001: {
    means: "An attempt was cut off, because its handler sent nothing within the abort timeout.",
    do: "Look what the handler waits for outside of its context; raise the service's abort timeout if it has to.",
  },
  RT0002: {
    means: "The server did not start, because a setting, its file or a file that it names cannot be read or used.",
    do: "Correct the setting that the message names; [configuration.md](configuration.md) has all of them.",
  },
  RT0003: {
    means: "An SDK sent a message that is longer than the limit.",
    do: "Keep large values out of the journal, or raise the message size limit.",
  },
  RT0004: {
    means: "The server did not start, because it cannot listen on the ingress or the admin port.",
    do: "End what listens there, or choose another port with `--ingress-port` or `--admin-port`.",
  },
  RT0006: {
    means: "An attempt failed, because the server itself made a mistake while it ran.",
    do: "The log has the details: please report them. The attempt is retried.",
  },
  RT0007: {
    means: "An attempt failed in the handler: it threw, or its answer stopped before its end.",
    do: "Read the message and the stack trace. The attempt is retried; throw a terminal error to end the invocation.",
  },
  RT0010: {
    means: "The endpoint cannot be reached, or the connection to it was lost during an attempt.",
    do: "Look whether it runs at the address of its deployment. The attempt is retried.",
  },
  RT0011: {
    means: "Nothing serves the invocation now.",
    do: "Register a deployment that serves it, or resume the invocation on another deployment. It waits until then.",
  },
  RT0012: {
    means: "What an endpoint answered does not follow the protocol: a message, the status or the content type.",
    do: "Look whether the address is a Restate endpoint and nothing in between rewrites answers, and try a newer SDK.",
  },
  RT0014: {
    means: "An invocation cannot move to a deployment that does not speak the protocol version of its journal.",
    do: "Choose a deployment whose SDK speaks that version, or restart the invocation from its beginning.",
    status: 409,
  },
  RT0015: {
    means: "The endpoint no longer speaks the protocol version that it offered when it was registered.",
    do: "Register the deployment again.",
  },
  RT0016: {
    means: "A handler did something else than its journal says: its code was changed, or depends on time or chance.",
    do: "Put the old code back, or edit or restart the invocation; register changed code as a new deployment.",
  },
  RT0017: {
    means: "The server cannot accept a command of the handler, for example a call with an empty idempotency key.",
    do: "Change the command that the message names. The attempt is retried.",
  },
  RT0018: {
    means: "A call goes to a service or handler that is not registered.",
    do: "Register a deployment that serves it, or correct the name. A handler that calls it is retried.",
    status: 404,
  },
  RT0019: {
    means: "The endpoint, or a proxy before it, refused an attempt because the request is too large (status 413).",
    do: "Raise the limit there, or keep the journal and the state of the invocation smaller.",
  },
  RT0021: {
    means: "The inactivity timeout has no effect, because the endpoint answers in request/response mode.",
    do: "Nothing; or serve the endpoint over HTTP/2. This is a hint in the description of a service, not an error.",
  },
  RT0023: {
    means: "The endpoint, or a proxy before it, is overloaded or limits the rate (status 429 or 503).",
    do: "Give it more room, or limit the concurrency. The attempt is retried, after its `Retry-After` if it has one.",
  },
  RT0024: {
    means: "The scope or the limit key of a call is not well formed, or there is a limit key without a scope.",
    do: "Follow the rules in [flow-control.md](flow-control.md).",
    status: 400,
  },
  META0003: {
    means: "An endpoint could not be asked what it serves: the address is wrong, nothing answers, or it refuses.",
    do: "Check the address, that the endpoint runs, and that the server can reach it from where it is.",
    status: [400, 500],
  },
  META0005: {
    means: "A service has a name that is reserved.",
    do: "Give it another name.",
    status: 400,
  },
  META0006: {
    means: "A service that was registered before has become another kind: a service, an object or a workflow.",
    do: "Register it under another name, or accept the change with `breaking`.",
    status: 409,
  },
  META0009: {
    means: "The source, the sink or an option of a subscription is not valid.",
    do: "Correct what the message names: `kafka://cluster/topic` and `service://Service/handler`.",
    status: 400,
  },
  META0012: {
    means: "The endpoint and the server have no version of the service protocol in common.",
    do: "Use a version of the SDK that speaks v5, v6 or v7.",
    status: 500,
  },
  META0013: {
    means: "What an endpoint says about itself is not a valid answer to discovery.",
    do: "Check that the address is that of a Restate endpoint; if it is, the message says what is wrong with it.",
    status: 500,
  },
  META0014: {
    means: "The endpoint seems to speak HTTP/1.1 only, and was asked over HTTP/2.",
    do: "Register it with `use_http_11` (`--use-http1.1` of the CLI).",
    status: 500,
  },
  META0017: {
    means:
      "Several deployments have the address that is to be registered by force, so which one to replace is unclear.",
    do: "Delete one of the deployments that the message names.",
    status: 409,
  },
});
