import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === "websocket";
}

/** Headers that would make Node hand the request over again. */
const OF_UPGRADES: ReadonlySet<string> = new Set(["upgrade", "http2-settings"]);

/**
 * Serves a request that offers a protocol that we do not switch to. The server may ignore the offer (RFC 9110, 7.8),
 * and clients such as Java's count on it: they offer HTTP/2 with their first request. A server of Node that takes upgrades
 * gets all of them, and has let go of the connection by then; so the connection is given back with the request
 * before it, without the offer.
 */
export function serveAsPlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { rawHeaders } = request;
  let text = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const value = rawHeaders[at + 1] as string;
    const lower = name.toLowerCase();
    if (OF_UPGRADES.has(lower)) continue;
    text += `${name}: ${lower === "connection" ? withoutUpgrade(value) : value}\r\n`;
  }
  // Node decodes header bytes as Latin-1, so this gives back the bytes that came.
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(",").map((option) => option.trim());
  const kept = options.filter((option) => !OF_UPGRADES.has(option.toLowerCase()));
  return kept.length === 0 ? "keep-alive" : kept.join(", ");
}

/** So long a client that is told to go may take to hear it. */
const LEAVING_MS = 500;

/**
 * Writes the last bytes of a connection that no HTTP server looks after any more. What the client still sends is thrown
 * away: unread it would keep the connection, and with it the port, from ever being closed.
 */
export function endConnection(socket: Duplex, lastBytes: string): void {
  const leaving = setTimeout(() => socket.destroy(), LEAVING_MS);
  leaving.unref();
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(leaving));
  socket.end(lastBytes);
  socket.resume();
}
