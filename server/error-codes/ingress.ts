import { meanings } from "./meaning.ts";

/** Refusals of the ingress, and of what looks at a request before either port does. */
export const INGRESS_CODES = meanings({
  RL_BAD_AWAKEABLE_ID: {
    means: "The id in the path is not that of an awakeable.",
    do: "Use the whole id that the handler got from `ctx.awakeable()`.",
    status: 400,
  },
  RL_BAD_DELAY: {
    means: "The `delay` of a send cannot be read.",
    do: "Write for example `10s`, `1h 30m` or `PT10S`.",
    status: 400,
  },
  RL_BAD_HEADER: {
    means: "A header has a value with other characters than visible ASCII.",
    do: "Encode the value, or send it in the body.",
    status: 400,
  },
  RL_BAD_INVOCATION_ID: {
    means: "The text given as an invocation id is none.",
    do: "Use the whole id, `inv_1` and what follows, from `x-restate-id` or the answer to a send.",
    status: 400,
  },
  RL_BAD_PATH: {
    means: "The path of a call has too few or too many segments, or a key that is not valid UTF-8.",
    do: "Follow the form that the message shows, with the key percent-encoded.",
    status: 400,
  },
  RL_BAD_REFERENCE: {
    means: "The JSON body that should name an invocation does not.",
    do: "Follow the example in the message.",
    status: 400,
  },
  RL_BAD_REQUEST: {
    means: "What arrived on the connection is not valid HTTP/1.1.",
    do: "Check that the client speaks HTTP, without TLS, to this port.",
    status: 400,
  },
  RL_BAD_SIGNAL_NAME: {
    means: "The name of a signal is empty or not valid UTF-8.",
    do: "Give the name that the handler waits for, percent-encoded.",
    status: 400,
  },
  RL_BODY_TOO_LARGE: {
    means: "The body of a request is longer than the limit.",
    do: "Send less, for example a reference to where the data is stored.",
    status: 413,
  },
  RL_DELAYED_CALL: {
    means: "A call that waits for its answer has a `delay`.",
    do: "Send it with `/restate/send/`, or leave the delay out.",
    status: 400,
  },
  RL_FORBIDDEN_ADMINISTRATION: {
    means: "Administration from another machine is not allowed on this server.",
    do: "Start the server with `--admin-token-file`; [access.md](access.md) says how, and when `--insecure` will do.",
    status: 403,
  },
  RL_FORBIDDEN_HOST: {
    means: "The request names a host that the server does not go by where the request came from.",
    do: "Use `localhost` on its own machine, or start the server with `--allowed-host NAME`.",
    status: 403,
  },
  RL_FORBIDDEN_ORIGIN: {
    means: "The request comes from a web page of an origin that is not allowed.",
    do: "Start the server with `--allowed-origin ORIGIN`.",
    status: 403,
  },
  RL_HEADERS_TOO_LARGE: {
    means: "The headers and the URL of a request are longer than the limit.",
    do: "Send fewer or shorter headers.",
    status: 431,
  },
  RL_INPUT_VALIDATION: {
    means: "The handler's input rule does not allow this body or this content type.",
    do: "Send what the handler takes, with its content type; the message says what that is.",
    status: 400,
  },
  RL_INTERNAL: {
    means: "The server made a mistake while it answered the request.",
    do: "The log has the details: please report them.",
    status: 500,
  },
  RL_METHOD_NOT_ALLOWED: {
    means: "The path exists, but not for this HTTP method.",
    do: "Use the method that the documentation of the path names.",
    status: 405,
  },
  RL_NOT_FOUND: {
    means: "The ingress has no such path.",
    do: "Check the path against [ingress.md](ingress.md).",
    status: 404,
  },
  RL_NOT_READY: {
    means: "The invocation has not completed yet, so it has no output.",
    do: "Attach to it to wait for the output, or ask again later.",
    status: 470,
  },
  RL_PRIVATE: {
    means: "The service or the handler is private: only other handlers may call it.",
    do: "Call it from a handler, or make it public.",
    status: 400,
  },
  RL_REQUEST_TIMEOUT: {
    means: "The request did not arrive in whole within the time that it has.",
    do: "Look at the connection, and send it again.",
    status: 408,
  },
  RL_SHUTTING_DOWN: {
    means: "The server stopped while the request waited for a result.",
    do: "Attach to the invocation of `x-restate-id` after the next start; without one, send the request again.",
    status: 503,
  },
  RL_TOO_MANY_HEADERS: {
    means: "A request has more headers than the limit.",
    do: "Send fewer of them.",
    status: 431,
  },
  RL_UNAUTHORIZED: {
    means: "Administration needs the server's access token, and the request has none, or another one.",
    do: "Send `Authorization: Bearer TOKEN`; the CLI takes it from `RESTATE_AUTH_TOKEN`.",
    status: 401,
  },
  RL_UNKNOWN_HANDLER: {
    means: "The newest revision of the service has no handler of that name.",
    do: "Check the name, or register the deployment that has it.",
    status: 404,
  },
  RL_UNKNOWN_INVOCATION: {
    means: "There is no such invocation: it never was, was purged, or its retention is over.",
    do: "Check the id or key; keep invocations for longer with a retention.",
    status: 404,
  },
  RL_UNKNOWN_SERVICE: {
    means: "No service of that name is registered.",
    do: "Check the name, or register the deployment that serves it.",
    status: 404,
  },
  RL_WORKFLOW_IDEMPOTENCY_KEY: {
    means: "The `run` of a workflow was called with an idempotency key.",
    do: "Leave the header out: the key of the workflow already makes it run once.",
    status: 400,
  },
});
