import http from "node:http";
import type { AddressInfo } from "node:net";

/** What an endpoint answers to discovery. */
export interface Manifest {
  readonly status?: number;
  /** `null`: no content type at all. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is. */
  readonly body: unknown;
}

export const MANIFEST_TYPE = "application/vnd.restate.endpointmanifest.v3+json";

/** An HTTP/1.1 endpoint that knows no invocation, only discovery; it lives as long as `use` does. */
export async function withManifest<T>(manifest: Manifest, use: (url: string) => Promise<T>): Promise<T> {
  const { status = 200, type = MANIFEST_TYPE, headers = {}, body } = manifest;
  const server = http.createServer((_request, response) => {
    response.writeHead(status, type === null ? headers : { "content-type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A manifest of request/response services. */
export function services(...of: readonly object[]): Manifest {
  return {
    body: { protocolMode: "REQUEST_RESPONSE", minProtocolVersion: 5, maxProtocolVersion: 6, services: of },
  };
}
