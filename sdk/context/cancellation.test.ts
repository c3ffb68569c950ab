import { describe, expect, it } from "vitest";
import { type Context, type ServiceOptions, service } from "../authoring/index.ts";
import { CancelledError, TerminalError } from "../core/index.ts";
import { type ContextInternal, RestatePromise } from "./index.ts";
import { handlerOf, NEVER, type Script, ScriptedServer, type ServedAttempt } from "./scripted-server.fixture.ts";

type Program = (ctx: ContextInternal) => Promise<unknown>;

function serverOf(program: Program, options: ServiceOptions = {}, script: Script = {}): ScriptedServer {
  const handlers = { program: program as (ctx: Context) => Promise<unknown> };
  return new ScriptedServer(handlerOf(service({ name: "P", handlers, options })), { call: () => NEVER, ...script });
}

const cancel = (attempt: ServedAttempt) => attempt.signal({ idx: 1, void: true });
const other = service({ name: "Other", handlers: { wait: async (_ctx: Context) => {} } });
const nameOf = (error: unknown) => [(error as Error).name, (error as TerminalError).code];

describe("a cancellation", () => {
  it("rejects what the handler awaits, and ends the invocation unless that is caught", async () => {
    const server = serverOf(async (ctx) => await ctx.sleep(1));
    const attempt = await server.attempt();
    await cancel(attempt);
    expect(attempt.output).toMatchObject({ failure: { code: 409, message: "Cancelled" } });
  });

  it("lets the handler clean up, and reject again what was awaited when it came", async () => {
    const server = serverOf(async (ctx) => {
      const signal = ctx.signal("never");
      const first = await signal.catch(nameOf);
      const second = await signal.catch(nameOf);
      const cleanup = await ctx.run("undo", () => "undone");
      return [first, second, cleanup];
    });
    const attempt = await server.attempt();
    await cancel(attempt);
    await attempt.answerAll();
    expect(attempt.output).toEqual([["CancelledError", 409], ["CancelledError", 409], "undone"]);
    expect((await server.replica().attempt()).output).toEqual(attempt.output);
  });

  it("reaches every branch that waits, also beside one that has lost a race", async () => {
    const attempt = await serverOf(async (ctx) => {
      const won = await Promise.race([ctx.signal("loser"), ctx.signal("winner")]);
      const branches = [ctx.signal("a"), RestatePromise.all([ctx.signal("b")]), ctx.signal("c").map(() => 1)];
      return [won, ...(await Promise.all(branches.map((branch) => branch.catch(nameOf))))];
    }).attempt();
    await attempt.signal({ name: "winner", value: Buffer.from("1") });
    await cancel(attempt);
    expect(attempt.output).toEqual([1, ["CancelledError", 409], ["CancelledError", 409], ["CancelledError", 409]]);
  });

  it("cancels the calls made so far", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.serviceClient(other).wait()).attempt();
    await attempt.answer();
    await cancel(attempt);
    expect(attempt.the("SendSignalCommand")).toMatchObject({ targetInvocationId: "inv_1called1", idx: 1 });
    expect(attempt.output).toMatchObject({ failure: { code: 409 } });
  });

  it("does not lose the result of what was awaited, for combinators", async () => {
    const attempt = await serverOf(async (ctx) => {
      const signal = ctx.signal("s");
      await signal.catch(() => {});
      return await RestatePromise.all([signal]);
    }).attempt();
    await cancel(attempt);
    await attempt.signal({ name: "s", value: Buffer.from("1") });
    expect(attempt.output).toEqual([1]);
  });

  it("throws an error that is the same on every replay", async () => {
    const server = serverOf(async (ctx) => {
      const error = await ctx.sleep(1).catch((reason) => reason as Error);
      return error instanceof CancelledError && error.stack;
    });
    const attempt = await server.attempt();
    await cancel(attempt);
    expect(attempt.output).toBe("CancelledError: Cancelled");
  });
});

describe("explicit cancellation", () => {
  const options = { explicitCancellation: true };

  it("is a promise, the same until it settles and a new one then", async () => {
    const attempt = await serverOf(async (ctx) => {
      const first = ctx.cancellation();
      const isSame = ctx.cancellation() === first;
      const outcome = await RestatePromise.race([ctx.sleep(1).map(() => "slept"), first.map(() => "cancelled")]);
      const isNew = ctx.cancellation() !== first;
      await ctx.cancellation();
      return [isSame, outcome, isNew];
    }, options).attempt();
    await cancel(attempt);
    expect(attempt.output).toBeUndefined();
    await cancel(attempt);
    expect(attempt.output).toEqual([true, "cancelled", true]);
  });

  it("cancels earlier calls when it is told to", async () => {
    const server = serverOf(async (ctx) => {
      ctx.serviceClient(other).wait();
      ctx.serviceClient(other).wait();
      const cancelled = await ctx.cancelPreviousCalls();
      return [cancelled, await ctx.cancelPreviousCalls()];
    }, options);
    const attempt = await server.attempt();
    await attempt.answerAll();
    expect(attempt.output).toEqual([["inv_1called1", "inv_1called3"], []]);
    expect(attempt.named("SendSignalCommand")).toHaveLength(2);
    expect((await server.replica().attempt()).output).toEqual(attempt.output);
  });

  it("is needed for cancelling earlier calls", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.cancelPreviousCalls()).attempt();
    expect(attempt.output).toEqual([]);
  });

  it("leaves what the handler awaits alone", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.signal("s"), options).attempt();
    await cancel(attempt);
    await attempt.signal({ name: "s", value: Buffer.from("1") });
    expect(attempt.output).toBe(1);
  });

  it("is possible in a step, to stop it", async () => {
    const attempt = await serverOf(async (ctx) => {
      const controller = new AbortController();
      const cancelled = ctx.cancellation().map(() => {
        controller.abort();
        throw new TerminalError("stopped");
      });
      const step = ctx.run(
        "long",
        () => new Promise((resolve) => controller.signal.addEventListener("abort", resolve)),
      );
      return await RestatePromise.race([step, cancelled]);
    }, options).attempt();
    await cancel(attempt);
    expect(attempt.output).toMatchObject({ failure: { message: "stopped" } });
  });
});
