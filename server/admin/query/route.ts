import { once } from "node:events";
import type { RequestHandler, Response } from "express";
import type { Turns } from "../../storage/index.ts";
import { notJson } from "../answers.ts";
import type { QueryService } from "./process/index.ts";
import { QueryError } from "./types.ts";

const CONTENT_TYPES = {
  json: "application/json",
  named: "application/vnd.restate-lite.answer+json",
  arrow: "application/vnd.apache.arrow.stream",
} as const;

/**
 * `POST /query`. JSON only when that alone is asked for; everything else gets Arrow, as on the real server. The form
 * with the names of the columns is the dashboard's.
 */
export function queryRoute(service: QueryService, turns: Turns): RequestHandler {
  return async (request, response) => {
    const refusal = notJson(request);
    if (refusal !== undefined) {
      plain(response, refusal.status, refusal.message);
      return;
    }
    const { query } = (request.body ?? {}) as { query?: unknown };
    if (typeof query !== "string") {
      const reason = query === undefined ? "missing field `query`" : "query: invalid type, expected a string";
      plain(response, 422, `Failed to deserialize the JSON body into the target type: ${reason}`);
      return;
    }
    const { accept } = request.headers;
    const format = accept === CONTENT_TYPES.json ? "json" : accept === CONTENT_TYPES.named ? "named" : "arrow";
    const clientGone = new AbortController();
    response.once("close", () => clientGone.abort());
    try {
      const answer = await service.ask(query, format, clientGone.signal);
      try {
        // Reads by clients wait for the flush of what they show.
        await new Promise<void>((resolve) => turns.afterFlush(resolve));
        response.writeHead(200, { "content-type": CONTENT_TYPES[format], "content-length": answer.bytes });
        for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) {
          if (clientGone.signal.aborted) return;
          if (!response.write(chunk)) await drained(response, clientGone.signal, service.timeLimitMs);
        }
        response.end();
      } finally {
        answer.release();
      }
    } catch (error) {
      if (clientGone.signal.aborted) return;
      if (response.headersSent) response.destroy();
      else if (error instanceof QueryError)
        response.status(error.status).json({ message: error.message, code: error.code });
      else throw error;
    }
  };
}

/** Until the client has read what was written. One that reads nothing for too long is let go: others wait for its process. */
async function drained(response: Response, clientGone: AbortSignal, limitMs: number): Promise<void> {
  const timer = setTimeout(() => response.destroy(), limitMs);
  try {
    await once(response, "drain", { signal: clientGone });
  } finally {
    clearTimeout(timer);
  }
}

function plain(response: Response, status: number, message: string): void {
  response.status(status).type("text/plain").end(message);
}
