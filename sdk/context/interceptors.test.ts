import { describe, expect, it } from "vitest";
import { type Context, type Hooks, type HooksProvider, service } from "../authoring/index.ts";
import { TerminalError } from "../core/index.ts";
import { isSuspendedError } from "./index.ts";
import { handlerOf, ScriptedServer, settled } from "./scripted-server.fixture.ts";

type Program = (ctx: Context) => Promise<unknown>;

function serverOf(program: Program, hooks: HooksProvider[]): ScriptedServer {
  return new ScriptedServer(handlerOf(service({ name: "P", handlers: { program }, options: { hooks } })));
}

function noting(notes: string[], name: string): HooksProvider {
  const around = async (what: string, next: () => Promise<void>) => {
    notes.push(`${name} before ${what}`);
    try {
      await next();
      notes.push(`${name} after ${what}`);
    } catch (error) {
      notes.push(`${name} ${isSuspendedError(error) ? "left" : `error in ${(error as Error).message}`} ${what}`);
      throw error;
    }
  };
  return ({ request }): Hooks => ({
    interceptor: {
      handler: (next) => around(String(request.target), next),
      run: (step, next) => around(step, next),
    },
  });
}

const hook = (handler: (next: () => Promise<void>) => Promise<void>): HooksProvider => {
  return () => ({ interceptor: { handler } });
};

describe("interceptors", () => {
  it("wrap the handler and the steps that are executed, the first outermost", async () => {
    const notes: string[] = [];
    const server = serverOf(async (ctx) => await ctx.run("step", () => 1), [noting(notes, "a"), noting(notes, "b")]);
    const attempt = await server.attempt();
    await attempt.answerAll();
    expect(attempt.output).toBe(1);
    expect(notes).toEqual([
      "a before P/program",
      "b before P/program",
      "a before step",
      "b before step",
      "b after step",
      "a after step",
      "b after P/program",
      "a after P/program",
    ]);
    notes.length = 0;
    expect((await server.replica().attempt()).output).toBe(1);
    expect(notes).toEqual(["a before P/program", "b before P/program", "b after P/program", "a after P/program"]);
  });

  it("unwind when the attempt suspends", async () => {
    const notes: string[] = [];
    const attempt = await serverOf(async (ctx) => await ctx.sleep(1), [noting(notes, "a")]).attempt({
      inputClosed: true,
    });
    expect(attempt.names()).toEqual(["SleepCommand", "Suspension"]);
    expect(notes).toEqual(["a before P/program", "a left P/program"]);
  });

  it("unwind when the connection is lost", async () => {
    const notes: string[] = [];
    const attempt = await serverOf(async (ctx) => await ctx.sleep(1), [noting(notes, "a")]).attempt();
    attempt.running.disconnected("reset");
    await settled();
    expect(notes.at(-1)).toBe("a left P/program");
  });

  it("see the error of a step that is retried", async () => {
    const notes: string[] = [];
    const failing: Program = async (ctx) =>
      await ctx.run("step", () => {
        throw new Error("flaky");
      });
    const attempt = await serverOf(failing, [noting(notes, "a")]).attempt();
    expect(attempt.the("Error").message).toBe("flaky");
    expect(notes.slice(2)).toEqual(["a error in flaky step", "a error in flaky P/program"]);
  });

  it("can replace an error", async () => {
    const replacing = hook(async (next) => {
      await next().catch(() => {
        throw new TerminalError("replaced", { errorCode: 400 });
      });
    });
    const attempt = await serverOf(async () => {
      throw new Error("original");
    }, [replacing]).attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 400, message: "replaced" } });
  });

  it("can fail what has succeeded", async () => {
    const failing = hook(async (next) => {
      await next();
      throw new Error("afterwards");
    });
    const attempt = await serverOf(async () => 1, [failing]).attempt();
    expect(attempt.names()).toEqual(["Error"]);
    expect(attempt.the("Error").message).toBe("afterwards");
  });

  it("can fail a step", async () => {
    const failing: HooksProvider = () => ({
      interceptor: {
        run: async () => {
          throw new TerminalError("not today");
        },
      },
    });
    const attempt = await serverOf(async (ctx) => await ctx.run("step", () => 1), [failing]).attempt();
    await attempt.answerAll();
    expect(attempt.output).toMatchObject({ failure: { message: "not today" } });
  });

  it("must not leave out what they wrap", async () => {
    const attempt = await serverOf(async () => 1, [hook(async () => {})]).attempt();
    expect(attempt.output).toMatchObject({ failure: { message: expect.stringContaining("next()") } });
  });

  it("must not run the handler twice", async () => {
    let runs = 0;
    const twice = hook(async (next) => {
      await next();
      await next();
    });
    const attempt = await serverOf(async () => ++runs, [twice]).attempt();
    expect(attempt.output).toMatchObject({ failure: { message: expect.stringContaining("called next() twice") } });
    expect(runs).toBe(1);
  });

  it("fail the attempt when their provider does", async () => {
    const attempt = await serverOf(
      async () => 1,
      [
        () => {
          throw new TerminalError("no hooks", { errorCode: 503 });
        },
      ],
    ).attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 503, message: "no hooks" } });
  });

  it("may be absent from hooks, and can find out whether the handler replays", async () => {
    const phases: boolean[] = [];
    const provider: HooksProvider = (context) => {
      const isProcessing = (context as Record<symbol, () => boolean>)[
        Symbol.for("@restatedev/restate-sdk/hooks.isProcessing") as never
      ] as () => boolean;
      const handler = async (next: () => Promise<void>) => {
        phases.push(isProcessing());
        await next();
      };
      return { interceptor: { handler } };
    };
    const server = serverOf(async (ctx) => await ctx.run("step", () => 1), [() => ({}), provider]);
    const attempt = await server.attempt();
    await attempt.answerAll();
    await server.replica().attempt();
    expect(phases).toEqual([true, false]);
  });
});
