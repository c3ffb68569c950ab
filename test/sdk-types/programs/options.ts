/** Every option of handlers, services and endpoints, hooks, loggers and errors. */
import * as restate from "@restatedev/restate-sdk";
import * as fetching from "@restatedev/restate-sdk/fetch";
import * as lambda from "@restatedev/restate-sdk/lambda";
import * as node from "@restatedev/restate-sdk/node";

const duration: restate.Duration = { days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 };

const hooks: restate.HooksProvider = ({ request }) => {
  const interceptor: restate.Interceptor = {
    handler: async (next) => {
      await next();
      console.log(request.target.handler, request.attemptHeaders.get("traceparent"));
    },
    run: async (name, next) => {
      if (name !== "") await next();
    },
  };
  return { interceptor };
};

const retryPolicy: restate.RetryPolicy = {
  maxAttempts: 1,
  onMaxAttempts: "pause",
  initialInterval: duration,
  maxInterval: 1,
  exponentiationFactor: 2,
};

const serviceOptions: Required<restate.ServiceOptions> = {
  idempotencyRetention: duration,
  journalRetention: 1,
  inactivityTimeout: 1,
  abortTimeout: 1,
  ingressPrivate: true,
  retryPolicy,
  asTerminalError: (error) => (error instanceof RangeError ? new restate.TerminalError(error.message) : undefined),
  serde: restate.serde.json,
  hooks: [hooks],
  explicitCancellation: true,
  onJournalMismatchErrors: "pause",
};
const objectOptions: Required<restate.ObjectOptions> = { ...serviceOptions, enableLazyState: true };
const workflowOptions: Required<restate.WorkflowOptions> = { ...objectOptions, workflowRetention: duration };
const handlerOptions: Required<restate.ServiceHandlerOpts<string, number>> = {
  ...serviceOptions,
  accept: "text/*",
  input: restate.serde.json,
  output: restate.serde.json,
  setOutputContentTypeIfEmpty: true,
  description: "described",
  metadata: { a: "b" },
};
const defaults: restate.DefaultServiceOptions = workflowOptions;

const logger: restate.LoggerTransport = (metadata, message, ...rest) => {
  const { source, level, replaying, context } = metadata;
  console.log(source, level, replaying, context?.invocationTarget, context?.request?.id, message, ...rest);
};

const codec: restate.JournalValueCodec = { encode: (bytes) => bytes, decode: async (bytes) => bytes };

const endpointOptions: Required<restate.EndpointOptions> = {
  services: [
    restate.service({
      name: "a",
      handlers: { b: restate.handlers.handler(handlerOptions, async (_ctx, text: string) => text.length) },
      options: serviceOptions,
    }),
  ],
  identityKeys: ["publickeyv1_a"],
  defaultServiceOptions: defaults,
  logger,
  journalValueCodecProvider: async () => codec,
};

export const ways = {
  node: () => restate.createEndpointHandler({ ...endpointOptions, bidirectional: true }),
  nodeEntry: () => node.createEndpointHandler({ ...endpointOptions, bidirectional: false }),
  serve: () => restate.serve({ ...endpointOptions, port: 0 }),
  fetch: () => fetching.createEndpointHandler({ ...endpointOptions, bidirectional: true }),
  lambda: () => lambda.createEndpointHandler(endpointOptions),
  endpoint: () =>
    restate
      .endpoint()
      .bind(restate.object({ name: "o", handlers: {}, options: objectOptions }))
      .withIdentityV1("publickeyv1_a", "publickeyv1_b")
      .defaultServiceOptions(defaults)
      .setLogger(logger)
      .journalValueCodecProvider(async () => codec),
  listen: () => restate.endpoint().listen(9080),
  handlers: () => {
    const endpoint = restate.endpoint();
    return [endpoint.http2Handler({ bidirectional: false }), endpoint.http1Handler(), endpoint.handler({})] as const;
  },
  fetchEndpoint: () => fetching.endpoint().bidirectional().bidirectional(true).handler().fetch,
  lambdaEndpoint: () => lambda.endpoint().handler(),
};
export type Listening = Awaited<ReturnType<typeof ways.serve>>;
export type Handling = [
  ReturnType<typeof ways.node>,
  ReturnType<typeof ways.nodeEntry>,
  ReturnType<typeof ways.fetch>,
  ReturnType<typeof ways.lambda>,
  ReturnType<typeof ways.handlers>,
  ReturnType<typeof ways.fetchEndpoint>,
  ReturnType<typeof ways.lambdaEndpoint>,
];

const errors = {
  terminal: new restate.TerminalError("no", { errorCode: 400, metadata: { a: "b" } }),
  timeout: new restate.TimeoutError(),
  cancelled: new restate.CancelledError(),
  retryable: new restate.RetryableError("later", { retryAfter: duration, errorCode: 503, cause: new Error() }),
  retryableFrom: restate.RetryableError.from(new Error("later"), { retryAfter: 1 }),
  pause: new restate.PauseError("stop", { cause: "why" }),
  restate: new restate.RestateError("any", { errorCode: 500 }),
};
export type Errors = { [K in keyof typeof errors]: [(typeof errors)[K]["code"], (typeof errors)[K]["name"]] };
export type Metadata = (typeof errors.terminal)["metadata"];
export type RetryAfter = (typeof errors.retryable)["retryAfter"];

// @ts-expect-error there is no such behaviour
export const behaviour: restate.ServiceOptions = { onJournalMismatchErrors: "ignore" };
// @ts-expect-error a mapping answers a TerminalError
export const mapping: restate.ServiceOptions = { asTerminalError: () => new Error("plain") };
// @ts-expect-error there is no such option
export const unknownOption: restate.EndpointOptions = { services: [], port: 1 };
// @ts-expect-error services are required
export const nothing: restate.EndpointOptions = {};
// @ts-expect-error only workflows and objects have state
export const stateful: restate.ServiceOptions = { enableLazyState: true };
// @ts-expect-error lambdas answer at once
lambda.createEndpointHandler({ services: [], bidirectional: true });
