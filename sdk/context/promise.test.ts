import { describe, expect, it } from "vitest";
import { type Context, service } from "../authoring/index.ts";
import { TerminalError, TimeoutError } from "../core/index.ts";
import { isRestatePromise, RestatePromise } from "./index.ts";
import { Fails, handlerOf, type Script, ScriptedServer } from "./scripted-server.fixture.ts";

type Program = (ctx: Context) => Promise<unknown>;

function serverOf(program: Program, script: Script = {}): ScriptedServer {
  return new ScriptedServer(handlerOf(service({ name: "P", handlers: { program } })), script);
}

/** Signals, by name, that settle in the order given here. */
async function outputOf(program: Program, ...settled: [name: string, value: unknown][]): Promise<unknown> {
  const server = serverOf(program);
  const live = await server.attempt();
  for (const [name, value] of settled) {
    const result = value instanceof Fails ? { failure: value.failure } : { value: Buffer.from(JSON.stringify(value)) };
    await live.signal({ name, ...result });
  }
  const replay = await server.replica().attempt();
  expect(replay.output).toEqual(live.output);
  return live.output;
}

const fails = (message: string) => new Fails(500, message);
const messageOf = (error: unknown) => (error as Error).message;

describe("combinators", () => {
  it("all", async () => {
    const all: Program = async (ctx) => await RestatePromise.all([ctx.signal("a"), ctx.signal("b")]);
    expect(await outputOf(all, ["b", 2], ["a", 1])).toEqual([1, 2]);
    expect(await outputOf((ctx) => all(ctx).catch(messageOf), ["b", fails("no")])).toBe("no");
    expect(await outputOf(async () => await RestatePromise.all([]))).toEqual([]);
  });

  it("race", async () => {
    const race: Program = async (ctx) => await RestatePromise.race([ctx.signal("a"), ctx.signal("b")]);
    expect(await outputOf(race, ["b", 2])).toBe(2);
    expect(await outputOf((ctx) => race(ctx).catch(messageOf), ["a", fails("no")])).toBe("no");
  });

  it("any", async () => {
    const any: Program = async (ctx) => await RestatePromise.any([ctx.signal("a"), ctx.signal("b")]);
    expect(await outputOf(any, ["a", fails("no")], ["b", 2])).toBe(2);
    const none: Program = (ctx) => any(ctx).catch((error: AggregateError) => error.errors.map(messageOf));
    expect(await outputOf(none, ["b", fails("b")], ["a", fails("a")])).toEqual(["a", "b"]);
  });

  it("allSettled", async () => {
    const settled: Program = async (ctx) => {
      const [a, b] = await RestatePromise.allSettled([ctx.signal("a"), ctx.signal("b")]);
      return [a.status, b.status];
    };
    expect(await outputOf(settled, ["a", fails("no")], ["b", 2])).toEqual(["rejected", "fulfilled"]);
  });

  it("nest", async () => {
    const nested: Program = async (ctx) =>
      await RestatePromise.all([
        RestatePromise.race([ctx.signal("a"), ctx.signal("b")]),
        RestatePromise.any([ctx.signal("c"), ctx.signal("d")]),
        RestatePromise.resolve("constant"),
      ]);
    expect(await outputOf(nested, ["c", fails("no")], ["b", 1], ["d", 2])).toEqual([1, 2, "constant"]);
  });

  it("keep losers usable", async () => {
    const program: Program = async (ctx) => {
      const [a, b] = [ctx.signal("a"), ctx.signal("b")];
      const winner = await RestatePromise.race([a, b]);
      return [winner, await a, await b];
    };
    expect(await outputOf(program, ["b", 2], ["a", 1])).toEqual([2, 1, 2]);
  });

  it("can be those of Promise", async () => {
    const program: Program = async (ctx) => {
      const first = await Promise.race([ctx.signal("a"), ctx.signal("b")]);
      return [first, await Promise.all([ctx.signal("c"), ctx.signal("d")])];
    };
    expect(await outputOf(program, ["b", 2], ["d", 4], ["c", 3])).toEqual([2, [3, 4]]);
  });

  it("tell the server what is awaited, as a tree in v7 and as a list before", async () => {
    const program: Program = async (ctx) =>
      await RestatePromise.all([ctx.signal("a"), RestatePromise.race([ctx.signal("b"), ctx.sleep(1000)])]);
    const tree = await serverOf(program).attempt({ inputClosed: true });
    expect(tree.the("Suspension").awaitingOn).toMatchObject({
      combinatorType: 1,
      waitingSignals: [1],
      nestedFutures: [
        {
          combinatorType: 4,
          waitingNamedSignals: ["a"],
          nestedFutures: [{ combinatorType: 1, waitingCompletions: [1], waitingNamedSignals: ["b"] }],
        },
      ],
    });
    const list = await serverOf(program, { version: 6 }).attempt({ inputClosed: true });
    expect(list.the("Suspension")).toMatchObject({
      waitingCompletions: [1],
      waitingSignals: [1],
      waitingNamedSignals: ["a", "b"],
    });
  });

  it("suspend for all branches that wait", async () => {
    const program: Program = async (ctx) =>
      await Promise.all([ctx.signal("a"), (async () => [await ctx.signal("b"), await ctx.signal("c")])()]);
    const attempt = await serverOf(program, { version: 5 }).attempt({ inputClosed: true });
    expect(attempt.the("Suspension").waitingNamedSignals.toSorted()).toEqual(["a", "b"]);
    expect(attempt.hasEnded).toBe(true);
  });

  it("refuse plain promises", async () => {
    const program: Program = async (ctx) =>
      await RestatePromise.all([ctx.signal("a"), Promise.resolve(1) as unknown as RestatePromise<number>]);
    const attempt = await serverOf(program).attempt();
    expect(attempt.output).toMatchObject({ failure: { message: expect.stringContaining("index 1 a plain Promise") } });
  });

  it("refuse promises of two contexts", async () => {
    const contexts: Context[] = [];
    const program: Program = async (ctx) => {
      contexts.push(ctx);
      return await ctx.signal("a");
    };
    await serverOf(program).attempt();
    await serverOf(program).attempt();
    const [one, other] = contexts.map((ctx) => ctx.signal("b")) as [RestatePromise<unknown>, RestatePromise<unknown>];
    expect(() => RestatePromise.race([one, other])).toThrow("contexts of different invocations");
  });
});

describe("orTimeout", () => {
  const program: Program = async (ctx) => {
    const error = await ctx
      .signal("a")
      .orTimeout({ seconds: 1 })
      .catch((reason) => reason as Error);
    return error instanceof TimeoutError ? [error.name, error.message, error.code] : error;
  };

  it("gives the result that comes in time", async () => {
    const live = await serverOf(program).attempt();
    expect(live.names()).toContain("SleepCommand");
    await live.signal({ name: "a", value: Buffer.from("1") });
    expect(live.output).toBe(1);
  });

  it("rejects after the time", async () => {
    const server = serverOf(program);
    const live = await server.attempt();
    await live.answerAll();
    expect(live.output).toEqual(["TimeoutError", "Timeout occurred", 408]);
    expect((await server.replica().attempt()).output).toEqual(live.output);
  });
});

describe("map", () => {
  it("changes values and failures", async () => {
    const program: Program = async (ctx) => {
      const doubled = ctx.signal<number>("a").map((value) => (value ?? 0) * 2);
      const mended = ctx.signal<number>("b").map((_, failure) => failure?.message);
      const broken = ctx.signal<number>("c").map(() => {
        throw new TerminalError("broken", { errorCode: 418 });
      });
      const code = broken.catch((error) => (error as TerminalError).code);
      return [...(await RestatePromise.all([doubled, mended])), await code];
    };
    expect(await outputOf(program, ["a", 2], ["c", 1], ["b", fails("no")])).toEqual([4, "no", 418]);
  });

  it("calls the mapper once, and only for who awaits", async () => {
    let calls = 0;
    const program: Program = async (ctx) => {
      const signal = ctx.signal("a");
      const mapped = signal.map(() => ++calls);
      signal.map(() => ++calls);
      return [await mapped, await mapped, await mapped.map((value) => value)];
    };
    const live = await serverOf(program).attempt();
    await live.signal({ name: "a", value: Buffer.from("1") });
    expect(live.output).toEqual([1, 1, 1]);
    expect(calls).toBe(1);
  });

  it("awaits what an async mapper returns", async () => {
    const program: Program = async (ctx) => await ctx.signal<number>("a").map(async (value) => (value ?? 0) + 1);
    expect(await outputOf(program, ["a", 1])).toBe(2);
  });

  it("fails the attempt when the mapper throws what is not terminal", async () => {
    const program: Program = async (ctx) => {
      try {
        await ctx.signal("a").map(() => {
          throw new Error("a bug");
        });
      } catch {
        return "swallowed";
      }
      return "passed";
    };
    const live = await serverOf(program).attempt();
    await live.signal({ name: "a", value: Buffer.from("1") });
    expect(live.the("Error").message).toBe("a bug");
    expect(live.output).toBeUndefined();
  });
});

describe("constants", () => {
  it("behave as promises of a context", async () => {
    const kept = RestatePromise.resolve(1);
    expect(RestatePromise.resolve(kept)).toBe(kept);
    expect(isRestatePromise(kept)).toBe(true);
    expect(isRestatePromise(Promise.resolve())).toBe(false);
    expect(await kept).toBe(1);
    expect(await kept.map((value) => (value ?? 0) + 1)).toBe(2);
    expect(await kept.orTimeout(1)).toBe(1);
    expect(await RestatePromise.all([kept, RestatePromise.resolve("b")])).toEqual([1, "b"]);
    const rejected = RestatePromise.reject(new TerminalError("no"));
    expect(await rejected.map((_, failure) => failure?.message)).toBe("no");
    await expect(rejected).rejects.toThrow("no");
    await expect(RestatePromise.race([]).orTimeout(1)).rejects.toThrow(TimeoutError);
    expect(String(kept)).toBe("[object ConstRestatePromise]");
    expect(await kept.finally(() => {})).toBe(1);
  });
});
