import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as restate from "../../sdk/index.ts";
import { RestateTestEnvironment } from "../../testing/index.ts";
import { restateServerPath } from "../support/toolchain.ts";
import { counter, greeter } from "./services.ts";

const fragile = restate.object({
  name: "Fragile",
  handlers: {
    random: async (ctx: restate.ObjectContext) => {
      ctx.set("value", Math.random());
      await ctx.sleep(100);
    },
    fails: async () => {
      throw new Error("once is enough");
    },
  },
});

beforeAll(() => {
  process.env.RESTATE_SERVER_BINARY = restateServerPath;
});
afterAll(() => {
  delete process.env.RESTATE_SERVER_BINARY;
});

describe.each(["restate-lite", "restate-server"] as const)("the same tests on %s", (engine) => {
  it("call handlers, and read and write state", async () => {
    await using env = await RestateTestEnvironment.start({ services: [greeter, counter], engine });
    expect(env.engine).toBe(engine);
    expect(await env.ingress().serviceClient(greeter).shout("Ada")).toBe("HELLO ADA!");
    const state = env.stateOf(counter, "it's");
    expect(await state.get("count")).toBeNull();
    expect(await env.ingress().objectClient(counter, "it's").add(2)).toBe(2);
    await expect.poll(() => state.get("count")).toBe(2);
    await state.set("count", 40);
    await expect.poll(() => env.ingress().objectClient(counter, "it's").add(0)).toBe(40);
    await state.setAll({ other: "x" });
    await expect.poll(() => state.getAll()).toEqual({ other: "x" });
  });

  it("fail where a replay differs", async () => {
    await using env = await RestateTestEnvironment.start({
      services: [fragile],
      engine,
      alwaysReplay: true,
      disableRetries: true,
    });
    const client = env.ingress().objectClient(fragile, "k");
    await expect(client.fails()).rejects.toThrow("once is enough");
    await expect(client.random()).rejects.toThrow(/value/);
  });

  it("know what only one of them has", async (test) => {
    await using env = await RestateTestEnvironment.start({ services: [greeter], engine });
    const skipped: (string | undefined)[] = [];
    const stand = { skip: (reason?: string) => void skipped.push(reason) };
    for (const feature of ["clock", "faults", "inspection"] as const) env.skipWithout(feature, stand);
    if (engine === "restate-lite") {
      expect(skipped).toEqual([]);
      return;
    }
    expect(skipped).toEqual([
      'restate-server does not have a clock that the test moves; only engine: "restate-lite" does',
      'restate-server does not have fault injection; only engine: "restate-lite" does',
      'restate-server does not have journals and attempts to look at; only engine: "restate-lite" does',
    ]);
    expect(() => env.clock).toThrow("RL_TEST_NOT_SUPPORTED");
    expect(() => env.faults).toThrow('env.skipWithout("faults", test)');
    expect(() => env.invocations()).toThrow("RL_TEST_NOT_SUPPORTED");
    expect(test.task.name).toContain("only one");
  });
});

describe("restate-server", () => {
  it("is refused with a clock that it does not have", async () => {
    const start = RestateTestEnvironment.start({ services: [greeter], engine: "restate-server", clock: "virtual" });
    await expect(start).rejects.toThrow('clock: "virtual" needs engine: "restate-lite"');
  });

  it("skips a test that needs a clock that it does not have, with the reason", async () => {
    // As vitest's own: what is skipped goes no further.
    const test = {
      skip: (reason?: string) => {
        throw new Error(`skipped: ${reason}`);
      },
    };
    const options = { services: [greeter], clock: "auto", test } as const;
    await expect(RestateTestEnvironment.start({ ...options, engine: "restate-server" })).rejects.toThrow(
      "skipped: restate-server does not have a clock that the test moves",
    );
    await using env = await RestateTestEnvironment.start({ ...options, engine: "restate-lite" });
    expect(env.clock.mode).toBe("auto");
  });

  it("is chosen by RESTATE_TEST_ENGINE for tests that say nothing", async () => {
    process.env.RESTATE_TEST_ENGINE = "restate-server";
    try {
      await using env = await RestateTestEnvironment.start({ services: [greeter] });
      expect(env.engine).toBe("restate-server");
    } finally {
      delete process.env.RESTATE_TEST_ENGINE;
    }
  });
});
