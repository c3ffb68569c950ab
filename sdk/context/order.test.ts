import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ObjectContext, object } from "../authoring/index.ts";
import { TerminalError } from "../core/index.ts";
import { BuiltInSignal, SignalNotification } from "../protocol/index.ts";
import { RestatePromise } from "./index.ts";
import { Fails, handlerOf, type Script, ScriptedServer, settled } from "./scripted-server.fixture.ts";

/** Notes down, in the order in which it happens, what user code gets to see. */
type Note = (what: string, value: unknown) => void;
type Program = (ctx: ObjectContext, note: Note) => Promise<unknown>;

const other = object({ name: "Other", handlers: { ask: async (_ctx: ObjectContext, question: string) => question } });

/** So many microtasks pass. */
async function after(hops: number): Promise<void> {
  for (let hop = 0; hop < hops; hop += 1) {
    await null;
  }
}

/** Awaits a promise and notes how it settles. */
async function watch(note: Note, name: string, promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    const value = await promise;
    note(name, value);
    return value;
  } catch (error) {
    const { name: kind, message, code, stack } = error as TerminalError;
    note(name, [kind, message, code, stack]);
    return `${kind}: ${message}`;
  }
}

const ask = (ctx: ObjectContext, question: string) => ctx.objectClient(other, "k").ask(question);
const failing = () => {
  throw new TerminalError("no", { errorCode: 409 });
};

const programs: Record<string, Program> = {
  "one thing after the other": async (ctx, note) => {
    await watch(note, "state", ctx.get("count"));
    await watch(
      note,
      "step",
      ctx.run("step", () => 1),
    );
    await watch(note, "call", ask(ctx, "a"));
    await watch(note, "sleep", ctx.sleep(1));
    await watch(note, "failed", ctx.run("failed", failing));
    ctx.set("count", 2);
    return ctx.rand.random();
  },
  "branches of different length": async (ctx, note) =>
    await Promise.all(
      [0, 1, 7, 40].map(async (hops, index) => {
        await watch(note, `call ${index}`, ask(ctx, `q${index}`));
        await after(hops);
        await watch(note, `sleep ${index}`, ctx.sleep(index));
        await after(hops);
        return await watch(
          note,
          `step ${index}`,
          ctx.run(`step ${index}`, () => index),
        );
      }),
    ),
  "a branch that starts to wait late": async (ctx, note) => {
    const early = watch(note, "early", ask(ctx, "early"));
    await after(100);
    const late = watch(note, "late", ask(ctx, "late"));
    return [await early, await late];
  },
  "a plain race": async (ctx, note) => {
    const [a, b, c] = [ask(ctx, "a"), ask(ctx, "b"), ctx.run("c", () => "c")];
    const first = await watch(note, "first", Promise.race([a, b, c]));
    ctx.set("first", first);
    return [first, await watch(note, "rest", Promise.all([a, b, c]))];
  },
  "durable combinators": async (ctx, note) => {
    const [a, b, c, d] = [ask(ctx, "a"), ask(ctx, "fail"), ctx.sleep(5), ctx.run("d", () => "d")];
    const first = await watch(note, "race", RestatePromise.race([a, b, c]));
    ctx.set("first", first ?? null);
    await watch(note, "any", RestatePromise.any([b, d]));
    await watch(note, "all", RestatePromise.all([a, d, RestatePromise.race([b, c])]));
    const settledAll = await RestatePromise.allSettled([a, b, c, d]);
    return settledAll.map(({ status }) => status);
  },
  timeouts: async (ctx, note) =>
    await Promise.all([
      watch(note, "a", ask(ctx, "a").orTimeout(10)),
      watch(note, "b", ctx.run("b", () => "b").orTimeout(10)),
      watch(
        note,
        "c",
        ask(ctx, "fail")
          .map((_, failure) => failure?.message)
          .orTimeout(10),
      ),
    ]),
  "a loop that takes what comes first": async (ctx, note) => {
    const open = new Map(["a", "b", "c", "d"].map((name) => [name, ask(ctx, name).map((value) => value ?? name)]));
    const order: string[] = [];
    while (open.size > 0) {
      const name = (await RestatePromise.race([...open.values()])) as string;
      note("next", name);
      order.push(name);
      open.delete(name);
      ctx.set(`done ${name}`, order.length);
    }
    return order;
  },
  "branches that outlive a cancellation": async (ctx, note) =>
    await Promise.all([
      watch(note, "a", ask(ctx, "a")),
      (async () => {
        await watch(note, "b", ctx.sleep(1));
        return await watch(
          note,
          "c",
          ctx.run("c", () => "c"),
        );
      })(),
    ]),
};

const script: Script = {
  key: "k",
  state: { count: 1 },
  call: ({ parameter }) => (JSON.parse(parameter) === "fail" ? new Fails(404, "not there") : JSON.parse(parameter)),
};

interface Outcome {
  readonly output: unknown;
  readonly notes: readonly string[];
}

/**
 * Runs a program. Answers are given in an order that `choices` decide, some of them two at a time.
 *
 * @param known how many entries of an earlier journal the attempt starts with
 */
async function perform(program: Program, choices: readonly number[], from?: ScriptedServer, known?: number) {
  let notes: string[] = [];
  const note: Note = (what, value) => notes.push(`${what}: ${JSON.stringify(value)}`);
  const handler = handlerOf(
    object({ name: "Program", handlers: { run: async (ctx: ObjectContext) => await program(ctx, note) } }),
  );
  const replica = from?.replica(known);
  const server = new ScriptedServer(handler, from?.script ?? script, replica?.journal);
  server.unanswered.push(...(replica?.unanswered ?? []));
  notes = [];
  const attempt = await server.attempt();
  for (let step = 0; !attempt.hasEnded && server.unanswered.length > 0; step += 1) {
    const choice = choices[step % choices.length] ?? 0;
    if (choice === CANCEL && step < choices.length) {
      attempt.give(SignalNotification.frame({ idx: BuiltInSignal.Cancel, void: true }));
    }
    const [frame] = server.unanswered.splice(choice % server.unanswered.length, 1);
    attempt.give(frame as Buffer);
    if (choice % 3 !== 0 || server.unanswered.length === 0) {
      await settled();
    }
  }
  expect(attempt.names().at(-1)).toBe("End");
  const outcome: Outcome = { output: attempt.output, notes };
  return { server, outcome };
}

/** The choice at which a cancellation comes before the answer. */
const CANCEL = 20;
const choices = fc.array(fc.nat(20), { minLength: 1, maxLength: 12 });

describe("what user code sees", () => {
  it.each(Object.entries(programs))("is the same live and replayed: %s", async (_name, program) => {
    await fc.assert(
      fc.asyncProperty(
        choices,
        fc.boolean(),
        fc.constantFrom(5 as const, 7 as const),
        async (order, lazyState, version) => {
          const start = new ScriptedServer(handlerOf(other), { ...script, lazyState, version });
          const live = await perform(program, order, start, 1);
          const replayed = await perform(program, [0], live.server);
          expect(replayed.outcome).toEqual(live.outcome);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(Object.entries(programs))("is the same after a crash at any entry: %s", async (_name, program) => {
    await fc.assert(
      fc.asyncProperty(choices, fc.nat(), async (order, cut) => {
        const live = await perform(program, order);
        const known = 1 + (cut % live.server.journal.length);
        const resumed = await perform(program, order.toReversed(), live.server, known);
        const replayed = await perform(program, [0], resumed.server);
        expect(replayed.outcome).toEqual(resumed.outcome);
      }),
      { numRuns: 40 },
    );
  });
});
