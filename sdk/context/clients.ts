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
import {
  type Descriptor,
  expectNoMore,
  type HandlerDescriptor,
  SdkError,
  type Serde,
  type Service,
  type ServiceDefinitionFrom,
  type VirtualObject,
  type VirtualObjectDefinitionFrom,
  type Workflow,
  type WorkflowDefinitionFrom,
} from "../core/index.ts";

/** What typed clients are made of: a name, and the serdes of handlers where the definition knows them. */
interface Callee {
  readonly name: string;
  readonly _kind?: Descriptor["_kind"];
  readonly _handlers?: Record<string, HandlerDescriptor>;
}

type Call = (call: GenericCall<unknown, unknown>) => InvocationPromise<unknown>;
type Send = (send: GenericSend<unknown>) => InvocationHandle;

/** What a method was called with, the definition apart. */
type Rest = readonly unknown[];

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

/** A service has no key. */
function noKey(method: string, definition: unknown, rest: Rest): undefined {
  if (rest.length > 0) expectNoMore(`ctx.${method}(${(definition as Callee).name})`, rest);
}

function keyOf(method: string, definition: unknown, [key, ...more]: Rest): string {
  const { name } = definition as Callee;
  if (typeof key !== "string") {
    throw new SdkError(
      "RL_SDK_NO_KEY",
      `${name} is called under a key, which is a text: pass it as second argument, ctx.${method}(${name}, "key")`,
    );
  }
  if (more.length > 0) expectNoMore(`ctx.${method}(${name}, key)`, more);
  return key;
}

/** A key that was given for a service, which has none, is dropped, as by the official SDK. */
function keyByKind(method: string, definition: unknown, rest: Rest): string | undefined {
  if ((definition as Callee)._kind !== "service") return keyOf(method, definition, rest);
  return noKey(method, definition, typeof rest[0] === "string" ? rest.slice(1) : rest);
}

/** The part of a context that makes clients. */
export abstract class Clients {
  readonly #defaultSerde: Serde<unknown>;
  #factory: ClientFactory | undefined;

  /** @param defaultSerde for whatever has no serde of its own */
  constructor(defaultSerde: Serde<unknown>) {
    this.#defaultSerde = defaultSerde;
  }

  abstract genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES>;
  abstract genericSend<REQ = Uint8Array>(send: GenericSend<REQ>): InvocationHandle;

  get #clients(): ClientFactory {
    this.#factory ??= new ClientFactory(
      this.#defaultSerde,
      (call) => this.genericCall(call),
      (send) => this.genericSend(send),
    );
    return this.#factory;
  }

  serviceClient<D>(definition: ServiceDefinitionFrom<D>, ...rest: Rest): Client<Service<D>> {
    return this.#clients.client(definition, noKey("serviceClient", definition, rest));
  }

  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>, ...rest: Rest): SendClient<Service<D>> {
    return this.#clients.sendClient(definition, noKey("serviceSendClient", definition, rest));
  }

  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, ...rest: Rest): Client<VirtualObject<D>> {
    return this.#clients.client(definition, keyOf("objectClient", definition, rest));
  }

  objectSendClient<D>(definition: VirtualObjectDefinitionFrom<D>, ...rest: Rest): SendClient<VirtualObject<D>> {
    return this.#clients.sendClient(definition, keyOf("objectSendClient", definition, rest));
  }

  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, ...rest: Rest): Client<Workflow<D>> {
    return this.#clients.client(definition, keyOf("workflowClient", definition, rest));
  }

  workflowSendClient<D>(definition: WorkflowDefinitionFrom<D>, ...rest: Rest): SendClient<Workflow<D>> {
    return this.#clients.sendClient(definition, keyOf("workflowSendClient", definition, rest));
  }

  client(definition: unknown, ...rest: Rest): never {
    return this.#clients.client(definition, keyByKind("client", definition, rest));
  }

  sendClient(definition: unknown, ...rest: Rest): never {
    return this.#clients.sendClient(definition, keyByKind("sendClient", definition, rest));
  }

  scope(scopeKey: string): ScopedContext {
    const clients = this.#clients.inScope(scopeKey);
    type Key = typeof noKey | typeof keyOf | typeof keyByKind;
    const calls =
      (method: string, key: Key) =>
      (definition: unknown, ...rest: Rest) =>
        clients.client(definition, key(method, definition, rest));
    const sends =
      (method: string, key: Key) =>
      (definition: unknown, ...rest: Rest) =>
        clients.sendClient(definition, key(method, definition, rest));
    return {
      serviceClient: calls("serviceClient", noKey),
      serviceSendClient: sends("serviceSendClient", noKey),
      objectClient: calls("objectClient", keyOf),
      objectSendClient: sends("objectSendClient", keyOf),
      workflowClient: calls("workflowClient", keyOf),
      workflowSendClient: sends("workflowSendClient", keyOf),
      client: calls("client", keyByKind),
      sendClient: sends("sendClient", keyByKind),
    };
  }
}
