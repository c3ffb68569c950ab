import { describe, expect, it } from "vitest";
import { type Context, type InvocationId, type ObjectContext, object, rpc } from "../authoring/index.ts";
import { SdkError } from "../core/index.ts";
import { RestatePromise } from "./index.ts";
import { handlerOf, ScriptedServer, type ServedAttempt, settled } from "./scripted-server.fixture.ts";

type Program = (ctx: ObjectContext) => Promise<unknown>;

const other = object({ name: "Other", handlers: { ask: async (_ctx: ObjectContext, _input: unknown) => {} } });
const PLACE = "P/program, invocation inv_1test";

function serverOf(program: Program): ScriptedServer {
  return new ScriptedServer(handlerOf(object({ name: "P", handlers: { program } })), { key: "k" });
}

async function attemptOf(program: Program): Promise<ServedAttempt> {
  return await serverOf(program).attempt();
}

const warnings = (server: ScriptedServer) =>
  server.logs.filter(({ level }) => level === "warn").map(({ text }) => text);

/** The terminal failure with which the handler ended. */
function failureIn(attempt: ServedAttempt): { code: number; message: string } {
  const { failure } = attempt.output as { failure: { code: number; message: string } };
  return failure;
}

/** Waits for something that is not durable. */
const elsewhere = () => new Promise((resolve) => setImmediate(resolve));

describe("using a context after its handler has returned", () => {
  it("throws where it happens, and is logged", async () => {
    let error: unknown;
    let context: Context | undefined;
    const server = serverOf(async (ctx) => {
      context = ctx;
      elsewhere()
        .then(() => ctx.set("late", 1))
        .catch((reason) => (error = reason));
    });
    await server.attempt();
    expect(error).toBeInstanceOf(SdkError);
    expect(error).toMatchObject({ code: "RL_SDK_CONTEXT_USED_AFTER_END" });
    expect((error as Error).message).toContain('ctx.set("late")');
    expect((error as Error).message).toContain(PLACE);
    expect(server.logs.at(-1)?.level).toBe("error");
    expect(() => context?.sleep(1)).toThrow("ctx.sleep");
    expect(() => context?.run("x", () => 1)).toThrow('ctx.run("x")');
  });

  it("rejects a promise that is first awaited then", async () => {
    let sleep: Promise<void> | undefined;
    await attemptOf(async (ctx) => {
      sleep = ctx.sleep(1);
    });
    await expect(sleep).rejects.toMatchObject({ code: "RL_SDK_CONTEXT_USED_AFTER_END" });
  });

  it("is no mistake in an attempt that ended otherwise: the handler just stays where it is", async () => {
    let wentOn: string | undefined;
    const attempt = await serverOf(async (ctx) => {
      const branch = elsewhere().then(async () => {
        wentOn = "before";
        ctx.set("late", 1);
        await ctx.sleep(1);
        wentOn = "after";
      });
      await Promise.all([ctx.signal("never"), branch]);
    }).attempt({ inputClosed: true });
    expect(attempt.names()).toEqual(["Suspension"]);
    expect(wentOn).toBe("before");
  });
});

describe("using a context inside a step", () => {
  const inside: Record<string, (ctx: ObjectContext) => unknown> = {
    "at once": (ctx) => ctx.set("x", 1),
    "after an await": async (ctx) => {
      await elsewhere();
      ctx.set("x", 1);
    },
    "in a function that it awaits": async (ctx) => {
      await (async () => {
        await elsewhere();
        await ctx.sleep(1);
      })();
    },
    "in another step": (ctx) => ctx.run("inner", () => 1),
    "by the recorded clock": (ctx) => ctx.date.now(),
    "in a call": async (ctx) => {
      await null;
      return await ctx.objectClient(other, "k").ask(1);
    },
  };

  it.each(Object.entries(inside))("fails the step: %s", async (_title, action) => {
    const attempt = await attemptOf(async (ctx) => await ctx.run("outer", () => action(ctx)));
    await settled();
    await attempt.answerAll();
    expect(attempt.names()).toEqual(["RunCommand", "ProposeRunCompletion", "AwaitingOn", "OutputCommand", "End"]);
    const { message } = failureIn(attempt);
    expect(message).toContain('inside the closure of ctx.run("outer")');
    expect(message).toContain(PLACE);
    expect(message).toContain("[RL_SDK_CONTEXT_USED_IN_RUN]");
  });

  it("is not what a branch beside the step does", async () => {
    const attempt = await attemptOf(async (ctx) => {
      const branch = async () => {
        await elsewhere();
        ctx.set("beside", 1);
        await ctx.sleep(1);
        return "fine";
      };
      const step = async () => {
        await elsewhere();
        await elsewhere();
        return 1;
      };
      return await Promise.all([branch(), ctx.run("step", step)]);
    });
    await settled();
    await attempt.answerAll();
    expect(attempt.output).toEqual(["fine", 1]);
  });

  it("is allowed for what is no command", async () => {
    const attempt = await attemptOf(async (ctx) =>
      ctx.run("step", async () => {
        ctx.console.log("hello");
        return [ctx.key, ctx.request().id, typeof ctx.rand.random()];
      }),
    );
    await attempt.answerAll();
    expect(attempt.output).toEqual(["k", "inv_1test", "number"]);
  });
});

describe("promises that are never awaited", () => {
  it("are warned of at the end of the handler", async () => {
    const server = serverOf(async (ctx) => {
      ctx.run("charge", () => 1);
      ctx.sleep(1);
      ctx.objectClient(other, "k").ask(1);
      RestatePromise.all([ctx.attach("inv_1a" as InvocationId)]);
      return 1;
    });
    const attempt = await server.attempt();
    expect(attempt.output).toBe(1);
    const [warning] = warnings(server);
    expect(warning).toContain(
      'ctx.run("charge"), ctx.sleep, a call of Other/ask, RestatePromise.all of 1 promises (P/program, invocation inv_1test)',
    );
    const replica = server.replica();
    await replica.attempt();
    expect(warnings(replica)).toHaveLength(1);
  });

  it("are none where the command is all that matters", async () => {
    const server = serverOf(async (ctx) => {
      ctx.set("a", 1);
      ctx.objectSendClient(other, "k").ask(1);
      ctx.awakeable();
      ctx.signal("maybe");
      const call = ctx.objectClient(other, "k").ask(1);
      const timeout = ctx.sleep(1).map(() => "slow");
      const slow = RestatePromise.race([call, timeout]);
      return await RestatePromise.race([slow, ctx.run("fast", () => "fast")]);
    });
    const attempt = await server.attempt();
    await attempt.answerAll();
    expect(attempt.names()).toContain("End");
    expect(warnings(server)).toEqual([]);
  });
});

describe("a value that does not serialize", () => {
  const cycle: Record<string, unknown> = { name: "a" };
  cycle.children = [{ parent: cycle }];
  const cases: Record<string, [program: Program, subject: string, reason: string]> = {
    "in state": [
      async (ctx) => ctx.set("cart", { items: [1, { price: 3n }] }),
      'ctx.set("cart")',
      "BigInt at items[1].price",
    ],
    "of a step": [async (ctx) => await ctx.run("step", () => cycle), 'ctx.run("step")', "children[0].parent"],
    "of a call": [async (ctx) => await ctx.objectClient(other, "k").ask(1n), "a call of Other/ask", "it is a BigInt"],
    "of a send": [
      async (ctx) => void ctx.objectSendClient(other, "k").ask({ "odd key": 1n }),
      "a send to Other/ask",
      '["odd key"]',
    ],
    "for an awakeable": [async (ctx) => ctx.resolveAwakeable("sign_1x", 1n), "sign_1x", "BigInt"],
  };

  it.each(Object.entries(cases))("is the answer, and says where: %s", async (_title, [program, subject, reason]) => {
    const server = serverOf(async (ctx) => {
      await program(ctx);
      ctx.set("went on", 1);
      await ctx.sleep(1);
      return "passed";
    });
    const attempt = await server.attempt();
    await attempt.answerAll();
    const { code, message } = failureIn(attempt);
    expect(code).toBe(500);
    for (const part of [subject, reason, PLACE, "[RL_SDK_VALUE_NOT_SERIALIZABLE]"]) expect(message).toContain(part);
    expect(attempt.names()).not.toContain("SleepCommand");
    expect(attempt.names()).toContain("End");
  });
});

describe("a result that cannot be read", () => {
  it("fails the attempt, related to its command", async () => {
    const serde = {
      serialize: () => new Uint8Array([1]),
      deserialize: () => {
        throw new Error("unknown form");
      },
    };
    const attempt = await attemptOf(async (ctx) => await ctx.run("step", () => 1, { serde }));
    await attempt.answerAll();
    const { message, relatedCommandIndex, relatedCommandName } = attempt.the("Error");
    expect(message).toContain('ctx.run("step") could not be deserialized: unknown form');
    expect([relatedCommandIndex, relatedCommandName]).toEqual([1, "step"]);
  });
});

describe("arguments", () => {
  it.each([-1, Number.NaN, { seconds: -1 }, undefined])("refuse to sleep for %s", async (duration) => {
    const attempt = await attemptOf(async (ctx) => await ctx.sleep(duration as number));
    expect(failureIn(attempt).message).toContain("ctx.sleep was given");
    expect(failureIn(attempt).message).toContain("[RL_SDK_SLEEP_INVALID]");
  });

  it.each([["name"], [{}], ["name", 1], [() => 1, () => 2]])("refuse to run %s", async (...args) => {
    const attempt = await attemptOf(async (ctx) => await (ctx.run as (...all: unknown[]) => Promise<unknown>)(...args));
    expect(failureIn(attempt).message).toContain("ctx.run was called with");
  });
});

describe("arguments that would be dropped", () => {
  const cases: readonly [string, string, Program][] = [
    [
      "RL_SDK_UNKNOWN_OPTION",
      'ctx.run("charge") has no option "maxRetries"',
      async (ctx) => ctx.run("charge", () => 1, { maxRetries: 3 } as never),
    ],
    [
      "RL_SDK_UNKNOWN_OPTION",
      'A call of Other/ask has no option "delay"',
      async (ctx) => ctx.objectClient(other, "k").ask(1, rpc.sendOpts({ delay: 1 }) as never),
    ],
    [
      "RL_SDK_CLIENT_ARGUMENTS",
      "takes nothing more, and was given { delay }",
      async (ctx) => {
        const client = ctx.objectSendClient as unknown as (...args: unknown[]) => { ask(input: number): unknown };
        client.call(ctx, other, "k", { delay: 1 }).ask(1);
      },
    ],
  ];

  it.each(cases)("%s: %s", async (_code, message, program) => {
    expect(failureIn(await attemptOf(program)).message).toContain(message);
  });
});
