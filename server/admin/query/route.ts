import { once } from "node:events";
import type { RequestHandler, Response } from "express";
import type { Turns } from "../../storage/index.ts";
import type { QueryService } from "./service.ts";
import { QueryError } from "./types.ts";

const CONTENT_TYPES = { json: "application/json", arrow: "application/vnd.apache.arrow.stream" } as const;

/** `POST /query`. JSON only when that alone is asked for; everything else gets Arrow, as on the real server. */
export function queryRoute(service: QueryService, turns: Turns): RequestHandler {
  return async (request, response) => {
    if (request.is("application/json") === false || request.is("application/json") === null) {
      plain(response, 415, "Expected request with `Content-Type: application/json`");
      return;
    }
    const { query } = (request.body ?? {}) as { query?: unknown };
    if (typeof query !== "string") {
      const reason = query === undefined ? "missing field `query`" : "query: invalid type, expected a string";
      plain(response, 422, `Failed to deserialize the JSON body into the target type: ${reason}`);
      return;
    }
    const format = request.headers.accept === CONTENT_TYPES.json ? "json" : "arrow";
    try {
      const answer = await service.ask(query, format);
      try {
        // Reads by clients wait for the flush of what they show.
        await new Promise<void>((resolve) => turns.afterFlush(resolve));
        response.writeHead(200, { "content-type": CONTENT_TYPES[format], "content-length": answer.bytes });
        for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) {
          if (response.destroyed) break;
          if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
        }
        response.end();
      } finally {
        answer.release();
      }
    } catch (error) {
      if (response.headersSent) response.destroy();
      else if (error instanceof QueryError) response.status(error.status).json({ message: error.message });
      else throw error;
    }
  };
}

function plain(response: Response, status: number, message: string): void {
  response.status(status).type("text/plain").end(message);
}
