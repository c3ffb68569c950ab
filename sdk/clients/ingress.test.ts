import { describe, expect, it } from "vitest";
import { rpc as contextRpc } from "../authoring/index.ts";
import { iface } from "../core/index.ts";
import { connect, rpc, serde } from "./index.ts";
import type { ConnectionOpts } from "./types.ts";

type Handler<Input, Output> = (context: unknown, input: Input) => Promise<Output>;
type Greeter = { greet: Handler<unknown, string>; ping: (context: unknown) => Promise<void> };
type Flow = { run: Handler<string, string>; approve: Handler<boolean, void> };

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** An ingress whose server answers everything with `answer`, and what it was asked. */
function ingressWith(answer: () => Response = () => new Response('"hello"'), options: Partial<ConnectionOpts> = {}) {
  const asked: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    const { body } = init;
    asked.push({
      method: init.method ?? "GET",
      path: String(url).slice("http://restate.test".length),
      headers: init.headers as Record<string, string>,
      body: body instanceof Uint8Array ? Buffer.from(body).toString() : body,
    });
    return answer();
  };
  return { ingress: connect({ url: "http://restate.test", fetch, ...options }), asked };
}

describe("a client", () => {
  it("is no promise, so an async function can return it", async () => {
    const { ingress, asked } = ingressWith();
    const client = await (async () => ingress.serviceClient<Greeter>({ name: "Greeter" }))();
    expect(await client.greet("x")).toBe("hello");
    expect(asked).toHaveLength(1);
  });

  it("can be printed without calling anything", () => {
    const { ingress, asked } = ingressWith();
    expect(Object.prototype.toString.call(ingress.serviceClient<Greeter>({ name: "Greeter" }))).toBe("[object Object]");
    expect(asked).toHaveLength(0);
  });

  it("refuses a definition without a name, and an object without a key, at once", () => {
    const { ingress } = ingressWith();
    expect(() => ingress.serviceClient(undefined as never)).toThrow(/needs the definition of what it calls/);
    expect(() => ingress.objectClient<Greeter>({ name: "Greeter" }, undefined as never)).toThrow(/under a key/);
    expect(() => ingress.client(iface.object("Store", { get: iface.json() }), undefined as never)).toThrow(
      /Store.*key/,
    );
  });

  it.each([
    ["serviceClient", { name: "S" }, []],
    ["serviceSendClient", { name: "S" }, []],
    ["objectClient", { name: "S" }, ["k"]],
    ["objectSendClient", { name: "S" }, ["k"]],
    ["workflowClient", { name: "S" }, ["k"]],
    ["client", iface.service("S", {}), []],
    ["client", iface.object("S", {}), ["k"]],
    ["sendClient", iface.service("S", {}), []],
    ["sendClient", iface.object("S", {}), ["k"]],
  ])("refuses options where %s is made, in a scope, too: they belong to the call", (method, definition, key) => {
    const { ingress } = ingressWith();
    for (const maker of [ingress, ingress.scope("s")]) {
      const make = (...args: unknown[]) =>
        (maker as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
      expect(() => make(definition, ...key, { delay: 5 })).toThrow(
        expect.objectContaining({ code: "RL_SDK_CLIENT_ARGUMENTS", message: expect.stringContaining("{ delay }") }),
      );
      expect(make(definition, ...key, undefined)).toBeDefined();
      if (key.length > 0) {
        expect(() => make(definition, { delay: 5 })).toThrow(expect.objectContaining({ code: "RL_SDK_NO_KEY" }));
      }
    }
  });

  it("refuses an option that nobody reads, before anything is sent", async () => {
    const { ingress, asked } = ingressWith();
    const client = ingress.serviceClient<Greeter>({ name: "Greeter" });
    const workflow = ingress.workflowClient<Flow>({ name: "Flow" }, "k");
    const refusal = (name: string) =>
      expect.objectContaining({
        code: "RL_SDK_UNKNOWN_OPTION",
        message: expect.stringContaining(`no option "${name}"`),
      });
    await expect(client.greet("x", rpc.opts({ idempotencykey: "k" } as never))).rejects.toThrow(
      refusal("idempotencykey"),
    );
    await expect(client.greet("x", rpc.sendOpts({ delay: 5 }) as never)).rejects.toThrow(refusal("delay"));
    await expect(workflow.workflowAttach(rpc.opts({ timeoutMs: 5 } as never))).rejects.toThrow(refusal("timeoutMs"));
    await expect(workflow.workflowOutput({ timeout: 5 } as never)).rejects.toThrow(/takes options only/);
    expect(() => connect({ url: "http://restate.test", header: {} } as never)).toThrow(refusal("header"));
    expect(() => connect({ url: "http://restate.test", retry: { attempts: 3 } } as never)).toThrow(refusal("attempts"));
    expect(asked).toEqual([]);
  });

  it("takes options that the rpc of a context made for options, and not for an input", async () => {
    const { ingress, asked } = ingressWith();
    await ingress.serviceClient<Greeter>({ name: "Greeter" }).ping(contextRpc.opts({ idempotencyKey: "k" }) as never);
    await ingress.serviceSendClient<Greeter>({ name: "Greeter" }).ping(contextRpc.sendOpts({ delay: 5 }) as never);
    expect(asked).toMatchObject([
      { headers: { "idempotency-key": "k" }, body: "" },
      { path: "/Greeter/ping/send?delay=5ms", body: "" },
    ]);
  });

  it("sends an empty key as a key", async () => {
    const { ingress, asked } = ingressWith();
    await ingress.objectClient<Greeter>({ name: "Greeter" }, "").greet("x");
    expect(asked[0]?.path).toBe("/Greeter//greet");
  });

  it.each([".", ".."])("refuses the key %j, which a URL cannot carry", async (key) => {
    const { ingress, asked } = ingressWith();
    const called = ingress.objectClient<Greeter>({ name: "Greeter" }, key).greet("x");
    await expect(called).rejects.toMatchObject({ code: "RL_SDK_KEY_IN_URL" });
    expect(asked).toHaveLength(0);
  });

  it("rejects, rather than throws, for arguments that make no sense", async () => {
    const { ingress } = ingressWith();
    const { greet } = ingress.serviceClient<Greeter>({ name: "Greeter" });
    await expect((greet as (...args: unknown[]) => Promise<string>)("x", "y")).rejects.toThrow(TypeError);
  });

  it("lets the content type of a serde win over a header", async () => {
    const { ingress, asked } = ingressWith(undefined, { headers: { "content-type": "text/plain" } });
    await ingress.serviceClient<Greeter>({ name: "Greeter" }).greet("x");
    expect(asked[0]?.headers).toEqual({ "Content-Type": "application/json", "x-restateclient-retry-attempt": "1" });
  });

  it("names the handler when an argument does not serialise", async () => {
    const { ingress, asked } = ingressWith();
    const called = ingress.serviceClient<Greeter>({ name: "Greeter" }).greet(1n);
    await expect(called).rejects.toMatchObject({
      code: "RL_SDK_VALUE_NOT_SERIALIZABLE",
      message: expect.stringMatching(/^Greeter\/greet: the argument does not serialise: .*BigInt/),
      cause: expect.any(TypeError),
    });
    expect(asked).toHaveLength(0);
  });

  it("names the handler when its answer does not deserialise", async () => {
    const { ingress } = ingressWith(() => new Response("<html>"));
    await expect(ingress.serviceClient<Greeter>({ name: "Greeter" }).greet("x")).rejects.toMatchObject({
      code: "RL_SDK_VALUE_NOT_READABLE",
      message: expect.stringMatching(/^Greeter\/greet: the answer does not deserialise: /),
    });
  });

  it("reads bytes with the binary serde", async () => {
    const { ingress } = ingressWith(() => new Response(Uint8Array.of(1, 0, 255)));
    const { binary } = serde;
    const parameter = Uint8Array.of(1);
    const called = ingress.call({
      service: "S",
      handler: "h",
      parameter,
      opts: rpc.opts({ input: binary, output: binary }),
    });
    expect(await called).toEqual(Uint8Array.of(1, 0, 255));
  });
});

describe("a result", () => {
  it("is refused for a send without an idempotency key, with what to do", async () => {
    const { ingress, asked } = ingressWith();
    const result = ingress.result({ invocationId: "inv_1", status: "Accepted", attachable: false });
    await expect(result).rejects.toMatchObject({
      code: "RL_SDK_NOT_ATTACHABLE",
      message: expect.stringContaining("rpc.sendOpts({ idempotencyKey })"),
    });
    expect(asked).toHaveLength(0);
  });
});

describe("a workflow client", () => {
  const notReady = () => new Response('{"code":470,"message":"not ready"}', { status: 470 });

  it("explains a look at an output that is not there", async () => {
    const { ingress } = ingressWith(notReady);
    const output = await ingress.workflowClient<Flow>({ name: "Flow" }, "k").workflowOutput();
    expect(output.ready).toBe(false);
    expect(() => output.result).toThrow(/Flow has no output yet.*workflowAttach/);
  });

  it("names the scope when it attaches, which the older route cannot", async () => {
    const { ingress, asked } = ingressWith();
    const flow = ingress.scope("s1").workflowClient<Flow>({ name: "Flow" }, "k/1");
    await flow.workflowAttach();
    await flow.workflowOutput();
    expect(asked.map(({ method, path, body }) => ({ method, path, body }))).toEqual(
      ["/restate/attach", "/restate/output"].map((path) => ({
        method: "POST",
        path,
        body: '{"target":"workflow","workflowName":"Flow","workflowKey":"k/1","scope":"s1"}',
      })),
    );
    expect(asked[0]?.headers).toMatchObject({ "Content-Type": "application/json" });
  });
});
