import type {
  Any,
  Comparable,
  Duration,
  HandlerDescriptor,
  ObjectDescriptor,
  OtherSdk,
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
  Serde,
  Service,
  ServiceDefinitionFrom,
  ServiceDescriptor,
  TerminalError,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
  WorkflowDescriptor,
} from "../core/index.ts";
import type { Client, ClientFromDescriptors, SendClient, SendClientFromDescriptors } from "./client.ts";
import type { ContextDate, Rand } from "./deterministic.ts";
import type { GenericCall, GenericSend } from "./generic-call.ts";
import type { InvocationHandle, InvocationId, InvocationPromise, InvocationReference } from "./invocation.ts";
import type { DurablePromise, RestatePromise } from "./promise.ts";
import type { Request } from "./request.ts";
import type { RunAction, RunOptions } from "./run.ts";
import type { KeyValueStore, TypedState, UntypedState } from "./state.ts";

/**
 * What a handler does its durable work with. Every method leaves an entry in the journal, or takes from it what an
 * earlier attempt left there. Use it in the handler's own course only: not within a `ctx.run`, and not after the
 * handler has returned.
 *
 * Methods with a `serde` use the handler's default serde when none is given.
 */
export interface Context extends RestateContext {
  rand: Rand;

  /** A console that knows which invocation speaks, and is silent while an earlier attempt is repeated. */
  console: Console;

  date: ContextDate;

  /**
   * Executes a step and keeps its result: what talks to the world outside goes in here. A later attempt takes the
   * result from the journal; a step that an attempt began, but whose result was not stored, is executed again.
   *
   * A `TerminalError` is a result, too; a `RetryableError` sets the delay of the next attempt; a `PauseError` pauses
   * the invocation; any other error is retried, see `RunOptions`.
   *
   * @example
   * const receipt = await ctx.run("charge", () => payments.charge(order), { maxRetryAttempts: 10 });
   */
  run<T>(action: RunAction<T>): RestatePromise<T>;
  /** @param name shown with the journal entry */
  run<T>(name: string, action: RunAction<T>): RestatePromise<T>;
  run<T>(name: string, action: RunAction<T>, options: RunOptions<T>): RestatePromise<T>;

  /** A promise that whoever knows its id can settle, by `resolveAwakeable` or at the ingress. */
  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> };
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void;
  /** Whoever awaits it gets a `TerminalError`: this one, or one with this message. */
  rejectAwakeable(id: string, reason: string | TerminalError): void;

  /**
   * @param duration at least so long; a number is milliseconds
   * @param name shown with the journal entry
   */
  sleep(duration: Duration | number, name?: string): RestatePromise<void>;

  serviceClient(this: OtherSdk, definition: Any): Any;
  /**
   * Calls handlers of a service and awaits their results. The call is made once, however many attempts the caller
   * needs, and a failure of the callee arrives as a `TerminalError`.
   *
   * @param opts the definition, or its name with its type as the type argument
   * @example
   * await ctx.serviceClient(greeter).greet("Ann");
   * await ctx.serviceClient<typeof greeter>({ name: "greeter" }).greet("Ann");
   */
  serviceClient<D>(opts: ServiceDefinitionFrom<D>): Comparable<D, Client<Service<D>>>;

  objectClient(this: OtherSdk, definition: Any, key: string): Any;
  /** As `serviceClient`, for the virtual object of a key. */
  objectClient<D>(opts: VirtualObjectDefinitionFrom<D>, key: string): Comparable<D, Client<VirtualObject<D>>>;

  workflowClient(this: OtherSdk, definition: Any, key: string): Any;
  /** As `serviceClient`, for the workflow of a key. */
  workflowClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): Comparable<D, Client<Workflow<D>>>;

  workflowSendClient(this: OtherSdk, definition: Any, key: string): Any;
  /** As `serviceSendClient`, for the workflow of a key. */
  workflowSendClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): Comparable<D, SendClient<Workflow<D>>>;

  serviceSendClient(this: OtherSdk, definition: Any): Any;
  /** Calls handlers of a service without awaiting them, at once or after a delay. The calls are made, come what may. */
  serviceSendClient<D>(service: ServiceDefinitionFrom<D>): Comparable<D, SendClient<Service<D>>>;

  objectSendClient(this: OtherSdk, definition: Any, key: string): Any;
  /** As `serviceSendClient`, for the virtual object of a key. */
  objectSendClient<D>(obj: VirtualObjectDefinitionFrom<D>, key: string): Comparable<D, SendClient<VirtualObject<D>>>;

  client(this: OtherSdk, definition: Any, key?: string): Any;
  /** As the three clients above, of an interface (`iface`), whose serdes are used. */
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): Comparable<H, ClientFromDescriptors<H>>;
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): Comparable<H, ClientFromDescriptors<H>>;

  sendClient(this: OtherSdk, definition: Any, key?: string): Any;
  /** As the three send clients above, of an interface (`iface`), whose serdes are used. */
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): Comparable<H, SendClientFromDescriptors<H>>;
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): Comparable<H, SendClientFromDescriptors<H>>;

  /**
   * Clients whose calls stay within a scope: a part of the cluster with virtual objects, workflows, idempotency keys
   * and concurrency limits of its own. `restate-server` 1.7 needs experimental features for it (protocol v7, vqueues).
   *
   * @param scopeKey 1 to 36 characters `[a-zA-Z0-9_.-]`
   * @experimental
   */
  scope(scopeKey: string): ScopedContext;

  genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES>;
  genericSend<REQ = Uint8Array>(call: GenericSend<REQ>): InvocationHandle;

  request(): Request;

  /** @deprecated `ctx.invocation(id).cancel()` */
  cancel(invocationId: InvocationId): void;
  /** @deprecated `ctx.invocation(id).attach()` */
  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T>;

  /**
   * Awaits a signal of this name to this invocation; others send it by `ctx.invocation(id).signal(name)`.
   *
   * @example
   * const isApproved = await ctx.signal<boolean>("approved");
   */
  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T>;

  invocation(invocationId: InvocationId): InvocationReference;
}

/** The clients of a context, within a scope. */
export type ScopedContext = Pick<
  Context,
  | "serviceClient"
  | "serviceSendClient"
  | "objectClient"
  | "objectSendClient"
  | "workflowClient"
  | "workflowSendClient"
  | "client"
  | "sendClient"
>;

/** For handlers of a virtual object: one at a time for each key, with state to read and write. */
export interface ObjectContext<TState extends TypedState = UntypedState>
  extends Context,
    KeyValueStore<TState>,
    RestateObjectContext {
  key: string;
}

/** For shared handlers of a virtual object: as many at a time as there are, with state to read. */
export interface ObjectSharedContext<TState extends TypedState = UntypedState>
  extends Context,
    RestateObjectSharedContext {
  key: string;

  /** The value of a state entry, or `null` when there is none. */
  get<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    serde?: Serde<TState extends UntypedState ? TValue : TState[TKey]>,
  ): Promise<(TState extends UntypedState ? TValue : TState[TKey]) | null>;

  stateKeys(): Promise<Array<string>>;
}

/** For handlers of a workflow other than `run`: as many at a time as there are, with state to read. */
export interface WorkflowSharedContext<TState extends TypedState = UntypedState>
  extends ObjectSharedContext<TState>,
    RestateWorkflowSharedContext {
  /**
   * A durable promise of this workflow: `run` awaits it, another handler settles it, or the other way round.
   *
   * @example
   * const payment = await ctx.promise<Payment>("payment");
   * await ctx.promise<Payment>("payment").resolve(payment);
   */
  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T>;
}

/** For the `run` handler of a workflow: once for each key, with state to read and write. */
export interface WorkflowContext<TState extends TypedState = UntypedState>
  extends WorkflowSharedContext<TState>,
    ObjectContext<TState>,
    RestateWorkflowContext {}
