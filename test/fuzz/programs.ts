import fc from "fast-check";
import {
  dataFrame,
  Flag,
  FrameType,
  frame,
  headersFrame,
  numberFrame,
  settingsFrame,
} from "../support/http2-frames.ts";

/** A frame that each side of a connection may send, or something like a frame. */
export type CommonStep =
  | { readonly kind: "reset"; readonly stream: number; readonly code: number }
  | { readonly kind: "window"; readonly stream: number; readonly bytes: number }
  | { readonly kind: "goaway" }
  | { readonly kind: "ping" }
  | { readonly kind: "settings"; readonly id: number; readonly value: number }
  | {
      readonly kind: "raw";
      readonly type: number;
      readonly flags: number;
      readonly stream: number;
      readonly bytes: number;
    };

/** One step of a client. */
export type Step =
  | CommonStep
  | { readonly kind: "request"; readonly stream: number; readonly length: number | undefined; readonly isEnd: boolean }
  | { readonly kind: "data"; readonly stream: number; readonly bytes: number; readonly isEnd: boolean }
  | { readonly kind: "trailers"; readonly stream: number };

/** What one connection does: its steps, how many of their bytes are sent, in pieces of which size, and its end. */
export interface Program {
  readonly steps: readonly Step[];
  /** The share of the bytes that is sent. */
  readonly cut: number;
  readonly pieces: number;
  readonly end: "end" | "destroy" | "reset";
}

const stream = fc.constantFrom(1, 3, 5, 7);
/** Steps that both sides of a connection have, as often as the others of a client. */
const common: fc.WeightedArbitrary<CommonStep>[] = [
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("reset" as const), stream, code: fc.nat(13) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("window" as const),
      stream: fc.constantFrom(0, 1, 3),
      bytes: fc.constantFrom(0, 1, 65_535, 0x7fffffff),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "goaway" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "ping" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("settings" as const),
      id: fc.nat(8),
      value: fc.constantFrom(0, 1, 16_384, 0x7fffffff, 0xffffffff),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("raw" as const),
      type: fc.nat(12),
      flags: fc.nat(255),
      stream: fc.constantFrom(0, 1, 2, 3, 9),
      bytes: fc.nat(12),
    }),
  },
];
/** A request's number is its body's every byte, so that a body tells whose it is and whether it is whole. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("request" as const),
      stream,
      length: fc.option(fc.nat(8), { nil: undefined }),
      isEnd: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("data" as const), stream, bytes: fc.nat(6), isEnd: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("trailers" as const), stream }) },
  ...common,
);

const course = {
  cut: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  ),
  pieces: fc.constantFrom(1, 1, 1, 3),
  end: fc.constantFrom("end" as const, "destroy" as const, "reset" as const),
};

export const program: fc.Arbitrary<Program> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 10 }),
  ...course,
});

/** One step of an endpoint: it answers, or it does something else. */
export type AnswerStep =
  | CommonStep
  | { readonly kind: "head"; readonly stream: number; readonly status: number; readonly isEnd: boolean }
  | { readonly kind: "messages"; readonly stream: number; readonly isEnd: boolean }
  | { readonly kind: "data"; readonly stream: number; readonly bytes: number; readonly isEnd: boolean };

export interface AnswerProgram extends Omit<Program, "steps"> {
  /** Whether it begins as the protocol wants it. */
  readonly isGreeting: boolean;
  /** Whether it waits for the first bytes of the client. */
  readonly isEarly: boolean;
  readonly steps: readonly AnswerStep[];
}

/** The client's first stream, mostly. */
const answered = fc.constantFrom(1, 1, 1, 1, 3, 2, 0);
const answerStep: fc.Arbitrary<AnswerStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("head" as const),
      stream: answered,
      status: fc.constantFrom(200, 200, 200, 100, 404, 503),
      isEnd: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("messages" as const), stream: answered, isEnd: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("data" as const),
      stream: answered,
      bytes: fc.constantFrom(0, 1, 7, 16_384, 16_385),
      isEnd: fc.boolean(),
    }),
  },
  ...common,
);

export const answerProgram: fc.Arbitrary<AnswerProgram> = fc.record({
  isGreeting: fc.constantFrom(true, true, true, true, false),
  isEarly: fc.boolean(),
  steps: fc.array(answerStep, { minLength: 1, maxLength: 10 }),
  ...course,
});

/** The bytes of a step of a client. `pathOf` gives the request of a stream its address. */
export function bytesOf(step: Step, pathOf: (stream: number) => string): Buffer {
  switch (step.kind) {
    case "request": {
      const head = { ":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": pathOf(step.stream) };
      const headers = { ...head, "content-type": "application/octet-stream" };
      const length: Record<string, string> = step.length === undefined ? {} : { "content-length": `${step.length}` };
      return headersFrame(step.stream, { ...headers, ...length }, step.isEnd ? Flag.EndStream : 0);
    }
    case "data":
      return dataFrame(step.stream, Buffer.alloc(step.bytes, step.stream), step.isEnd ? Flag.EndStream : 0);
    case "trailers":
      return headersFrame(step.stream, { "x-trailer": "1" }, Flag.EndStream);
    default:
      return commonBytesOf(step);
  }
}

/** The bytes of the steps that both sides of a connection have. */
export function commonBytesOf(step: CommonStep): Buffer {
  switch (step.kind) {
    case "reset":
      return numberFrame(FrameType.RstStream, step.stream, step.code);
    case "window":
      return numberFrame(FrameType.WindowUpdate, step.stream, step.bytes);
    case "goaway":
      return frame(FrameType.Goaway, 0, 0, Buffer.alloc(8));
    case "ping":
      return frame(FrameType.Ping, 0, 0, Buffer.alloc(8));
    case "settings":
      return settingsFrame([[step.id, step.value]]);
    case "raw":
      return frame(step.type, step.flags, step.stream, Buffer.alloc(step.bytes));
  }
}

/** The bodies that a whole request of this program may have, by stream; anything else must never be invoked. */
export function wholeBodies(steps: readonly Step[]): ReadonlyMap<number, number> {
  const whole = new Map<number, number>();
  const open = new Map<number, { length: number | undefined; bytes: number }>();
  let last = 0;
  for (const step of steps) {
    if (step.kind === "request") {
      const known = open.get(step.stream);
      // A second HEADERS is trailers.
      if (known !== undefined) {
        if (step.isEnd && (known.length ?? known.bytes) === known.bytes) whole.set(step.stream, known.bytes);
        open.delete(step.stream);
      } else if (step.stream > last) {
        last = step.stream;
        if (!step.isEnd) open.set(step.stream, { length: step.length, bytes: 0 });
        else if ((step.length ?? 0) === 0) whole.set(step.stream, 0);
      }
    } else if (step.kind === "data") {
      const body = open.get(step.stream);
      if (body === undefined) continue;
      body.bytes += step.bytes;
      if (!step.isEnd) continue;
      if ((body.length ?? body.bytes) === body.bytes) whole.set(step.stream, body.bytes);
      open.delete(step.stream);
    } else if (step.kind === "trailers") {
      const body = open.get(step.stream);
      if (body === undefined) continue;
      if ((body.length ?? body.bytes) === body.bytes) whole.set(step.stream, body.bytes);
      open.delete(step.stream);
    } else if (step.kind === "reset") {
      open.delete(step.stream);
    } else if (step.kind === "raw") {
      // Whatever it is, what follows may be read otherwise: an upper bound stays right only for what came before,
      // so the streams that it may have touched are left to the frames after it.
      if (step.type === FrameType.Data || step.type === FrameType.Headers) return new Map([...whole, ...ANY]);
    }
  }
  return whole;
}

/** Marks programs whose raw frames are requests themselves: -1 allows any length. */
const ANY: readonly [number, number][] = [1, 3, 5, 7, 9].map((id) => [id, -1]);
