import type { Any, HandlerDescriptor, Serde } from "../core/index.ts";
import { checkOptions, SdkError } from "../core/index.ts";
import type { ClientCallOptions, ClientSendOptions } from "./call-options.ts";
import { CALL_OPTIONS, Opts, SEND_OPTIONS, SendOpts } from "./call-options.ts";
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
  // Without a prototype: `constructor` and `toString` are names of handlers like any other.
  return new Proxy(Object.create(null), new Methods(call));
}

/** The client behind `ctx.serviceClient` and its kin. */
export function makeCallProxy(genericCall: (call: GenericCall<Any, Any>) => unknown, target: CallTarget): Any {
  return makeHandlerProxy((handler, args) => genericCall(toCall(target, handler, args)));
}

/** The client behind `ctx.serviceSendClient` and its kin. */
export function makeSendProxy(genericSend: (send: GenericSend<Any>) => unknown, target: CallTarget): Any {
  return makeHandlerProxy((handler, args) => genericSend(toSend(target, handler, args)));
}

const asText = () => "[object Object]";

class Methods implements ProxyHandler<Record<string, unknown>> {
  readonly #call: (handler: string, args: readonly unknown[]) => unknown;

  constructor(call: (handler: string, args: readonly unknown[]) => unknown) {
    this.#call = call;
  }

  get(made: Record<string, unknown>, property: string | symbol): unknown {
    // As a text it is what any object is: a template in a log line means no call.
    if (property === Symbol.toPrimitive) return asText;
    // `then` would make the client a promise, and returning it from an async function a call.
    if (typeof property === "symbol" || property === "then") return undefined;
    const call = this.#call;
    return (made[property] ??= (...args: unknown[]) => call(property, args));
  }
}

function toCall(target: CallTarget, method: string, args: readonly unknown[]): GenericCall<Any, Any> {
  const { service, key, scope, defaultSerde, handlers } = target;
  const options = optionsOf(service, method, args) as ClientCallOptions<Any, Any> | undefined;
  if (options !== undefined) checkOptions(options, CALL_OPTIONS, `A call of ${service}/${method}`);
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
  if (options !== undefined) checkOptions(options, SEND_OPTIONS, `A send to ${service}/${method}`);
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
  return args.length === 1 && optionsIn(args[0]) !== undefined ? undefined : args[0];
}

function optionsOf(service: string, handler: string, args: readonly unknown[]): object | undefined {
  if (args.length === 0) return undefined;
  const options = optionsIn(args[args.length - 1]);
  if (args.length === 1 || (args.length === 2 && options !== undefined)) return options;
  throw new SdkError(
    "RL_SDK_CLIENT_ARGUMENTS",
    `${service}/${handler} was called with ${args.length} arguments, of which the last ${options === undefined ? "is no options" : "may only be the second"}. A handler takes one input; options come after it, as rpc.opts({ … }) or rpc.sendOpts({ … }).`,
  );
}

/**
 * By their shape, too: another copy of the SDK, or the official one, may have made them, or the `rpc` of an ingress
 * client, whose options would otherwise be taken for the input of a handler that has none.
 */
function optionsIn(value: unknown): object | undefined {
  if (value instanceof Opts || value instanceof SendOpts) return value.getOpts();
  if (typeof value !== "object" || value === null) return undefined;
  const { getOpts, opts } = value as { getOpts?: unknown; opts?: unknown };
  if (typeof getOpts === "function") return (value as { getOpts(): object }).getOpts();
  const isIngressOptions = typeof opts === "object" && /^(Send)?Opts$/.test(value.constructor?.name);
  return isIngressOptions && opts !== null ? opts : undefined;
}
