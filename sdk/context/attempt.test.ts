import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { type Context, type ServiceOptions, service } from "../authoring/index.ts";
import { type JournalValueCodec, PauseError, RetryableError, TerminalError } from "../core/index.ts";
import { FRAME_HEADER_BYTES, InputCommand, OutputCommand, Start } from "../protocol/index.ts";
import { handlerOf, json, type Script, ScriptedServer, settled } from "./scripted-server.fixture.ts";

type Greet = (ctx: Context, name: string) => Promise<unknown>;

function serverOf(greet: Greet, script: Script = {}, options: ServiceOptions = {}): ScriptedServer {
  return new ScriptedServer(handlerOf(service({ name: "Greeter", handlers: { greet }, options })), {
    input: "Ada",
    ...script,
  });
}

describe("an attempt", () => {
  it("answers what the handler returns, in one write", async () => {
    const attempt = await serverOf(async (_ctx, name) => `Hello ${name}`).attempt();
    expect(attempt.output).toBe("Hello Ada");
    expect(attempt.names()).toEqual(["OutputCommand", "End"]);
    expect(attempt.writes).toBe(1);
    expect(attempt.hasEnded).toBe(true);
  });

  it("answers before the turn of the event loop in which its request came is over", async () => {
    const attempt = await serverOf(async (ctx) => {
      await null;
      ctx.rand.random();
      return 1;
    }).attempt();
    attempt.hasEnded = false;
    attempt.begin();
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(attempt.hasEnded).toBe(true);
  });

  it("sends the command and the result of a quick step in one write", async () => {
    const attempt = await serverOf(async (ctx, name) => await ctx.run("x", async () => `${name}!`)).attempt();
    expect(attempt.names().slice(0, 2)).toEqual(["RunCommand", "ProposeRunCompletion"]);
    expect(attempt.writes).toBe(1);
    await attempt.answerAll();
    expect(attempt.output).toBe("Ada!");
  });

  it("sends the command of a step before a closure that takes its time is through", async () => {
    let finish: (value: string) => void = () => {};
    const attempt = await serverOf(
      async (ctx) => await ctx.run("x", () => new Promise<string>((r) => (finish = r))),
    ).attempt();
    expect(attempt.names()).toEqual(["RunCommand"]);
    finish("done");
    await settled();
    await attempt.answerAll();
    expect(attempt.output).toBe("done");
  });

  it("sends commands although the handler waits for something that is not durable", async () => {
    const greeterService = service({ name: "Other", handlers: { greet: async (_ctx: Context, _name: string) => {} } });
    let goOn: () => void = () => {};
    const attempt = await serverOf(async (ctx) => {
      ctx.serviceSendClient(greeterService).greet("b");
      await new Promise<void>((resolve) => (goOn = resolve));
    }).attempt();
    expect(attempt.names()).toEqual(["OneWayCallCommand"]);
    goOn();
    await settled();
    expect(attempt.names()).toEqual(["OneWayCallCommand", "OutputCommand", "End"]);
  });

  it("executes steps that are awaited together at the same time", async () => {
    const running: string[] = [];
    const finish: Record<string, () => void> = {};
    const step = (name: string) => () => {
      running.push(name);
      return new Promise<string>((resolve) => (finish[name] = () => resolve(name)));
    };
    const attempt = await serverOf(async (ctx) =>
      Promise.all([ctx.run("a", step("a")), ctx.run("b", step("b")), ctx.run("c", step("c"))]),
    ).attempt();
    expect(running).toEqual(["a", "b", "c"]);
    for (const name of ["c", "a", "b"]) finish[name]?.();
    await settled();
    await attempt.answerAll();
    expect(attempt.output).toEqual(["a", "b", "c"]);
  });

  it("takes its bytes cut anywhere", async () => {
    const server = serverOf(async (_ctx, name) => name, { start: { knownEntries: 1 } });
    const [input] = server.journal.splice(0);
    const attempt = await server.attempt();
    expect(attempt.hasEnded).toBe(false);
    for (const byte of input ?? []) attempt.running.push(Buffer.from([byte]));
    await settled();
    expect(attempt.output).toBe("Ada");
  });

  it("ends with an error when its input is no journal", async () => {
    const attempt = await serverOf(async () => 1, { start: { knownEntries: 0 } }).attempt();
    expect(attempt.names()).toEqual(["Error"]);
    expect(attempt.hasEnded).toBe(true);
  });

  it("ends with an error when something else than a message arrives later", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.sleep(1)).attempt();
    await attempt.notify(Start.frame({ knownEntries: 1 }));
    expect(attempt.names()).toEqual(["SleepCommand", "AwaitingOn", "Error"]);
    expect(attempt.hasEnded).toBe(true);
  });
});

describe("a handler that throws", () => {
  const throwing = (error: unknown): Greet => {
    return async () => {
      throw error;
    };
  };

  it("fails with a terminal error", async () => {
    const error = new TerminalError("no", { errorCode: 418, metadata: { a: "b" } });
    const attempt = await serverOf(throwing(error)).attempt();
    expect(attempt.output).toMatchObject({
      failure: { code: 418, message: "no", metadata: [{ key: "a", value: "b" }] },
    });
    expect(attempt.names()).toEqual(["OutputCommand", "End"]);
  });

  it.each([
    ["an error", new Error("a bug"), { message: "a bug", code: 500 }],
    ["a value", { odd: 1 }, { message: 'Non-Error value: {"odd":1}' }],
    ["an error with a delay", new RetryableError("later", { retryAfter: { seconds: 2 } }), { nextRetryDelay: 2000 }],
    ["a pause, which means nothing here", new PauseError("stop"), { message: "stop", behavior: 0 }],
  ])("is retried after %s", async (_title, error, said) => {
    const attempt = await serverOf(throwing(error)).attempt();
    expect(attempt.names()).toEqual(["Error"]);
    expect(attempt.the("Error")).toMatchObject(said);
    expect(attempt.the("Error").stacktrace).toContain(attempt.the("Error").message);
  });

  it("fails when its service takes the error for a terminal one", async () => {
    const asTerminalError = (error: unknown) =>
      (error as Error).name === "Mine" ? new TerminalError("mine", { errorCode: 422 }) : undefined;
    const error = Object.assign(new Error("x"), { name: "Mine" });
    const attempt = await serverOf(throwing(error), {}, { asTerminalError }).attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 422, message: "mine" } });
    const step: Greet = async (ctx) =>
      await ctx.run(() => {
        throw error;
      });
    const stepping = await serverOf(step, {}, { asTerminalError }).attempt();
    await stepping.answerAll();
    expect(stepping.output).toMatchObject({ failure: { code: 422, message: "mine" } });
  });

  it("fails on an input that it cannot read", async () => {
    const serde = {
      serialize: () => new Uint8Array(),
      deserialize: () => {
        throw new Error("odd input");
      },
    };
    const attempt = await serverOf(async () => 1, {}, { serde }).attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 400, message: expect.stringContaining("odd input") } });
  });
});

describe("a step that throws", () => {
  const step =
    (error: unknown, options = {}): Greet =>
    async (ctx) =>
      await ctx.run(
        "step",
        () => {
          throw error;
        },
        options,
      );

  it("ends the attempt, related to the step", async () => {
    const server = serverOf(step(new Error("flaky")));
    const attempt = await server.attempt();
    expect(attempt.names()).toEqual(["RunCommand", "Error"]);
    expect(attempt.the("Error")).toMatchObject({
      message: "flaky",
      relatedCommandIndex: 1,
      relatedCommandName: "step",
    });
    expect(attempt.hasEnded).toBe(true);
    expect(server.logs.find(({ level }) => level === "warn")?.text).toContain('ctx.run("step")');
  });

  it("is retried by its own policy, with the documented defaults", async () => {
    const server = serverOf(step(new Error("flaky"), { maxRetryAttempts: 3 }));
    const attempt = await server.attempt();
    expect(attempt.the("Error").nextRetryDelay).toBe(50);
    const start = { retryCountSinceLastStoredEntry: 2, durationSinceLastStoredEntry: 100 };
    const third = new ScriptedServer(server.handler, { ...server.script, start }, server.journal);
    const last = await third.attempt();
    await last.answerAll();
    expect(last.output).toMatchObject({ failure: { code: 500, message: "flaky" } });
  });

  it("ends the attempt when the mapping of its error throws", async () => {
    const asTerminalError = () => {
      throw new Error("a bug in the mapping");
    };
    const attempt = await serverOf(step(new Error("flaky")), {}, { asTerminalError }).attempt();
    expect(attempt.the("Error")).toMatchObject({ message: "a bug in the mapping", relatedCommandName: "step" });
  });

  it("sets the delay and pauses by its error", async () => {
    const delayed = await serverOf(step(new RetryableError("later", { retryAfter: 1234 }))).attempt();
    expect(delayed.the("Error").nextRetryDelay).toBe(1234);
    const paused = await serverOf(step(new PauseError("stop"))).attempt();
    expect(paused.the("Error").behavior).toBe(1);
  });
});

describe("the end of the connection", () => {
  it("suspends a handler that waits, in request/response mode", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.sleep(1)).attempt({ inputClosed: true });
    expect(attempt.names()).toEqual(["SleepCommand", "Suspension"]);
    expect(attempt.hasEnded).toBe(true);
  });

  it("does not keep a step from being executed and its result from being sent", async () => {
    const attempt = await serverOf(async (ctx) => await ctx.run(() => 1)).attempt({ inputClosed: true });
    expect(attempt.names()).toEqual(["RunCommand", "ProposeRunCompletion", "Suspension"]);
  });

  it("lets a handler that waits for nothing finish", async () => {
    const attempt = await serverOf(async () => 1).attempt({ inputClosed: true });
    expect(attempt.output).toBe(1);
  });

  it("stops the handler where it is", async () => {
    let aborted = false;
    let wentOn = false;
    const attempt = await serverOf(async (ctx) => {
      ctx.request().attemptCompletedSignal.addEventListener("abort", () => (aborted = true));
      await ctx.sleep(1);
      wentOn = true;
    }).attempt();
    const writes = attempt.writes;
    attempt.running.disconnected("reset");
    expect(attempt.hasEnded).toBe(true);
    expect(attempt.writes).toBe(writes);
    expect(aborted).toBe(true);
    await attempt.answer();
    attempt.running.inputClosed();
    attempt.running.disconnected("again");
    await settled();
    expect(wentOn).toBe(false);
  });
});

describe("a journal value codec", () => {
  const flipped = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff);
  const codec: JournalValueCodec = { encode: flipped, decode: async (bytes) => flipped(bytes) };
  const flippedJson = (value: unknown) => Buffer.from(flipped(json(value)));

  it.each(["at hand", "promised"])("transforms what goes into the journal (%s)", async (when) => {
    const journalValueCodec = when === "promised" ? Promise.resolve(codec) : codec;
    const server = serverOf(
      async (ctx, name) => {
        const step = await ctx.run(() => "step");
        const signal = await ctx.signal("s");
        return [name, step, signal];
      },
      { environment: { journalValueCodec } },
    );
    server.journal[0] = InputCommand.frame({ value: flippedJson("Ada") });
    const attempt = await server.attempt();
    await attempt.answerAll();
    await attempt.signal({ name: "s", value: flippedJson("signal") });
    expect(attempt.names().at(-1)).toBe("End");
    const output = server.journal.at(-1) as Buffer;
    const bytes = OutputCommand.decode(output.subarray(FRAME_HEADER_BYTES)).value as Uint8Array;
    expect(JSON.parse(Buffer.from(flipped(bytes)).toString())).toEqual(["Ada", "step", "signal"]);
  });

  it("that cannot decode the input fails the invocation", async () => {
    const broken: JournalValueCodec = { encode: flipped, decode: () => Promise.reject(new Error("wrong key")) };
    const attempt = await serverOf(async () => 1, { environment: { journalValueCodec: broken } }).attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 400, message: expect.stringContaining("wrong key") } });
  });

  it("that is not to be had fails the attempt", async () => {
    const journalValueCodec = Promise.reject(new Error("no key server"));
    const attempt = await serverOf(async () => 1, { environment: { journalValueCodec } }).attempt();
    expect(attempt.the("Error").message).toBe("no key server");
    expect(attempt.hasEnded).toBe(true);
  });
});

describe("the logger", () => {
  it("does no harm when it throws", async () => {
    const logger = () => {
      throw new Error("disk full");
    };
    const attempt = await serverOf(async (ctx) => await ctx.sleep(1), { environment: { logger } }).attempt();
    await attempt.answerAll();
    expect(attempt.names().at(-1)).toBe("End");
  });

  it("hears of the course of an invocation, and of the handler's console when it does not replay", async () => {
    const server = serverOf(async (ctx) => {
      ctx.console.log("before", 1);
      await ctx.sleep(1);
      ctx.console.warn("after");
    });
    const live = await server.attempt();
    await live.answerAll();
    expect(server.logs.map(({ level, source, text }) => `${level} ${source} ${text}`)).toEqual([
      "info JOURNAL Starting invocation.",
      "info USER before 1",
      "warn USER after",
      "info JOURNAL Invocation completed successfully.",
    ]);
    const replica = server.replica();
    await replica.attempt();
    expect(replica.logs.map(({ replaying, text }) => [replaying, text])).toEqual([
      [false, "Replaying invocation."],
      [true, "before 1"],
      [false, "after"],
      [false, "Invocation completed successfully."],
    ]);
    const suspended = serverOf(async (ctx) => await ctx.sleep(1));
    await suspended.attempt({ inputClosed: true });
    expect(suspended.logs.at(-1)?.text).toBe("Invocation suspended");
  });
});

describe("the flow of control of the platform", () => {
  it("reaches the closure of a step from where it was made, also when many attempts run", async () => {
    const storage = new AsyncLocalStorage<string>();
    const server = () => serverOf(async (ctx) => await ctx.run("step", async () => storage.getStore() ?? null));
    const attempts = await Promise.all(["a", "b", "c"].map((name) => storage.run(name, () => server().attempt())));
    expect(attempts.map((attempt) => attempt.the("ProposeRunCompletion").value)).toEqual(['"a"', '"b"', '"c"']);
  });
});
