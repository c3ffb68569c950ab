import { describe, expect, it } from "vitest";
import { type Context, service } from "../authoring/index.ts";
import { TerminalError } from "../core/index.ts";
import { Fails, handlerOf, type Script, ScriptedServer } from "./scripted-server.fixture.ts";

type Program = (ctx: Context) => Promise<unknown>;

const other = service({ name: "Other", handlers: { ask: async (_ctx: Context) => {} } });

/** Everything that user code can see of an error. */
function seen(error: unknown): unknown {
  const { name, message, stack, cause } = error as Error;
  const { code, metadata } = error as TerminalError;
  return { name, message, code, metadata, stack, cause, isTerminal: error instanceof TerminalError };
}

async function liveAndReplayed(program: Program, script: Script = {}): Promise<[unknown, unknown]> {
  const server = new ScriptedServer(handlerOf(service({ name: "P", handlers: { program } })), script);
  const live = await server.attempt();
  await live.answerAll();
  const replay = await server.replica().attempt();
  expect(replay.names()).toEqual(["OutputCommand", "End"]);
  return [live.output, replay.output];
}

describe("an error", () => {
  it.each([
    [5, {}],
    [7, { card: "1" }],
  ] as const)("of a step is the same live and replayed (v%i)", async (version, metadata) => {
    const error = new TerminalError("card declined", { errorCode: 402, metadata });
    const program: Program = async (ctx) => {
      const caught = await ctx
        .run("charge", () => {
          throw error;
        })
        .catch((reason) => reason);
      expect(caught).not.toBe(error);
      return seen(caught);
    };
    const [live, replayed] = await liveAndReplayed(program, { version });
    expect(live).toEqual({
      name: "TerminalError",
      message: "card declined",
      code: 402,
      metadata,
      stack: "TerminalError: card declined",
      isTerminal: true,
    });
    expect(replayed).toEqual(live);
  });

  it("of a call is the same live and replayed", async () => {
    const program: Program = async (ctx) => await ctx.serviceClient(other).ask().catch(seen);
    const script = { call: () => new Fails(404, "not there", { a: "b" }) };
    const [live, replayed] = await liveAndReplayed(program, script);
    expect(live).toMatchObject({ code: 404, metadata: { a: "b" }, stack: "TerminalError: not there" });
    expect(replayed).toEqual(live);
  });

  it("has its metadata whole, whatever its names are", async () => {
    const program: Program = async (ctx) =>
      await ctx
        .serviceClient(other)
        .ask()
        .catch((error: TerminalError) => Object.entries(error.metadata ?? {}));
    const metadata = Object.fromEntries(["__proto__", "constructor", "a"].map((name) => [name, "b"]));
    const [live] = await liveAndReplayed(program, { call: () => new Fails(404, "not there", metadata) });
    expect(live).toEqual(Object.entries(metadata));
  });

  it("can be passed on with its stack without breaking the journal", async () => {
    const program: Program = async (ctx) => {
      try {
        return await ctx.serviceClient(other).ask();
      } catch (error) {
        const text = `${(error as Error).stack}`;
        const kept = await ctx.run("note", () => text);
        await ctx.sleep(1);
        return [text, kept];
      }
    };
    const [live, replayed] = await liveAndReplayed(program, { call: () => new Fails(500, "broken") });
    expect(replayed).toEqual(live);
  });
});
