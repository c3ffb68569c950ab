import type { Any, HandlerDescriptor, Serde } from "../core/index.ts";
import { SdkError } from "../core/index.ts";
import type { ClientCallOptions, ClientSendOptions } from "./call-options.ts";
import { Opts, SendOpts } from "./call-options.ts";
import type { GenericCall, GenericSend } from "./generic-call.ts";

/** What a client calls, and by which serdes where it knows nothing better. */
export interface CallTarget {
  readonly service: string;
  /** Of a virtual object or workflow. */
  readonly key?: string | undefined;
  readonly scope?: string | undefined;
  readonly defaultSerde: Serde<Any>;
  /** Serdes of the handlers, when the definition or interface is at hand. */
  readonly handlers?: Readonly<Record<string, HandlerDescriptor>> | undefined;
}

/**
 * An object whose every member is a function that calls the handler of that name: what a typed client is at run time.
 * The function of a handler is made when it is first used, and once.
 */
export function makeHandlerProxy(call: (handler: string, args: readonly unknown[]) => unknown): Any {
  return new Proxy({}, new Methods(call));
}

/** The client behind `ctx.serviceClient` and its kin. */
export function makeCallProxy(genericCall: (call: GenericCall<Any, Any>) => unknown, target: CallTarget): Any {
  return makeHandlerProxy((handler, args) => genericCall(toCall(target, handler, args)));
}

/** The client behind `ctx.serviceSendClient` and its kin. */
export function makeSendProxy(genericSend: (send: GenericSend<Any>) => unknown, target: CallTarget): Any {
  return makeHandlerProxy((handler, args) => genericSend(toSend(target, handler, args)));
}

class Methods implements ProxyHandler<Record<string, unknown>> {
  readonly #call: (handler: string, args: readonly unknown[]) => unknown;

  constructor(call: (handler: string, args: readonly unknown[]) => unknown) {
    this.#call = call;
  }

  get(made: Record<string, unknown>, property: string | symbol): unknown {
    // `then` would make the client a promise, and returning it from an async function a call.
    if (typeof property === "symbol" || property === "then") return undefined;
    const call = this.#call;
    return (made[property] ??= (...args: unknown[]) => call(property, args));
  }
}

function toCall(target: CallTarget, method: string, args: readonly unknown[]): GenericCall<Any, Any> {
  const { service, key, scope, defaultSerde, handlers } = target;
  const options = optionsOf(service, method, args) as ClientCallOptions<Any, Any> | undefined;
  const descriptor = handlers?.[method];
  // Members may be undefined here: whoever takes them treats that as absent.
  return {
    service,
    method,
    parameter: parameterOf(args),
    key,
    headers: options?.headers,
    inputSerde: options?.input ?? descriptor?._inputSerde ?? defaultSerde,
    outputSerde: options?.output ?? descriptor?._outputSerde ?? defaultSerde,
    idempotencyKey: options?.idempotencyKey,
    scope,
    limitKey: options?.limitKey,
    name: options?.name,
  } as GenericCall<Any, Any>;
}

function toSend(target: CallTarget, method: string, args: readonly unknown[]): GenericSend<Any> {
  const { service, key, scope, defaultSerde, handlers } = target;
  const options = optionsOf(service, method, args) as ClientSendOptions<Any> | undefined;
  // Members may be undefined here: whoever takes them treats that as absent.
  return {
    service,
    method,
    parameter: parameterOf(args),
    key,
    headers: options?.headers,
    inputSerde: options?.input ?? handlers?.[method]?._inputSerde ?? defaultSerde,
    delay: options?.delay,
    idempotencyKey: options?.idempotencyKey,
    scope,
    limitKey: options?.limitKey,
    name: options?.name,
  } as GenericSend<Any>;
}

/** The input: what the first argument is, unless that is options already. */
function parameterOf(args: readonly unknown[]): unknown {
  return args.length === 1 && isOptions(args[0]) ? undefined : args[0];
}

function optionsOf(service: string, handler: string, args: readonly unknown[]): object | undefined {
  if (args.length === 0) return undefined;
  const last = args[args.length - 1];
  if (args.length === 1) return isOptions(last) ? last.getOpts() : undefined;
  if (args.length === 2 && isOptions(last)) return last.getOpts();
  throw new SdkError(
    "RL_SDK_CLIENT_ARGUMENTS",
    `${service}/${handler} was called with ${args.length} arguments, of which the last ${isOptions(last) ? "may only be the second" : "is no options"}. A handler takes one input; options come after it, as rpc.opts({ … }) or rpc.sendOpts({ … }).`,
  );
}

/** By their shape, too: another copy of the SDK, or the official one, may have made them. */
function isOptions(value: unknown): value is { getOpts(): object } {
  if (value instanceof Opts || value instanceof SendOpts) return true;
  return typeof value === "object" && value !== null && typeof (value as { getOpts?: unknown }).getOpts === "function";
}
