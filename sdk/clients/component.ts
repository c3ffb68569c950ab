import { expectNoMore, type HandlerDescriptor, SdkError } from "../core/index.ts";
import type { Invocation } from "./invocation.ts";
import { takeApart } from "./options.ts";

/** The service, the object or the workflow that a client is for. */
export interface Component {
  readonly service: string;
  readonly key: string | undefined;
  readonly scope: string | undefined;
  /** The handlers of a contract made with `iface`, with their serdes. */
  readonly contract: Readonly<Record<string, HandlerDescriptor>> | undefined;
}

/**
 * @param definition what the official SDK, ours or `iface` made, or just `{ name }`
 * @param more than a service needs
 * @throws SdkError when there is no name, or there is more
 */
export function componentOf(definition: unknown, scope: string | undefined, more: readonly unknown[] = []): Component {
  const { name, _handlers } = (definition ?? {}) as { name?: unknown; _handlers?: Component["contract"] };
  if (typeof name !== "string" || name === "") {
    const message =
      'a client needs the definition of what it calls, or its name: serviceClient<typeof greeter>({ name: "Greeter" })';
    throw new SdkError("RL_SDK_NO_NAME", message);
  }
  if (more.length > 0) expectNoMore(`A client of ${name}, a service,`, more);
  return { service: name, key: undefined, scope, contract: _handlers };
}

/**
 * @param rest what a method that makes a client was given behind the definition: for an object or workflow its key
 * @throws SdkError when there is no name, when a key is meant and missing, or when there is more
 */
export function keyedComponentOf(definition: unknown, scope: string | undefined, [key, ...more]: readonly unknown[]) {
  const component = componentOf(definition, scope);
  const { service } = component;
  // An empty key is a key.
  if (key === undefined || key === null || typeof key === "object") {
    throw new SdkError(
      "RL_SDK_NO_KEY",
      `${service} is called under a key, which is a text: pass it as second argument, objectClient(${service}, "key")`,
    );
  }
  if (more.length > 0) expectNoMore(`A client of ${service} under a key`, more);
  return { ...component, key: String(key) };
}

/** How `client.handler(…)` invokes `handler`. */
export function invocationOf(component: Component, handler: string, args: readonly unknown[]): Invocation {
  const { service, key, scope, contract } = component;
  const { parameter, options } = takeApart(args, `${service}/${handler}`);
  const isKnown = contract !== undefined && Object.hasOwn(contract, handler);
  return {
    target: { service, handler, key, scope },
    parameter,
    options,
    contract: isKnown ? contract[handler] : undefined,
  };
}

/**
 * An object that has every handler as a method. Whether the handler exists is known to the server alone.
 * @param own methods that are no handlers
 */
export function proxyOf(
  component: Component,
  invoke: (invocation: Invocation) => Promise<unknown>,
  own: Readonly<Record<string, unknown>> = {},
): object {
  return new Proxy(own, {
    get(_own, name) {
      // As a text it is what any object is: a template in a log line means no call.
      if (name === Symbol.toPrimitive) return () => "[object Object]";
      // `await client` and console.log(client) look for methods too, and mean no handler.
      if (typeof name === "symbol" || (name === "then" && component.contract?.then === undefined)) return undefined;
      if (Object.hasOwn(own, name)) return own[name];
      return async (...args: unknown[]) => invoke(invocationOf(component, name, args));
    },
  });
}
