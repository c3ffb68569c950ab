// Serves services in the mode that the environment names; see ../modes.ts.
import http from "node:http";
import http2 from "node:http2";
import * as restate from "#sdk";
import { createEndpointHandler as createFetchHandler } from "#sdk/fetch";
import { note } from "./diary.mjs";
import { listenerOf } from "./fetch.mjs";

const { PORT, MODE = "bidi", IDENTITY_KEY } = process.env;

const defaultServiceOptions = {
  suspending: { inactivityTimeout: 0 },
  lazy: { enableLazyState: true },
}[MODE];

const highestProtocol = { v5: 5, v6: 6 }[MODE];

/** Announces a narrower range of protocol versions than the SDK has; nothing else changes. */
function limitProtocol(handler, maxProtocolVersion) {
  return (request, response) => {
    if (!request.url.endsWith("/discover")) return handler(request, response);
    const parts = [];
    const end = response.end.bind(response);
    const keep = (chunk) => chunk && typeof chunk !== "function" && parts.push(Buffer.from(chunk));
    const callback = (rest) => rest.find((each) => typeof each === "function");
    response.write = (chunk, ...rest) => {
      keep(chunk);
      callback(rest)?.();
      return true;
    };
    response.end = (chunk, ...rest) => {
      keep(chunk);
      const manifest = JSON.parse(Buffer.concat(parts).toString());
      // (The end of a compatibility response writes through the response itself.)
      delete response.write;
      return end(JSON.stringify({ ...manifest, maxProtocolVersion }), callback([chunk, ...rest]));
    };
    return handler(request, response);
  };
}

/** Lines of the SDK's logger that a handler wrote while it was not replaying go into the diary under "console". */
function logger({ replaying, source, level }, ...message) {
  if (source === "USER" && !replaying) note("console", message.join(" "));
  else if (level === "error") console.error(...message);
}

/** The official examples bind services one after another; the other modes give all at once. */
function http2Handler({ services, identityKeys = [] }) {
  const endpoint = restate.endpoint().setLogger(logger);
  if (defaultServiceOptions !== undefined) endpoint.defaultServiceOptions(defaultServiceOptions);
  if (identityKeys.length > 0) endpoint.withIdentityV1(...identityKeys);
  for (const service of services) endpoint.bind(service);
  return highestProtocol === undefined
    ? endpoint.http2Handler()
    : limitProtocol(endpoint.http2Handler(), highestProtocol);
}

const serverOf = {
  http1: (options) => http.createServer(restate.createEndpointHandler({ ...options, bidirectional: false })),
  fetch: (options) => http.createServer(listenerOf(createFetchHandler(options))),
};

/** Serves the services and tells the test when they can be called. */
export async function serve(services) {
  const options = {
    services,
    logger,
    ...(defaultServiceOptions !== undefined && { defaultServiceOptions }),
    ...(IDENTITY_KEY !== undefined && { identityKeys: [IDENTITY_KEY] }),
  };
  if (MODE === "in-process") {
    // (Our server's native part is built for one Node only: nothing loads it that does not need it.)
    const { embed } = await import("./embed.mjs");
    await embed(options);
    process.send?.("ready");
    return;
  }
  const server = serverOf[MODE]?.(options) ?? http2.createServer(http2Handler(options));
  server.listen(Number(PORT), "127.0.0.1", () => process.send?.("ready"));
}
