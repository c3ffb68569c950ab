import type { Deployment } from "../../registry/types.ts";
import type { AttemptReceiver, AttemptRequest, Transport } from "../transport.ts";
import type { InProcessDirectory } from "./directory.ts";
import { Agenda, InProcessStream } from "./stream.ts";

/** Attempts in the memory of this process: no socket, no HTTP, nothing serialised but the messages themselves. */
export class InProcessTransport implements Transport {
  readonly #directory: InProcessDirectory;
  readonly #agenda = new Agenda();

  constructor(directory: InProcessDirectory) {
    this.#directory = directory;
  }

  /** Endpoints that share a deployment may differ in this. */
  isBidirectional({ uri }: Deployment, service: string): boolean {
    return this.#directory.isBidirectional(uri, service);
  }

  /** @throws NotServedError when this process does not serve what the request is for */
  open(request: AttemptRequest, receiver: AttemptReceiver): () => void {
    const endpoint = this.#directory.endpointOf(request.uri, request.service);
    const stream = new InProcessStream(endpoint, request, receiver, this.#agenda);
    return () => stream.abort();
  }

  /** There are no connections; the attempts are cut off by whoever started them. */
  close(): void {}
}
