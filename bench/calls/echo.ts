/** A bare `node:http` server that gives every body back: what HTTP costs before any work is done. */
import http from "node:http";
import type { AddressInfo } from "node:net";

const server = http.createServer((request, answer) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    answer.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    answer.end(body);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
