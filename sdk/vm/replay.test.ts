import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, isCommand, MessageType, Notification, Suspension } from "../protocol/index.ts";
import { AttemptVm } from "./index.ts";
import { CANCELLATION, program, RandomHandler, type Step } from "./random-handler.fixture.ts";
import { SimulatedServer, signalKey } from "./simulated-server.fixture.ts";
import { framesOf } from "./transcript.fixture.ts";

interface Life {
  readonly steps: readonly Step[];
  readonly version: 5 | 6 | 7;
  readonly isStatePartial: boolean;
  readonly isCancelled: boolean;
  /** Which of the pending answers comes next; over and over. */
  readonly choices: readonly number[];
}

const life: fc.Arbitrary<Life> = fc.record({
  steps: program,
  version: fc.constantFrom(5, 6, 7),
  isStatePartial: fc.boolean(),
  isCancelled: fc.boolean(),
  choices: fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 20 }),
});

/** Outcomes of closures; no two are the same. */
function* outcomes(): Generator<string> {
  for (let count = 1; ; count++) yield count % 4 === 0 ? `bad ${count}` : `good ${count}`;
}

function open(life: Life, known?: readonly Buffer[]): SimulatedServer {
  const server = new SimulatedServer(life.version, life.isStatePartial, known);
  if (life.isCancelled) server.willSignal(CANCELLATION, 1);
  return server;
}

function start(life: Life, server: SimulatedServer, results: Iterator<string>) {
  const vm = new AttemptVm({ version: life.version });
  server.begin(vm);
  const handler = new RandomHandler(vm, server, life.steps, results);
  return { vm, handler };
}

/** From the first command to the last word, in one attempt. */
function live(life: Life): SimulatedServer {
  const server = open(life);
  const { vm, handler } = start(life, server, outcomes());
  for (let turn = 0; ; turn++) {
    handler.resume();
    server.hear(vm);
    if (handler.isOver) break;
    expect(server.pending.length, "waits for nothing").toBeGreaterThan(0);
    server.answer(vm, life.choices[turn % life.choices.length] as number);
  }
  expect(server.last?.type).toBe(MessageType.End);
  return server;
}

/** Starts with the first entries of a journal, and lets the same happen again from there. */
function replay(life: Life, journal: readonly Buffer[], length: number): SimulatedServer {
  const server = open(life, journal.slice(0, length));
  // What was executed before the cut is known; what is executed after it comes to the same.
  const results = journal.slice(length).flatMap((frame) => {
    const { type, body } = framesOf(frame)[0] as Frame;
    if (type !== MessageType.RunCompletion) return [];
    const { value, failure } = Notification.decode(body);
    return [failure?.message ?? String(value)];
  });
  const { vm, handler } = start(life, server, results[Symbol.iterator]());
  while (!handler.isOver) {
    handler.resume();
    server.hear(vm);
    const next = journal[server.journal.length];
    if (next === undefined) break;
    server.repeat(vm, next);
  }
  expect(server.last?.type).toBe(MessageType.End);
  return server;
}

describe("a handler", () => {
  it("does the same when it is cut off after any entry of its journal and started again", () => {
    fc.assert(
      fc.property(life, (life) => {
        const { journal } = live(life);
        for (let length = 1; length <= journal.length; length++) {
          const replayed = replay(life, journal, length).journal;
          expect(readable(replayed)).toEqual(readable(journal));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("comes to its end through suspensions, and never waits for what it has", () => {
    fc.assert(
      fc.property(life, (life) => {
        const server = open(life);
        const results = outcomes();
        for (let turn = 0; ; turn++) {
          const { vm, handler } = start(life, server, results);
          vm.inputClosed();
          const known = server.journal.length;
          const before = readable(server.journal);
          handler.resume();
          server.hear(vm);
          expect(readable(server.journal.slice(0, known))).toEqual(before);
          if (server.last?.type === MessageType.End) return;
          expect(server.last?.type).toBe(MessageType.Suspension);
          expect(isNews(server)).toBe(true);
          server.answer(undefined, life.choices[turn % life.choices.length] as number);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Whether a suspension waits for something that can still come, and for nothing that would have let it go on. */
function isNews(server: SimulatedServer): boolean {
  const awaited = new Set(awaitedBy(Suspension.decode((server.last as Frame).body)));
  const known = server.journal
    .map((frame) => framesOf(frame)[0] as Frame)
    .filter(({ type, body }) => !isCommand(type) && awaited.has(keyOf(Notification.decode(body))));
  // The server has stored it in the meantime.
  if (known.some(({ type }) => type === MessageType.RunCompletion)) return true;
  // The signal that is known may have gone to another promise of that name.
  const isKnown = known.some(({ body }) => Notification.decode(body).signalName === undefined);
  return !isKnown && server.pending.some((answer) => awaited.has(keyOf(answer.body())));
}

function keyOf(message: Parameters<typeof signalKey>[0]): string {
  return signalKey(message) ?? String(message.completionId);
}

type Leaves = Pick<
  ReturnType<typeof Suspension.decode>,
  "waitingCompletions" | "waitingSignals" | "waitingNamedSignals"
> & { readonly nestedFutures?: readonly Leaves[]; readonly awaitingOn?: Leaves | undefined };

function awaitedBy(leaves: Leaves): string[] {
  return [
    ...leaves.waitingCompletions.map(String),
    ...leaves.waitingSignals.map((index) => `#${index}`),
    ...leaves.waitingNamedSignals,
    ...(leaves.nestedFutures ?? []).flatMap(awaitedBy),
    ...(leaves.awaitingOn === undefined ? [] : awaitedBy(leaves.awaitingOn)),
  ];
}

function readable(journal: readonly Buffer[]): string[] {
  return journal.map((frame) => frame.toString("latin1"));
}
