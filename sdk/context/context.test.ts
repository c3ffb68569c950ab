import { describe, expect, it } from "vitest";
import {
  type Context,
  handlers,
  type InvocationId,
  type ObjectContext,
  object,
  rpc,
  service,
  type WorkflowContext,
  workflow,
} from "../authoring/index.ts";
import { serde, TerminalError } from "../core/index.ts";
import { InvocationIdParser } from "./index.ts";
import {
  Fails,
  handlerOf,
  NOW_MS,
  type Script,
  ScriptedServer,
  type ServedAttempt,
} from "./scripted-server.fixture.ts";

const ID = "inv_1other" as InvocationId;

type Program = (ctx: WorkflowContext & ObjectContext, input: unknown) => Promise<unknown>;

function programOf(run: Program) {
  return handlerOf(workflow({ name: "Program", handlers: { run: run as (ctx: WorkflowContext) => Promise<unknown> } }));
}

/**
 * Runs a handler until it is through, and once more from its own journal, and from the journal without the last
 * entries: the output must be the same each time.
 */
async function run(program: Program, script: Script = {}): Promise<ServedAttempt> {
  const server = new ScriptedServer(programOf(program), { key: "k", ...script });
  const live = await server.attempt();
  await live.answerAll();
  expect(live.names().at(-1)).toBe("End");
  for (let known = 1; known <= server.journal.length - 1; known += 1) {
    const again = server.replica(known);
    const replay = await again.attempt();
    await replay.answerAll();
    expect(replay.output, `with ${known} entries known`).toEqual(live.output);
  }
  const replica = server.replica();
  const replay = await replica.attempt();
  expect(replay.names()).toEqual(["OutputCommand", "End"]);
  return live;
}

const echo = {
  echo: async (_ctx: Context, input: string) => input,
};
const echoService = service({ name: "Echo", handlers: echo });
const counter = object({
  name: "Counter",
  handlers: { add: async (_ctx: ObjectContext, amount: number) => amount, get: handlers.object.shared(async () => 1) },
});

describe("state", () => {
  const state = { cart: ["tea"], none: null };

  it.each([false, true])("is read, written and cleared (lazy: %s)", async (lazyState) => {
    const live = await run(
      async (ctx) => {
        const before = await ctx.get("cart");
        const absent = await ctx.get("absent");
        ctx.set("cart", ["tea", "milk"]);
        const after = await ctx.get("cart");
        ctx.clear("cart");
        const cleared = await ctx.get("cart");
        const keys = await ctx.stateKeys();
        ctx.clearAll();
        return { before, absent, after, cleared, keys, gone: await ctx.stateKeys() };
      },
      { state, lazyState },
    );
    expect(live.output).toMatchObject({
      before: ["tea"],
      absent: null,
      after: ["tea", "milk"],
      cleared: null,
      gone: [],
    });
    expect(live.the("SetStateCommand")).toMatchObject({ key: "cart", value: '["tea","milk"]' });
    expect(live.names()).toContain("ClearAllStateCommand");
  });

  it("passes through the given serde", async () => {
    const live = await run(
      async (ctx) => {
        ctx.set("raw", new Uint8Array([104, 105]), serde.binary);
        const raw = await ctx.get("raw", serde.binary);
        return Buffer.from(raw ?? []).toString();
      },
      { state: {} },
    );
    expect(live.the("SetStateCommand").value).toBe("hi");
    expect(live.output).toBe("hi");
  });
});

describe("ctx.run", () => {
  it("stores what the closure returns", async () => {
    let executions = 0;
    const live = await run(async (ctx) => {
      const plain = await ctx.run(() => (executions += 0) + 1);
      const named = await ctx.run("named", async () => ({ deep: true }));
      const nothing = await ctx.run("nothing", async () => {});
      return { plain, named, nothing: nothing === undefined };
    });
    expect(live.output).toEqual({ plain: 1, named: { deep: true }, nothing: true });
    expect(live.named("RunCommand").map(({ entry }) => entry)).toEqual(["", "named", "nothing"]);
  });

  it("stores a terminal error", async () => {
    const live = await run(async (ctx) => {
      try {
        return await ctx.run("charge", () => {
          throw new TerminalError("card declined", { errorCode: 402, metadata: { card: "1" } });
        });
      } catch (error) {
        const { name, message, code, metadata } = error as TerminalError;
        return { name, message, code, metadata };
      }
    });
    expect(live.output).toEqual({
      name: "TerminalError",
      message: "card declined",
      code: 402,
      metadata: { card: "1" },
    });
  });

  it("uses the given serde", async () => {
    const live = await run(async (ctx) => {
      const bytes = await ctx.run("bytes", () => new Uint8Array([104, 105]), { serde: serde.binary });
      return Buffer.from(bytes).toString();
    });
    expect(live.the("ProposeRunCompletion").value).toBe("hi");
    expect(live.output).toBe("hi");
  });

  it("gives time that is recorded", async () => {
    const live = await run(async (ctx) => [await ctx.date.now(), await ctx.date.toJSON()]);
    expect(live.output).toEqual([NOW_MS, new Date(NOW_MS).toJSON()]);
  });
});

describe("time", () => {
  it("is slept through", async () => {
    const live = await run(async (ctx) => {
      await ctx.sleep({ seconds: 1, milliseconds: 5 }, "nap");
      await ctx.sleep(20);
      return "awake";
    });
    expect(live.named("SleepCommand").map(({ wakeUpTime, entry }) => [wakeUpTime, entry])).toEqual([
      [NOW_MS + 1005, "nap"],
      [NOW_MS + 20, ""],
    ]);
  });
});

describe("calls", () => {
  it("go through typed clients", async () => {
    const live = await run(
      async (ctx) => {
        const call = ctx.serviceClient(echoService).echo("a");
        const id = await call.invocationId;
        const sum = await ctx
          .objectClient(counter, "tea")
          .add(2, rpc.opts({ idempotencyKey: "once", headers: { h: "1" }, name: "adding" }));
        return { id, echoed: await call, sum };
      },
      { call: ({ parameter }) => JSON.parse(parameter) },
    );
    expect(live.output).toEqual({ id: "inv_1called1", echoed: "a", sum: 2 });
    const [echoed, added] = live.named("CallCommand");
    expect(echoed).toMatchObject({ serviceName: "Echo", handlerName: "echo", parameter: '"a"', key: "", headers: [] });
    expect(added).toMatchObject({
      serviceName: "Counter",
      handlerName: "add",
      key: "tea",
      idempotencyKey: "once",
      headers: [{ key: "h", value: "1" }],
      entry: "adding",
    });
  });

  it("pass failures on", async () => {
    const live = await run(
      async (ctx) => {
        const error = await ctx
          .serviceClient(echoService)
          .echo("a")
          .catch((reason) => reason as TerminalError);
        return error instanceof TerminalError && [error.message, error.code, error.metadata];
      },
      { call: () => new Fails(404, "no such thing", { a: "b" }) },
    );
    expect(live.output).toEqual(["no such thing", 404, { a: "b" }]);
  });

  it("can be sent, now or later", async () => {
    const live = await run(async (ctx) => {
      ctx.serviceSendClient(echoService).echo("now");
      const later = ctx.objectSendClient(counter, "tea").add(1, rpc.sendOpts({ delay: { minutes: 1 } }));
      return await later.invocationId;
    });
    const [now, later] = live.named("OneWayCallCommand");
    expect(now).toMatchObject({ parameter: '"now"', invokeTime: 0 });
    expect(later).toMatchObject({ key: "tea", invokeTime: NOW_MS + 60_000 });
    expect(live.output).toBe("inv_1called2");
  });

  it("can be generic, in bytes", async () => {
    const live = await run(
      async (ctx) => {
        const parameter = new TextEncoder().encode("raw");
        ctx.genericSend({ service: "Any", method: "thing", parameter });
        const result = await ctx.genericCall({ service: "Any", method: "thing", parameter, key: "x" });
        return Buffer.from(result).toString();
      },
      { call: () => "answer" },
    );
    expect(live.the("CallCommand")).toMatchObject({ serviceName: "Any", key: "x", parameter: "raw" });
    expect(live.output).toBe('"answer"');
  });

  it("carry scope and limit key", async () => {
    const live = await run(
      async (ctx) => {
        const scoped = ctx.scope("tenant");
        scoped.serviceSendClient(echoService).echo("a", rpc.sendOpts({ limitKey: "l1" }));
        return await scoped.objectClient(counter, "k").add(1, rpc.opts({ limitKey: "l2" }));
      },
      { call: () => 1 },
    );
    expect(live.the("OneWayCallCommand")).toMatchObject({ scope: "tenant", limitKey: "l1" });
    expect(live.the("CallCommand")).toMatchObject({ scope: "tenant", limitKey: "l2" });
  });
});

describe("other invocations", () => {
  it("are attached to, cancelled and signalled", async () => {
    const live = await run(
      async (ctx) => {
        const other = ctx.invocation(ID);
        other.signal<string>("go").resolve("now");
        other.signal("stop").reject("no more");
        other.signal("bad").reject(new TerminalError("bad", { errorCode: 400 }));
        other.cancel();
        ctx.cancel(InvocationIdParser.fromString("inv_1third"));
        return [await other.attach(), await ctx.attach(ID)];
      },
      { call: () => "theirs" },
    );
    expect(live.output).toEqual(["theirs", "theirs"]);
    expect(
      live.named("SendSignalCommand").map(({ targetInvocationId, entry, idx }) => [targetInvocationId, entry, idx]),
    ).toEqual([
      [ID, "go", undefined],
      [ID, "stop", undefined],
      [ID, "bad", undefined],
      [ID, undefined, 1],
      ["inv_1third", undefined, 1],
    ]);
    expect(live.named("SendSignalCommand")[0]).toMatchObject({ value: '"now"' });
    expect(live.named("SendSignalCommand")[1]?.failure).toMatchObject({ code: 500, message: "no more" });
    expect(live.named("SendSignalCommand")[2]?.failure).toMatchObject({ code: 400, message: "bad" });
  });

  it("have ids that start with inv", () => {
    expect(() => InvocationIdParser.fromString("abc")).toThrow("abc");
  });
});

describe("what comes from outside", () => {
  it("settles an awakeable", async () => {
    const program: Program = async (ctx) => {
      const { id, promise } = ctx.awakeable<string>();
      ctx.set("id", id);
      return await promise;
    };
    const server = new ScriptedServer(programOf(program), { key: "k" });
    const live = await server.attempt();
    expect(live.the("SetStateCommand").value).toMatch(/^"sign_1/);
    await live.signal({ idx: 17, value: Buffer.from('"paid"') });
    expect(live.output).toBe("paid");
    expect((await server.replica().attempt()).output).toBe("paid");
  });

  it("rejects an awakeable, and settles it without a value", async () => {
    const program: Program = async (ctx) => {
      const first = ctx.awakeable();
      const second = ctx.awakeable<void>();
      const reason = await first.promise.catch((error) => (error as TerminalError).message);
      return [reason, (await second.promise) === undefined];
    };
    const live = await new ScriptedServer(programOf(program), { key: "k" }).attempt();
    await live.signal({ idx: 17, failure: { code: 500, message: "denied" } });
    await live.signal({ idx: 18, void: true });
    expect(live.output).toEqual(["denied", true]);
  });

  it("settles awakeables of others", async () => {
    const live = await run(async (ctx) => {
      ctx.resolveAwakeable("sign_1a", { ok: 1 });
      ctx.resolveAwakeable("sign_1b");
      ctx.resolveAwakeable("sign_1c", undefined, serde.json);
      ctx.rejectAwakeable("sign_1d", "no");
      ctx.rejectAwakeable("sign_1e", new TerminalError("gone", { errorCode: 410 }));
    });
    const settled = live.named("CompleteAwakeableCommand");
    expect(settled.map(({ awakeableId, value }) => [awakeableId, value])).toEqual([
      ["sign_1a", '{"ok":1}'],
      ["sign_1b", "null"],
      ["sign_1c", ""],
      ["sign_1d", undefined],
      ["sign_1e", undefined],
    ]);
    expect(settled[3]?.failure).toMatchObject({ code: 500, message: "no" });
    expect(settled[4]?.failure).toMatchObject({ code: 410, message: "gone" });
  });

  it("are signals, in turn for those who await one name", async () => {
    const program: Program = async (ctx) => {
      const first = ctx.signal<number>("tick");
      const second = ctx.signal<number>("tick");
      return [await second, await first];
    };
    const server = new ScriptedServer(programOf(program), { key: "k" });
    const live = await server.attempt();
    await live.signal({ name: "tick", value: Buffer.from("1") });
    await live.signal({ name: "tick", value: Buffer.from("2") });
    expect(live.output).toEqual([1, 2]);
    expect((await server.replica().attempt()).output).toEqual([1, 2]);
  });
});

describe("durable promises", () => {
  it("are awaited, peeked at, resolved and rejected", async () => {
    const live = await run(
      async (ctx) => {
        const value = await ctx.promise<string>("settled");
        const again = await ctx.promise<string>("settled").get();
        const peeked = await ctx.promise<string>("settled").peek();
        const pending = await ctx.promise<string>("pending").peek();
        await ctx.promise<string>("mine").resolve("done");
        await ctx.promise("yours").reject("no");
        const reason = await ctx.promise("failed").catch((error) => (error as TerminalError).message);
        return { value, again, peeked, pending, reason };
      },
      { promises: { settled: "v", failed: new Fails(500, "broken") } },
    );
    expect(live.output).toEqual({ value: "v", again: "v", peeked: "v", reason: "broken" });
    const [resolved, rejected] = live.named("CompletePromiseCommand");
    expect(resolved).toMatchObject({ key: "mine", completionValue: '"done"' });
    expect(rejected?.completionFailure).toMatchObject({ code: 500, message: "no" });
  });
});

describe("what a handler knows", () => {
  it("is its request", async () => {
    const seen: unknown[] = [];
    const live = await run(
      async (ctx, input) => {
        const request = ctx.request();
        seen.push(request.attemptCompletedSignal);
        return {
          input,
          key: ctx.key,
          id: request.id,
          target: String(request.target),
          parts: { ...request.target },
          header: request.headers.get("x"),
          attempt: request.attemptHeaders.get("x-attempt"),
          body: Buffer.from(request.body).toString(),
          extra: request.extraArgs,
          optional: [request.idempotencyKey, request.scope, request.limitKey],
        };
      },
      { input: "in", headers: { x: "y" }, start: { idempotencyKey: "i", scope: "s", limitKey: "l" } },
    );
    expect(live.output).toEqual({
      input: "in",
      key: "k",
      id: "inv_1test",
      target: "Program/k/run",
      parts: { service: "Program", handler: "run", key: "k" },
      header: "y",
      attempt: "1",
      body: '"in"',
      extra: ["extra"],
      optional: ["i", "s", "l"],
    });
    expect(seen.every((signal) => (signal as AbortSignal).aborted)).toBe(true);
  });

  it("has no key in a plain service", async () => {
    const keyless = async (ctx: Context) => (ctx as ObjectContext).key;
    const server = new ScriptedServer(handlerOf(service({ name: "Plain", handlers: { keyless } })));
    const attempt = await server.attempt();
    expect(attempt.output).toMatchObject({ failure: { code: 500 } });
  });
});
