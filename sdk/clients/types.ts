import type {
  Any,
  Comparable,
  HandlerDescriptor,
  JournalValueCodec,
  ObjectDescriptor,
  OtherSdk,
  Serde,
  Service,
  ServiceDefinitionFrom,
  ServiceDescriptor,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
  WorkflowDescriptor,
} from "../core/index.ts";
import type {
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Send,
  WorkflowSubmission,
} from "./client-types.ts";
import type { Opts, SendOpts } from "./options.ts";
import type { RetryPolicy } from "./retry.ts";

/** Where the ingress is and how to talk to it. Read at every request, so a changed header counts from the next one. */
export type ConnectionOpts = {
  /** The ingress, for example `http://localhost:8080`. */
  url: string;

  /** Headers of every request, for example an `authorization`. */
  headers?: Record<string, string>;

  /** Repeats what failed and can be repeated; see {@link RetryPolicy}. Off by default; `true` takes its defaults. */
  retry?: RetryPolicy | boolean;

  /** The serde where neither a call nor a contract names one. Default: JSON. */
  serde?: Serde<Any>;

  /**
   * A further coding of all inputs and outputs, for example an encryption; the endpoints need the same.
   * @experimental
   */
  journalValueCodec?: JournalValueCodec;

  /** In place of `globalThis.fetch`. */
  fetch?: typeof globalThis.fetch;
};

/** A connection to the ingress of a server: makes clients. Get one from {@link connect}. */
export interface Ingress {
  serviceClient(this: OtherSdk, definition: Any): Any;
  /** A client of a service. */
  serviceClient<D>(opts: ServiceDefinitionFrom<D>): Comparable<D, IngressClient<Service<D>>>;

  workflowClient(this: OtherSdk, definition: Any, key: string): Any;
  /** A client of the workflow with this key. */
  workflowClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): Comparable<D, IngressWorkflowClient<Workflow<D>>>;

  objectClient(this: OtherSdk, definition: Any, key: string): Any;
  /** A client of the virtual object with this key. */
  objectClient<D>(opts: VirtualObjectDefinitionFrom<D>, key: string): Comparable<D, IngressClient<VirtualObject<D>>>;

  serviceSendClient(this: OtherSdk, definition: Any): Any;
  /** Like {@link serviceClient}, but does not wait for results. */
  serviceSendClient<D>(opts: ServiceDefinitionFrom<D>): Comparable<D, IngressSendClient<Service<D>>>;

  objectSendClient(this: OtherSdk, definition: Any, key: string): Any;
  /** Like {@link objectClient}, but does not wait for results. */
  objectSendClient<D>(
    opts: VirtualObjectDefinitionFrom<D>,
    key: string,
  ): Comparable<D, IngressSendClient<VirtualObject<D>>>;

  client(this: OtherSdk, definition: Any, key?: string): Any;
  /** A client of a contract made with `iface`, with the serdes that it declares. */
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): Comparable<H, IngressClientFromDescriptors<H>>;
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): Comparable<H, IngressClientFromDescriptors<H>>;

  sendClient(this: OtherSdk, definition: Any, key?: string): Any;
  /** Like {@link client}, but does not wait for results. */
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): Comparable<H, IngressSendClientFromDescriptors<H>>;
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): Comparable<H, IngressSendClientFromDescriptors<H>>;

  /** Gives a waiting awakeable its value. The first completion counts. */
  resolveAwakeable<T>(id: string, payload?: T, payloadSerde?: Serde<T>): Promise<void>;

  /** Lets a waiting awakeable fail with this message. */
  rejectAwakeable(id: string, reason: string): Promise<void>;

  /** Waits for the result of a send that had an idempotency key, or of a submitted workflow. */
  result<T>(send: Send<T> | WorkflowSubmission<T>, resultSerde?: Serde<T>): Promise<T>;

  /** Calls a handler by its names. */
  call<I = Uint8Array, O = Uint8Array>(opts: {
    service: string;
    handler: string;
    parameter: I;
    /** The key of a virtual object or workflow. */
    key?: string;
    /** @experimental See {@link scope}. */
    scope?: string;
    opts?: Opts<I, O>;
  }): Promise<O>;

  /** Sends to a handler by its names. */
  send<I = Uint8Array>(opts: {
    service: string;
    handler: string;
    parameter: I;
    /** The key of a virtual object or workflow. */
    key?: string;
    /** @experimental See {@link scope}. */
    scope?: string;
    opts?: SendOpts<I>;
  }): Promise<Send>;

  /**
   * Clients inside a scope: a part of the name of everything called through them (idempotency keys, objects, workflows),
   * and what limit keys count in. Up to 36 letters, digits, `_`, `.` and `-`.
   * @experimental The real server 1.7 needs protocol v7 and virtual queues enabled for it.
   */
  scope(scopeKey: string): ScopedIngress;
}

/**
 * The clients inside a scope.
 * @experimental
 */
export type ScopedIngress = Pick<
  Ingress,
  | "serviceClient"
  | "serviceSendClient"
  | "objectClient"
  | "objectSendClient"
  | "workflowClient"
  | "client"
  | "sendClient"
>;
