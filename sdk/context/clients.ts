import {
  type CallTarget,
  type Client,
  type GenericCall,
  type GenericSend,
  type InvocationHandle,
  type InvocationPromise,
  makeCallProxy,
  makeSendProxy,
  type ScopedContext,
  type SendClient,
} from "../authoring/index.ts";
import type {
  Descriptor,
  HandlerDescriptor,
  Serde,
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "../core/index.ts";

/** What typed clients are made of: a name, and the serdes of handlers where the definition knows them. */
interface Callee {
  readonly name: string;
  readonly _kind?: Descriptor["_kind"];
  readonly _handlers?: Record<string, HandlerDescriptor>;
}

type Call = (call: GenericCall<unknown, unknown>) => InvocationPromise<unknown>;
type Send = (send: GenericSend<unknown>) => InvocationHandle;

/** The typed clients of one scope, or of none: all of them end in the context's generic call or send. */
class ClientFactory {
  readonly #defaultSerde: Serde<unknown>;
  readonly #call: Call;
  readonly #send: Send;
  readonly #scope: string | undefined;

  constructor(defaultSerde: Serde<unknown>, call: Call, send: Send, scope?: string) {
    this.#defaultSerde = defaultSerde;
    this.#call = call;
    this.#send = send;
    this.#scope = scope;
  }

  client(definition: unknown, key: string | undefined): never {
    return makeCallProxy(this.#call, this.#target(definition, key)) as never;
  }

  sendClient(definition: unknown, key: string | undefined): never {
    return makeSendProxy(this.#send, this.#target(definition, key)) as never;
  }

  #target(definition: unknown, key: string | undefined): CallTarget {
    const { name, _handlers } = definition as Callee;
    return { service: name, key, scope: this.#scope, defaultSerde: this.#defaultSerde, handlers: _handlers };
  }

  inScope(scope: string): ClientFactory {
    return new ClientFactory(this.#defaultSerde, this.#call, this.#send, scope);
  }
}

/** A key that was given for a service, which has none, is dropped. */
function keyOf(definition: unknown, key: string | undefined): string | undefined {
  return (definition as Callee)._kind === "service" ? undefined : key;
}

/** The part of a context that makes clients. */
export abstract class Clients {
  /** For whatever has no serde of its own. */
  readonly defaultSerde: Serde<unknown>;
  #made: ClientFactory | undefined;

  constructor(defaultSerde: Serde<unknown>) {
    this.defaultSerde = defaultSerde;
  }

  abstract genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES>;
  abstract genericSend<REQ = Uint8Array>(send: GenericSend<REQ>): InvocationHandle;

  get #clients(): ClientFactory {
    this.#made ??= new ClientFactory(
      this.defaultSerde,
      (call) => this.genericCall(call),
      (send) => this.genericSend(send),
    );
    return this.#made;
  }

  serviceClient<D>(definition: ServiceDefinitionFrom<D>): Client<Service<D>> {
    return this.#clients.client(definition, undefined);
  }

  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): SendClient<Service<D>> {
    return this.#clients.sendClient(definition, undefined);
  }

  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): Client<VirtualObject<D>> {
    return this.#clients.client(definition, key);
  }

  objectSendClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): SendClient<VirtualObject<D>> {
    return this.#clients.sendClient(definition, key);
  }

  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): Client<Workflow<D>> {
    return this.#clients.client(definition, key);
  }

  workflowSendClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): SendClient<Workflow<D>> {
    return this.#clients.sendClient(definition, key);
  }

  client(definition: unknown, key?: string): never {
    return this.#clients.client(definition, keyOf(definition, key));
  }

  sendClient(definition: unknown, key?: string): never {
    return this.#clients.sendClient(definition, keyOf(definition, key));
  }

  scope(scopeKey: string): ScopedContext {
    const clients = this.#clients.inScope(scopeKey);
    return {
      serviceClient: (definition: unknown) => clients.client(definition, undefined),
      serviceSendClient: (definition: unknown) => clients.sendClient(definition, undefined),
      objectClient: (definition: unknown, key: string) => clients.client(definition, key),
      objectSendClient: (definition: unknown, key: string) => clients.sendClient(definition, key),
      workflowClient: (definition: unknown, key: string) => clients.client(definition, key),
      workflowSendClient: (definition: unknown, key: string) => clients.sendClient(definition, key),
      client: (definition: unknown, key?: string) => clients.client(definition, keyOf(definition, key)),
      sendClient: (definition: unknown, key?: string) => clients.sendClient(definition, keyOf(definition, key)),
    };
  }
}
