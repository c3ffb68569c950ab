import * as official from "@restatedev/restate-sdk";
import { describe, expect, test } from "vitest";
import { iface, type SdkError, serde, TerminalError } from "../core/index.ts";
import { Components, type Context, handlers, implement, object, service, workflow } from "./index.ts";

const fn = async () => {};
const text = (of: string) => new TextEncoder().encode(of);

function failure(act: () => unknown): SdkError {
  try {
    act();
  } catch (error) {
    return error as SdkError;
  }
  throw new Error("nothing was thrown");
}

function handlerOf(definition: unknown, name: string, defaults = {}) {
  const [component] = new Components([definition], defaults).services.values();
  const handler = component?.handlers.get(name);
  if (handler === undefined) throw new Error(`no handler ${name}`);
  return handler;
}

describe("an endpoint refuses", () => {
  const named = (name: string) => service({ name, handlers: { a: fn } });
  const withHandler = (name: string) => object({ name: "S", handlers: { [name]: fn } });
  const mistakes: [string, string, () => unknown, RegExp][] = [
    ["two services of one name", "RL_SDK_DUPLICATE_SERVICE", () => [named("S"), withHandler("b")], /"S"/],
    ["what is no definition", "RL_SDK_NOT_A_DEFINITION", () => [undefined], /a undefined was bound/],
    ["a bare name", "RL_SDK_NOT_A_DEFINITION", () => [{ name: "S" }], /"S"/],
    ["an interface", "RL_SDK_NOT_A_DEFINITION", () => [iface.service("S", {})], /"S".*implement/],
    ["an object without a name", "RL_SDK_NOT_A_DEFINITION", () => [{}], /without a name/],
    ["a name with a slash", "RL_SDK_BAD_SERVICE_NAME", () => [named("a/b")], /"a\/b"/],
    ["an empty name", "RL_SDK_BAD_SERVICE_NAME", () => [named("")], /""/],
    ["a handler with a slash", "RL_SDK_BAD_HANDLER_NAME", () => [withHandler("a/b")], /"a\/b" of "S"/],
    [
      "a handler that is every object's prototype",
      "RL_SDK_BAD_HANDLER_NAME",
      () => [withHandler("__proto__")],
      /"__proto__" of "S"/,
    ],
    ["a handler with a dash", "RL_SDK_BAD_HANDLER_NAME", () => [withHandler("a-b")], /"a-b" of "S"/],
    ["a plain function", "RL_SDK_NOT_A_HANDLER", () => [{ name: "S", service: { a: fn } }], /"a" of "S"/],
    [
      "a definition of the official SDK",
      "RL_SDK_FOREIGN_DEFINITION",
      () => [official.service({ name: "S", handlers: { a: fn } })],
      /"S" was defined with @restatedev\/restate-sdk/,
    ],
  ];
  test.each(mistakes)("%s, as %s", (_, code, definitions, message) => {
    const error = failure(() => new Components(definitions() as unknown[]));
    expect(error).toMatchObject({ name: "SdkError", code });
    expect(error.message).toMatch(message);
  });

  test("nothing of a definition that is bound twice", () => {
    const definition = service({ name: "S", handlers: { a: fn } });
    expect(new Components([definition, definition]).services.size).toBe(1);
  });
});

describe("a definition refuses", () => {
  const mistakes: [string, string, () => unknown, RegExp][] = [
    ["to have no handlers", "RL_SDK_NOT_A_HANDLER", () => service({ name: "S" } as never), /"S" has no handlers/],
    [
      "a handler that is undefined",
      "RL_SDK_NOT_A_HANDLER",
      () => service({ name: "S", handlers: { a: undefined } } as never),
      /"a" of the service "S" is undefined/,
    ],
    [
      "a handler of the official SDK",
      "RL_SDK_NOT_A_HANDLER",
      () => service({ name: "S", handlers: { a: official.handlers.handler({}, fn) } }),
      /"a" of the service "S" was made with a function of @restatedev/,
    ],
    [
      "a workflow without run",
      "RL_SDK_NOT_A_HANDLER",
      () => workflow({ name: "W", handlers: { a: fn } } as never),
      /"W" has no handler "run"/,
    ],
    [
      "a shared run",
      "RL_SDK_NOT_A_HANDLER",
      () => workflow({ name: "W", handlers: { run: handlers.workflow.shared(fn) } }),
      /"run" of the workflow "W"/,
    ],
    [
      "two main handlers",
      "RL_SDK_NOT_A_HANDLER",
      () => workflow({ name: "W", handlers: { run: fn, b: handlers.workflow.workflow(fn) } } as never),
      /"b" of the workflow "W"/,
    ],
    [
      "options without a function",
      "RL_SDK_NOT_A_HANDLER",
      () => handlers.object.shared({} as never),
      /handlers.object.shared was given undefined/,
    ],
    [
      "an implementation that lacks a handler",
      "RL_SDK_HANDLER_MISSING",
      () => implement(iface.service("S", { a: iface.json() }), { handlers: {} as never }),
      /"a" of "S"/,
    ],
    [
      "an implementation with a handler too many",
      "RL_SDK_HANDLER_UNKNOWN",
      () => implement(iface.service("S", { a: iface.json() }), { handlers: { a: fn, b: fn } as never }),
      /"b".*"S".*it has a/,
    ],
    [
      "options for a handler that does not exist",
      "RL_SDK_HANDLER_UNKNOWN",
      () =>
        implement(iface.service("S", { a: iface.json() }), {
          handlers: { a: fn },
          options: { handlers: { typo: {} } as never },
        }),
      /"typo"/,
    ],
  ];
  test.each(mistakes)("%s, as %s", (_, code, define, message) => {
    const error = failure(define);
    expect(error).toMatchObject({ name: "SdkError", code });
    expect(error.message).toMatch(message);
  });
});

describe("a handler is invoked", () => {
  test("with its context and its input read, and its result written", async () => {
    const context = {};
    const seen: unknown[] = [];
    const definition = service({
      name: "S",
      handlers: {
        a: async (ctx: Context, input: { n: number }) => {
          seen.push(ctx, input);
          return { twice: input.n * 2 };
        },
      },
    });
    expect(await handlerOf(definition, "a").invoke(context, text('{"n":2}'))).toEqual(text('{"twice":4}'));
    expect(seen[0]).toBe(context);
    expect(seen[1]).toEqual({ n: 2 });
  });

  test("with no input for no bytes, and answers no bytes for no result", async () => {
    const definition = service({ name: "S", handlers: { a: async (_: Context, input?: string) => input } });
    expect(await handlerOf(definition, "a").invoke({}, text(""))).toEqual(text(""));
  });

  test("with its own serdes, its default serde, its service's, its endpoint's, in this order", async () => {
    const tagged = (tag: string) => ({ serialize: (value: unknown) => text(tag + value), deserialize: () => tag });
    const echo = async (_: Context, input: string) => input;
    const definition = service({
      name: "S",
      handlers: {
        own: handlers.handler({ input: tagged("i"), output: tagged("o"), serde: tagged("h") }, echo),
        default: handlers.handler({ serde: tagged("h") }, echo),
        service: echo,
      },
      options: { serde: tagged("s") },
    });
    const bare = service({ name: "S", handlers: { endpoint: echo } });
    const run = async (of: unknown, name: string) =>
      new TextDecoder().decode(await handlerOf(of, name, { serde: tagged("e") }).invoke({}, text("")));
    expect(await run(definition, "own")).toBe("oi");
    expect(await run(definition, "default")).toBe("hh");
    expect(await run(definition, "service")).toBe("ss");
    expect(await run(bare, "endpoint")).toBe("ee");
  });

  test("and input that cannot be read is a terminal error 400", async () => {
    const handler = handlerOf(service({ name: "S", handlers: { a: fn } }), "a");
    const error = await handler.invoke({}, text("{")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ code: 400, message: expect.stringMatching(/^Failed to deserialize input: /) });
  });

  test("and a result that cannot be written is a mistake with its place", async () => {
    const handler = handlerOf(service({ name: "S", handlers: { a: async () => 1n } }), "a");
    const error = await handler.invoke({}, text("")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "RL_SDK_VALUE_NOT_SERIALIZABLE", message: expect.stringContaining("S/a") });
  });

  test("and what it throws is thrown on as it is", async () => {
    const thrown = new TerminalError("no");
    const handler = handlerOf(service({ name: "S", handlers: { a: () => Promise.reject(thrown) } }), "a");
    await expect(handler.invoke({}, text(""))).rejects.toBe(thrown);
  });

  test("with `this`, by which it calls the others directly", async () => {
    const definition = object({
      name: "O",
      handlers: {
        a: async function (this: { b(ctx: Context, n: number): Promise<number> }, ctx: Context, n: number) {
          return this.b(ctx, n + 1);
        },
        b: handlers.object.shared(async (_ctx, n: number) => n * 10),
      },
    } as never);
    expect(await handlerOf(definition, "a").invoke({}, text("1"))).toEqual(text("20"));
  });
});

test("a function may be a handler of several services, each with options of its own", () => {
  const shared = async (_: Context, input: Uint8Array) => input;
  const one = service({ name: "S", handlers: { a: handlers.handler({ input: serde.binary }, shared) } });
  const other = object({ name: "O", handlers: { a: shared } });
  expect(handlerOf(one, "a")).toMatchObject({ kind: "SERVICE", inputSerde: serde.binary });
  expect(handlerOf(other, "a")).toMatchObject({ kind: "EXCLUSIVE", inputSerde: serde.json });
});

test("execution options are the handler's, else the service's, else the endpoint's; hooks add up", () => {
  const [h, s, e] = [() => ({}), () => ({}), () => ({})];
  const definition = service({
    name: "S",
    handlers: {
      all: handlers.handler({ explicitCancellation: false, onJournalMismatchErrors: "fail", hooks: [h] }, fn),
      none: fn,
    },
    options: { explicitCancellation: true, hooks: [s] },
  });
  const defaults = { explicitCancellation: false, onJournalMismatchErrors: "pause", hooks: [e] } as const;
  expect(handlerOf(definition, "all", defaults).options).toMatchObject({
    explicitCancellation: false,
    onJournalMismatchErrors: "fail",
    hooks: [s, h],
  });
  expect(handlerOf(definition, "none", defaults).options).toMatchObject({
    explicitCancellation: true,
    onJournalMismatchErrors: "pause",
    hooks: [s],
  });
  expect(handlerOf(service({ name: "S", handlers: { a: fn } }), "a", defaults).options.hooks).toEqual([e]);
  expect(handlerOf(service({ name: "S", handlers: { a: fn } }), "a").options.hooks).toBeUndefined();
});

test("a definition is an interface with the serdes of its handlers", () => {
  const definition = object({
    name: "O",
    handlers: {
      a: handlers.object.shared({ input: serde.binary }, async (_ctx, _bytes: Uint8Array) => ""),
      b: fn,
    },
    options: { serde: serde.empty },
  });
  expect(definition).toMatchObject({
    name: "O",
    _kind: "object",
    _handlers: {
      a: { _inputSerde: serde.binary, _outputSerde: serde.empty, _shared: true },
      b: { _inputSerde: serde.empty, _outputSerde: serde.empty, _shared: false },
    },
  });
});
