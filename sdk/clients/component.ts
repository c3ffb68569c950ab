import { type HandlerDescriptor, SdkError } from "../core/index.ts";
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
 * @param key of an object or workflow
 * @throws SdkError when there is no name, or a key is meant and missing
 */
export function componentOf(definition: unknown, scope: string | undefined, ...key: readonly string[]): Component {
  const { name, _handlers } = (definition ?? {}) as { name?: unknown; _handlers?: Component["contract"] };
  if (typeof name !== "string" || name === "") {
    const message =
      'a client needs the definition of what it calls, or its name: serviceClient<typeof greeter>({ name: "Greeter" })';
    throw new SdkError("RL_SDK_NO_NAME", message);
  }
  // An empty key is a key.
  if (key.length > 0 && (key[0] === undefined || key[0] === null)) {
    throw new SdkError(
      "RL_SDK_NO_KEY",
      `${name} is called under a key: pass it as second argument, objectClient(${name}, "key")`,
    );
  }
  return { service: name, key: key.length === 0 ? undefined : String(key[0]), scope, contract: _handlers };
}

/** How `client.handler(…)` invokes `handler`. */
export function invocationOf(component: Component, handler: string, args: readonly unknown[]): Invocation {
  const { service, key, scope, contract } = component;
  const { parameter, options } = takeApart(args, `${service}/${handler}`);
  return { target: { service, handler, key, scope }, parameter, options, contract: contract?.[handler] };
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
      // `await client` and console.log(client) look for methods too, and mean no handler.
      if (typeof name === "symbol" || (name === "then" && component.contract?.then === undefined)) return undefined;
      if (Object.hasOwn(own, name)) return own[name];
      return async (...args: unknown[]) => invoke(invocationOf(component, name, args));
    },
  });
}
