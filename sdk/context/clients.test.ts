import { describe, expect, test } from "vitest";
import {
  type Context,
  type GenericCall,
  type GenericSend,
  type ObjectContext,
  object,
  rpc,
  type ScopedContext,
  service,
} from "../authoring/index.ts";
import { iface, serde } from "../core/index.ts";
import { Clients } from "./clients.ts";

/** Notes what its clients invoke. */
class Recording extends Clients {
  readonly made: object[] = [];

  constructor() {
    super(serde.json);
  }

  override genericCall<REQ, RES>(call: GenericCall<REQ, RES>): never {
    this.made.push(call);
    return undefined as never;
  }

  override genericSend<REQ>(send: GenericSend<REQ>): never {
    this.made.push(send);
    return undefined as never;
  }
}

const greeter = service({ name: "Greeter", handlers: { greet: async (_ctx: Context, name: string) => name } });
const counter = object({ name: "Counter", handlers: { add: async (_ctx: ObjectContext, n: number) => n } });
const contracts = { service: iface.service("Greeter", {}), object: iface.object("Counter", {}) };

type Maker = (...args: unknown[]) => unknown;
const method = (of: ScopedContext, name: string): Maker => {
  const maker = of as unknown as Record<string, Maker>;
  return (...args) => maker[name]?.(...args);
};

describe.each(["the context", "a scope of it"])("%s", (what) => {
  const context = new Recording();
  const clients: ScopedContext = what === "the context" ? context : context.scope("s");

  test.each([
    ["serviceClient", greeter, undefined],
    ["serviceSendClient", greeter, undefined],
    ["objectClient", counter, "k"],
    ["objectSendClient", counter, "k"],
    ["workflowClient", counter, "k"],
    ["workflowSendClient", counter, "k"],
    ["client", contracts.service, undefined],
    ["client", contracts.object, "k"],
    ["sendClient", contracts.service, undefined],
    ["sendClient", contracts.object, "k"],
  ])("%s refuses options, which belong to the call", (name, definition, key) => {
    const make = method(clients, name);
    const args = key === undefined ? [definition] : [definition, key];
    for (const options of [{ delay: 5 }, rpc.sendOpts({ delay: 5 })]) {
      expect(() => make(...args, options)).toThrow(
        expect.objectContaining({
          code: "RL_SDK_CLIENT_ARGUMENTS",
          message: expect.stringMatching(/was given \{ \w+ \}\. Options belong to the call: .*rpc\.sendOpts/),
        }),
      );
    }
    expect(make(...args, undefined)).toBeDefined();
  });

  test.each([
    ["objectClient", counter],
    ["objectSendClient", counter],
    ["workflowClient", counter],
    ["workflowSendClient", counter],
    ["client", contracts.object],
    ["sendClient", contracts.object],
  ])("%s asks for a key, which is a text", (name, definition) => {
    const make = method(clients, name);
    for (const key of [undefined, null, 5, { delay: 5 }]) {
      expect(() => make(definition, key)).toThrow(expect.objectContaining({ code: "RL_SDK_NO_KEY" }));
    }
    expect(make(definition, "")).toBeDefined();
  });
});

test("what is called is what was named", () => {
  const context = new Recording();
  context.objectClient(counter, "").add(1);
  context
    .scope("s")
    .serviceSendClient(greeter)
    .greet("Ann", rpc.sendOpts({ delay: 5 }));
  expect(context.made).toMatchObject([
    { service: "Counter", method: "add", key: "", parameter: 1, scope: undefined },
    { service: "Greeter", method: "greet", key: undefined, parameter: "Ann", scope: "s", delay: 5 },
  ]);
});
