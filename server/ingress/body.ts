import type { HttpRequest } from "../http/index.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Reads a request's body into one buffer; a body that came in one chunk is not copied.
 *
 * @param done called once with the body, or with `undefined` when it grew beyond `limitBytes`; never when the client
 *   went away first
 */
export function readBody(request: HttpRequest, limitBytes: number, done: (body: Buffer | undefined) => void): void {
  if (isBodyless(request)) {
    done(EMPTY);
    return;
  }
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      if (bytes - chunk.length <= limitBytes) done(undefined);
      // What follows is dropped, so that a client that sends first and reads later gets to the answer.
      first = undefined;
      chunks = undefined;
    } else if (first === undefined) {
      first = chunk;
    } else {
      chunks ??= [first];
      chunks.push(chunk);
    }
  });
  request.on("end", () => {
    if (bytes <= limitBytes) done(chunks === undefined ? (first ?? EMPTY) : Buffer.concat(chunks, bytes));
  });
}

/** Whether the headers say that no body follows. HTTP/2 says so with a flag that arrives as the stream's end. */
function isBodyless(request: HttpRequest): boolean {
  if (request.httpVersionMajor >= 2) return false;
  const { headers } = request;
  const length = headers["content-length"];
  return length === undefined ? headers["transfer-encoding"] === undefined : length === "0";
}
