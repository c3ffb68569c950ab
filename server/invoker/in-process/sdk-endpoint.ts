import type { RunningAttempt } from "../../../sdk/context/types.ts";
import {
  createInProcessEndpoint,
  type EndpointOptions,
  type InProcessEndpoint as SdkInProcessEndpoint,
  SERVER_HEADER,
} from "../../../sdk/endpoint/index.ts";
import type { ConversionAnswer } from "../serdes.ts";
import type { ResponseHead } from "../transport.ts";
import { type InProcessEndpoint, type Manifest, type ResponseSink, responseHead } from "./endpoint.ts";

/** Services of the bundled SDK. Loaded only where there are some. */
export class SdkEndpoint implements InProcessEndpoint {
  readonly manifest: Manifest;
  readonly server = SERVER_HEADER;
  readonly #endpoint: SdkInProcessEndpoint;
  /** The last head: an endpoint has very few different ones. */
  #headers: Readonly<Record<string, string>> | undefined;
  #head: ResponseHead | undefined;

  /**
   * @param now the server's clock, which `ctx.sleep` and `ctx.date` follow
   * @throws SdkError for definitions that cannot be served
   */
  constructor(options: EndpointOptions, now: () => number) {
    this.#endpoint = createInProcessEndpoint(options, now);
    // reason: the SDK's discovery document is an open object; the registry validates it as any other endpoint's.
    this.manifest = this.#endpoint.manifest() as unknown as Manifest;
  }

  open(path: string, headers: Readonly<Record<string, string>>, sink: ResponseSink): RunningAttempt | undefined {
    const { status, headers: answered, attempt } = this.#endpoint.open(path, headers, sink);
    sink.head(this.#headOf(status, answered));
    return attempt;
  }

  convert(path: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<ConversionAnswer> {
    return this.#endpoint.preview(path, headers, body);
  }

  #headOf(status: number, headers: Readonly<Record<string, string>>): ResponseHead {
    if (this.#head === undefined || this.#headers !== headers || this.#head.status !== status) {
      this.#headers = headers;
      this.#head = responseHead(status, (name) => headers[name]);
    }
    return this.#head;
  }
}
