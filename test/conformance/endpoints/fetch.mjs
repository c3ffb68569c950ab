import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** A listener for `http.createServer` that answers with a fetch handler, as a platform of such handlers would. */
export function listenerOf(fetchHandler) {
  return async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const body = method === "POST" ? await buffer(incoming) : undefined;
    const request = new Request(`http://${headers.host}${url}`, { method, headers: new Headers(headers), body });
    const response = await fetchHandler(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) outgoing.end();
    // A server that gives up on the attempt is none of our errors.
    else await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => undefined);
  };
}
