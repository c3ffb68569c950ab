// Serves services in the mode that the environment names; see ../modes.ts.
import http from "node:http";
import http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";
import { note } from "./diary.mjs";

const { PORT, MODE = "bidi", IDENTITY_KEY } = process.env;

const defaultOptions = {
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
    response.write = (chunk, written) => {
      parts.push(Buffer.from(chunk));
      written();
      return true;
    };
    response.end = (ended) => {
      const manifest = JSON.parse(Buffer.concat(parts).toString());
      // (The end of a compatibility response writes through the response itself.)
      delete response.write;
      return end(JSON.stringify({ ...manifest, maxProtocolVersion }), ended);
    };
    return handler(request, response);
  };
}

/** Lines of the SDK's logger that a handler wrote while it was not replaying go into the diary under "console". */
function logger({ replaying, source, level }, ...message) {
  if (source === "USER" && !replaying) note("console", message.join(" "));
  else if (level === "error") console.error(...message);
}

export function serve(services) {
  const endpoint = restate.endpoint().setLogger(logger);
  if (defaultOptions !== undefined) endpoint.defaultServiceOptions(defaultOptions);
  if (IDENTITY_KEY !== undefined) endpoint.withIdentityV1(IDENTITY_KEY);
  for (const service of services) endpoint.bind(service);
  const server =
    MODE === "http1"
      ? http.createServer(endpoint.http1Handler({ bidirectional: false }))
      : http2.createServer(
          highestProtocol === undefined
            ? endpoint.http2Handler()
            : limitProtocol(endpoint.http2Handler(), highestProtocol),
        );
  server.listen(Number(PORT), "127.0.0.1", () => process.send?.("ready"));
}
