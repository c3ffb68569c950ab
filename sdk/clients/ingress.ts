import {
  checkOptions,
  type HandlerDescriptor,
  type ObjectDescriptor,
  type OptionNames,
  SdkError,
  type Serde,
  type Service,
  type ServiceDefinitionFrom,
  type ServiceDescriptor,
  type VirtualObject,
  type VirtualObjectDefinitionFrom,
  type Workflow,
  type WorkflowDefinitionFrom,
  type WorkflowDescriptor,
} from "../core/index.ts";
import { rejectAwakeable, resolveAwakeable } from "./awakeable.ts";
import type {
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Send,
  WorkflowSubmission,
} from "./client-types.ts";
import { type Component, componentOf, keyedComponentOf, proxyOf } from "./component.ts";
import { Connection } from "./connection.ts";
import { platform } from "./environment.ts";
import { call, outputOf, segment, send } from "./invocation.ts";
import type { Opts, SendOpts } from "./options.ts";
import { RETRY_OPTIONS } from "./retry.ts";
import type { ConnectionOpts, Ingress, ScopedIngress } from "./types.ts";
import { workflowClient } from "./workflow.ts";

const CONNECTION_OPTIONS: OptionNames<ConnectionOpts> = {
  url: true,
  headers: true,
  retry: true,
  serde: true,
  journalValueCodec: true,
  fetch: true,
};

/**
 * A connection to an ingress. Nothing is sent before the first call.
 *
 * ```ts
 * const restate = connect({ url: "http://localhost:8080" });
 * const greeting = await restate.serviceClient(Greeter).greet("Ada");
 * ```
 */
export function connect(opts: ConnectionOpts): Ingress {
  checkOptions(opts, CONNECTION_OPTIONS, "connect");
  if (typeof opts.retry === "object") checkOptions(opts.retry, RETRY_OPTIONS, "A retry policy");
  return new HttpIngress(new Connection(opts, platform));
}

type Handlers = Record<string, HandlerDescriptor>;
type AnyContract<H extends Handlers> = ServiceDescriptor<string, H> | KeyedContract<H>;
type KeyedContract<H extends Handlers> = ObjectDescriptor<string, H> | WorkflowDescriptor<string, H>;

/** Makes clients, inside a scope or outside of all. */
class ClientFactory implements ScopedIngress {
  readonly connection: Connection;
  readonly #scope: string | undefined;

  constructor(connection: Connection, scope: string | undefined) {
    this.connection = connection;
    this.#scope = scope;
  }

  serviceClient<D>(opts: ServiceDefinitionFrom<D>, ...more: readonly unknown[]): IngressClient<Service<D>> {
    return this.#calls(componentOf(opts, this.#scope, more));
  }

  objectClient<D>(opts: VirtualObjectDefinitionFrom<D>, ...rest: readonly unknown[]): IngressClient<VirtualObject<D>> {
    return this.#calls(keyedComponentOf(opts, this.#scope, rest));
  }

  workflowClient<D>(opts: WorkflowDefinitionFrom<D>, ...rest: readonly unknown[]): IngressWorkflowClient<Workflow<D>> {
    return workflowClient(this.connection, keyedComponentOf(opts, this.#scope, rest));
  }

  serviceSendClient<D>(opts: ServiceDefinitionFrom<D>, ...more: readonly unknown[]): IngressSendClient<Service<D>> {
    return this.#sends(componentOf(opts, this.#scope, more));
  }

  objectSendClient<D>(
    opts: VirtualObjectDefinitionFrom<D>,
    ...rest: readonly unknown[]
  ): IngressSendClient<VirtualObject<D>> {
    return this.#sends(keyedComponentOf(opts, this.#scope, rest));
  }

  client<P extends string, H extends Handlers>(contract: ServiceDescriptor<P, H>): IngressClientFromDescriptors<H>;
  client<P extends string, H extends Handlers>(
    contract: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressClientFromDescriptors<H>;
  client<H extends Handlers>(contract: AnyContract<H>, ...rest: readonly unknown[]): IngressClientFromDescriptors<H> {
    return this.#calls(this.#component(contract, rest));
  }

  sendClient<P extends string, H extends Handlers>(
    contract: ServiceDescriptor<P, H>,
  ): IngressSendClientFromDescriptors<H>;
  sendClient<P extends string, H extends Handlers>(
    contract: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressSendClientFromDescriptors<H>;
  sendClient<H extends Handlers>(
    contract: AnyContract<H>,
    ...rest: readonly unknown[]
  ): IngressSendClientFromDescriptors<H> {
    return this.#sends(this.#component(contract, rest));
  }

  #component<H extends Handlers>(contract: AnyContract<H>, rest: readonly unknown[]): Component {
    if (contract._kind !== "service") return keyedComponentOf(contract, this.#scope, rest);
    // A key that was given for a service, which has none, is dropped, as by the official client.
    return componentOf(contract, this.#scope, typeof rest[0] === "string" ? rest.slice(1) : rest);
  }

  // reason: the type of a client is computed from the type of its definition; the object behind it is the same for all.
  #calls<T>(component: Component): T {
    return proxyOf(component, (invocation) => call(this.connection, invocation)) as T;
  }

  #sends<T>(component: Component): T {
    return proxyOf(component, (invocation) => send(this.connection, invocation)) as T;
  }
}

class HttpIngress extends ClientFactory implements Ingress {
  constructor(connection: Connection) {
    super(connection, undefined);
  }

  scope(scopeKey: string): ScopedIngress {
    return new ClientFactory(this.connection, scopeKey);
  }

  async call<I, O>(opts: {
    service: string;
    handler: string;
    parameter: I;
    key?: string;
    scope?: string;
    opts?: Opts<I, O>;
  }): Promise<O> {
    return (await call(this.connection, invocationOf(opts))) as O;
  }

  async send<I>(opts: {
    service: string;
    handler: string;
    parameter: I;
    key?: string;
    scope?: string;
    opts?: SendOpts<I>;
  }): Promise<Send> {
    return send(this.connection, invocationOf(opts));
  }

  resolveAwakeable<T>(id: string, payload?: T, payloadSerde?: Serde<T>): Promise<void> {
    return resolveAwakeable(this.connection, id, payload, payloadSerde as Serde<unknown> | undefined);
  }

  rejectAwakeable(id: string, reason: string): Promise<void> {
    return rejectAwakeable(this.connection, id, reason);
  }

  async result<T>(sent: Send<T> | WorkflowSubmission<T>, resultSerde?: Serde<T>): Promise<T> {
    const { invocationId } = sent;
    const what = `result of ${invocationId}`;
    if (!sent.attachable) {
      const message = `${what}: send with an idempotency key, rpc.sendOpts({ idempotencyKey }), to ask for the result later`;
      throw new SdkError("RL_SDK_NOT_ATTACHABLE", message);
    }
    const answer = await this.connection.send({
      what,
      method: "GET",
      path: `/restate/invocation/${segment(invocationId)}/attach`,
      headers: { ...this.connection.headers },
      isRepeatable: true,
      isCounted: true,
    });
    return (await outputOf(this.connection, answer, resultSerde as Serde<unknown> | undefined, what)) as T;
  }
}

function invocationOf(opts: {
  service: string;
  handler: string;
  parameter: unknown;
  key?: string;
  scope?: string;
  opts?: Opts<unknown, unknown> | SendOpts<unknown>;
}) {
  const { service, handler, parameter, scope } = opts;
  // Whether there should be a key is known to the caller alone: an empty one counts as none.
  const target = { service, handler, key: opts.key || undefined, scope };
  return { target, parameter, options: opts.opts, contract: undefined };
}
