import { SdkError, type Serde, TerminalError, toError } from "../core/index.ts";
import type { ExecutionOptions } from "./execution-options.ts";
import { executionOptions } from "./execution-options.ts";
import type { Handler, HandlerKind } from "./handler.ts";
import type { ServiceOptions } from "./options.ts";

const BAD_INPUT = 400;

/** A handler that an endpoint serves: found by its name, ready to be run. */
export class HandlerComponent {
  readonly serviceName: string;
  readonly name: string;
  readonly kind: HandlerKind;
  readonly inputSerde: Serde<unknown>;
  readonly outputSerde: Serde<unknown>;
  readonly options: ExecutionOptions;
  /** As it was written, for discovery. */
  readonly handler: Handler;
  /** What `this` is to the handler: the functions of all handlers of the service. */
  readonly #self: object;

  constructor(serviceName: string, serviceOptions: ServiceOptions, name: string, handler: Handler, self: object) {
    this.serviceName = serviceName;
    this.name = name;
    this.kind = handler.kind;
    this.handler = handler;
    this.options = executionOptions(serviceOptions, handler.options);
    this.inputSerde = handler.options.input ?? this.options.defaultSerde;
    this.outputSerde = handler.options.output ?? this.options.defaultSerde;
    this.#self = self;
  }

  /**
   * Runs the handler: bytes of the input in, bytes of the output out.
   *
   * @throws TerminalError 400 when the input cannot be deserialised, and what the handler throws
   * @throws SdkError `RL_SDK_VALUE_NOT_SERIALIZABLE` when the result cannot be serialised
   */
  async invoke(context: unknown, input: Uint8Array): Promise<Uint8Array> {
    const result = await this.handler.run.call(this.#self, context, this.#read(input));
    return this.#write(result);
  }

  #read(input: Uint8Array): unknown {
    try {
      return this.inputSerde.deserialize(input);
    } catch (thrown) {
      throw new TerminalError(`Failed to deserialize input: ${toError(thrown).message}`, { errorCode: BAD_INPUT });
    }
  }

  #write(result: unknown): Uint8Array {
    try {
      return this.outputSerde.serialize(result);
    } catch (cause) {
      if (cause instanceof TerminalError) throw cause;
      throw new SdkError(
        "RL_SDK_VALUE_NOT_SERIALIZABLE",
        `The result of ${this.serviceName}/${this.name} cannot be serialised: ${toError(cause).message}. Return something that the handler's output serde can write, or give the handler another \`output\`.`,
        { cause },
      );
    }
  }
}
