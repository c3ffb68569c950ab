import type { Socket } from "node:net";

/** The connection preface of HTTP/2 (RFC 9113, section 3.4) starts with what no HTTP/1.1 method starts with. */
const PREFACE = Buffer.from("PRI");

/**
 * Waits for the first bytes of a connection and tells what it speaks. The bytes are put back, so that whoever
 * serves the connection reads it from its start.
 *
 * @param decided called once; `undefined` when the connection ended, or stayed silent for `timeoutMs`
 */
export function sniff(
  socket: Socket,
  timeoutMs: number,
  decided: (protocol: "http1" | "h2" | undefined) => void,
): void {
  let head: Buffer | undefined;

  function end(protocol: "http1" | "h2" | undefined): void {
    clearTimeout(timer);
    socket.removeListener("readable", onReadable);
    socket.removeListener("end", onClose);
    socket.removeListener("close", onClose);
    if (protocol === undefined) {
      socket.destroy();
      decided(undefined);
      return;
    }
    if (head !== undefined) socket.unshift(head);
    decided(protocol);
    socket.removeListener("error", ignore);
  }

  function onReadable(): void {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = head === undefined ? chunk : Buffer.concat([head, chunk]);
    const length = Math.min(head.length, PREFACE.length);
    if (head.compare(PREFACE, 0, length, 0, length) !== 0) end("http1");
    else if (length === PREFACE.length) end("h2");
  }

  function onClose(): void {
    end(undefined);
  }

  const timer = setTimeout(onClose, timeoutMs);
  socket.on("error", ignore);
  socket.on("end", onClose);
  socket.on("close", onClose);
  socket.on("readable", onReadable);
}

function ignore(): void {}
