import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import * as restate from "../../sdk/index.ts";
import { RestateContainer, RestateTestEnvironment } from "../../testing/index.ts";
import { counter, greeter, signup } from "./services.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an environment", () => {
  it("calls handlers of services, virtual objects and workflows", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, counter, signup] });
    const client = env.ingress();
    expect(await client.serviceClient(greeter).shout("Ada")).toBe("HELLO ADA!");
    expect(await client.objectClient(counter, "k").add(2)).toBe(2);
    const workflow = client.workflowClient(signup, "w");
    await workflow.workflowSubmit("a@b.c");
    await workflow.click("yes");
    expect(await workflow.workflowAttach()).toBe("a@b.c yes");
  });

  it("answers at its URLs", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter] });
    expect((await fetch(`${env.baseUrl()}/restate/health`)).status).toBe(200);
    expect(await (await fetch(`${env.adminAPIBaseUrl()}/services`)).json()).toMatchObject({
      services: [{ name: "Greeter" }],
    });
    expect(env.engine).toBe("restate-lite");
  });

  it("says where it is as a container would", async () => {
    const env = await RestateTestEnvironment.start({ services: [greeter] });
    const container = env.startedRestateContainer;
    expect(`http://${container.getHost()}:${container.getMappedPort(8080)}`).toBe(env.baseUrl());
    expect(container.getMappedPort(9070)).toBe(Number(new URL(env.adminAPIBaseUrl()).port));
    expect(() => container.getMappedPort(5122)).toThrow("neither 8080 (ingress) nor 9070 (admin)");
    await container.stop();
    expect(() => env.baseUrl()).toThrow("RL_TEST_STOPPED");
  });

  it("is gone when it has been stopped, and can be stopped twice", async () => {
    const env = await RestateTestEnvironment.start({ services: [greeter] });
    const url = env.baseUrl();
    await env.stop();
    await env.stop();
    await expect(fetch(`${url}/restate/health`)).rejects.toThrow();
    expect(() => env.baseUrl()).toThrow("RL_TEST_STOPPED");
  });

  it("says which options it ignores", async () => {
    const info = vi.spyOn(console, "info").mockReturnValue();
    await using env = await RestateTestEnvironment.start(
      { services: [greeter], serviceEndpointAccess: "testcontainers" },
      () => new RestateContainer("latest").withLogConsumer((stream) => stream.on("data", () => {})),
    );
    expect(info.mock.calls.flat().join()).toContain(
      "serviceEndpointAccess, container.version latest, container.withLogConsumer",
    );
    expect(env.ignoredOptions).toHaveLength(3);
  });

  it("leaves the services that it was given as they are", async () => {
    const before = JSON.stringify(greeter);
    await using _env = await RestateTestEnvironment.start({ services: [greeter] });
    expect(JSON.stringify(greeter)).toBe(before);
    expect(greeter).not.toHaveProperty("options.hooks");
  });

  it("runs the hooks of the services beside its own", async () => {
    const names: string[] = [];
    const hooked = restate.service({
      name: "Hooked",
      handlers: { go: async (ctx: restate.Context) => await ctx.run("step", () => 1) },
      options: {
        hooks: [() => ({ interceptor: { run: noting(names) } })],
      },
    });
    await using env = await RestateTestEnvironment.start({ services: [hooked] });
    expect(await env.ingress().serviceClient(hooked).go()).toBe(1);
    expect(names).toEqual(["step"]);
  });
});

function noting(names: string[]) {
  return async (name: string, next: () => Promise<void>) => {
    await next();
    names.push(name);
  };
}

// What the official package's own example checks of state (packages/examples/node/test/testcontainers.test.ts).
describe("state", () => {
  it("is read and written", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter] });
    const state = env.stateOf(counter, "foo");
    expect(await state.getAll()).toStrictEqual({});
    expect(await state.get("count")).toBeNull();
    expect(await env.ingress().objectClient(counter, "foo").add(1)).toBe(1);
    await state.setAll({ count: 123, other: [1] });
    expect(await state.getAll()).toStrictEqual({ count: 123, other: [1] });
    await state.set("count", 321);
    expect(await state.get<number>("count")).toBe(321);
    expect(await state.get("other")).toStrictEqual([1]);
    expect(await env.ingress().objectClient(counter, "foo").add(1)).toBe(322);
    expect(await env.stateOf(counter, "bar").getAll()).toStrictEqual({});
  });

  it("takes a serde", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter] });
    const state = env.stateOf(counter, "foo");
    const bytes: Uint8Array = new Uint8Array([49, 50]);
    await state.setAll({ count: bytes }, restate.serde.binary);
    expect(await state.getAll<{ count: Uint8Array }>(restate.serde.binary)).toStrictEqual({
      count: new Uint8Array([49, 50]),
    });
    const others: Uint8Array = new Uint8Array([49, 52]);
    await state.set("count", others, restate.serde.binary);
    expect(await state.get<Uint8Array>("count", restate.serde.binary)).toStrictEqual(new Uint8Array([49, 52]));
    expect(await state.get("count")).toBe(14);
  });

  it("has a type", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter] });
    const state = env.stateOf<{ count: number }>(counter, "foo");
    await state.setAll({ count: 1 });
    const all = await state.getAll();
    expectTypeOf(all).toEqualTypeOf<{ count: number }>();
    await state.set("count", 2);
    const count = await state.get("count");
    expectTypeOf(count).toEqualTypeOf<number | null>();
    expect([all, count]).toStrictEqual([{ count: 1 }, 2]);
    const wrong = () => {
      // @ts-expect-error a string is no number
      void state.setAll({ count: "a" });
      // @ts-expect-error there is no such entry
      void state.set("foo", 2);
      // @ts-expect-error there is no such entry
      void state.get("foo");
    };
    expect(wrong).toBeTypeOf("function");
  });

  it("waits for the invocation that holds the key", async () => {
    await using env = await RestateTestEnvironment.start({ services: [counter], clock: "virtual" });
    const held = env.ingress().objectClient(counter, "k").hold(1000);
    await env.clock.advance(0);
    const state = env.stateOf(counter, "k");
    await state.set("count", 7);
    expect(await state.get("count")).toBeNull();
    await env.clock.advance(1000);
    expect([await held, await state.get("count")]).toEqual([0, 7]);
  });
});

const nonDeterministic = restate.object({
  name: "nonDeterministic",
  handlers: {
    run: async (ctx: restate.ObjectContext) => {
      ctx.set("value", Math.random());
      await ctx.sleep(100);
      return "completed";
    },
  },
});

describe("alwaysReplay and disableRetries", () => {
  it("catch what differs on a replay", async () => {
    await using env = await RestateTestEnvironment.start({
      services: [nonDeterministic],
      alwaysReplay: true,
      disableRetries: true,
    });
    await expect(env.ingress().objectClient(nonDeterministic, "k").run()).rejects.toThrow("set state value");
  });

  it("let a failure fail instead of being retried", async () => {
    let attempts = 0;
    const failOnce = restate.service({
      name: "failOnce",
      handlers: {
        run: async () => {
          attempts++;
          if (attempts === 1) throw new Error("first attempt fails");
          return "success";
        },
      },
    });
    await using env = await RestateTestEnvironment.start({ services: [failOnce], disableRetries: true });
    await expect(env.ingress().serviceClient(failOnce).run()).rejects.toThrow("first attempt fails");
    expect(attempts).toBe(1);
  });
});
