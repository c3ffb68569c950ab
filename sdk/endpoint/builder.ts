import { Components, type LoggerTransport } from "../authoring/index.ts";
import { consoleLogger } from "../context/index.ts";
import type {
  JournalValueCodec,
  ServiceDefinition,
  VirtualObjectDefinition,
  WorkflowDefinition,
} from "../core/index.ts";
import { EndpointHandler } from "./handler.ts";
import { IdentityVerifier, type SignatureCheckFactory } from "./identity/index.ts";
import { systemLog } from "./system-log.ts";
import type { BindableDefinition, DefaultServiceOptions, RestateEndpointBase } from "./types.ts";

export interface BuildOptions {
  /** How this platform checks signatures. Absent: nobody's are checked (in-process). */
  readonly signatureCheck?: SignatureCheckFactory;
  readonly lambdaCompression?: "zstd" | undefined;
  /** Unix time in milliseconds. Default: the wall clock; a server that drives the endpoint in its process may own time. */
  readonly now?: (() => number) | undefined;
}

/** Gathers what makes up an endpoint. `E` is the endpoint as its platform's users see it. */
export class EndpointBuilder<E = unknown> implements RestateEndpointBase<E> {
  readonly #definitions: BindableDefinition[] = [];
  readonly #identityKeys: string[] = [];
  #defaults: DefaultServiceOptions = {};
  #logger: LoggerTransport = consoleLogger;
  #codecProvider: (() => Promise<JournalValueCodec>) | undefined;

  bind<P extends string, M>(
    definition: ServiceDefinition<P, M> | VirtualObjectDefinition<P, M> | WorkflowDefinition<P, M>,
  ): E {
    this.#definitions.push(definition as BindableDefinition);
    return this.#self();
  }

  withIdentityV1(...keys: string[]): E {
    this.#identityKeys.push(...keys);
    return this.#self();
  }

  defaultServiceOptions(options: DefaultServiceOptions): E {
    this.#defaults = options;
    return this.#self();
  }

  setLogger(logger: LoggerTransport): E {
    this.#logger = logger;
    return this.#self();
  }

  journalValueCodecProvider(codecProvider: () => Promise<JournalValueCodec>): E {
    this.#codecProvider = codecProvider;
    return this.#self();
  }

  /**
   * The endpoint's logic, ready for a transport.
   *
   * @throws SdkError when the services cannot be served (see `Components`), or a key is none
   */
  build({ signatureCheck, lambdaCompression, now = () => Date.now() }: BuildOptions = {}): EndpointHandler {
    const log = systemLog(this.#logger);
    const keys = this.#identityKeys;
    if (signatureCheck !== undefined && keys.length === 0) {
      log.warn(
        "Requests are not checked for a signature: make sure that only your Restate server reaches this endpoint",
      );
    }
    if (signatureCheck !== undefined && keys.length > 0) {
      log.info(`Requests must be signed with one of the keys ${keys.join(", ")}`);
    }
    return new EndpointHandler({
      components: new Components(this.#definitions, this.#defaults),
      environment: { journalValueCodec: this.#codec(), logger: this.#logger, now },
      log,
      verifier:
        signatureCheck === undefined || keys.length === 0 ? undefined : new IdentityVerifier(keys, signatureCheck, now),
      lambdaCompression,
    });
  }

  /** A codec that cannot be made fails every attempt, and not the process as an unhandled rejection. */
  #codec(): Promise<JournalValueCodec> | undefined {
    const codec = this.#codecProvider?.();
    codec?.catch(() => {});
    return codec;
  }

  #self(): E {
    return this as unknown as E;
  }
}
