import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serversUnderTest } from "../conformance/conformance.ts";
import type { Mode } from "../conformance/modes.ts";
import { Stand } from "../conformance/stand.ts";
import type { ServerKind } from "../support/index.ts";

const program = fileURLToPath(new URL("endpoints/tracing.mjs", import.meta.url));
const alias = new URL("endpoints/alias.mjs", import.meta.url).href;

interface Span {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly status: { code: number; message?: string };
  /** Name, and the message of an exception. */
  readonly events: readonly [string, string | null][];
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
}

/** The official SDK tells the attempt's span of a failed step with the code before it and a stack after it. */
function sentenceOf(message: string | null | undefined): string | undefined {
  return message?.replace(/^\(500\) /, "").replace(/\n[\s\S]*/, "");
}

/** Calls a handler and returns the spans that it left, with words in place of ids. */
async function spansOf(stand: Stand, handler: string, count: number): Promise<unknown[]> {
  const before = (await stand.diary.lines("spans")).length;
  const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01" };
  await stand.call(`Traced/${handler}`, stand.name(), { headers });
  const spans = (await stand.diary.linesOf("spans", before + count)).slice(before) as Span[];
  expect(spans).toHaveLength(count);
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const [{ traceId } = { traceId: "" }] = spans;
  return spans.map(({ spanId: _, ...span }) => ({
    ...span,
    status: { ...span.status, message: sentenceOf(span.status.message) },
    events: span.events.map(([name, message]) => [name, sentenceOf(message)]),
    traceId: span.traceId === traceId ? "the same" : "another",
    parent: nameOf.get(span.parent ?? "") ?? "outside",
    attributes: {
      ...span.attributes,
      ...(span.attributes["restate.invocation.id"] !== undefined && { "restate.invocation.id": "inv_…" }),
    },
  }));
}

/** Both SDKs on servers of one kind. */
function pairOfStands(kind: ServerKind, mode: Mode, env: Record<string, string> = {}) {
  const stands = { official: new Stand(kind, "official", mode), ours: new Stand(kind, "ours", mode) };
  beforeAll(async () => {
    await Promise.all([stands.official.setUp({ program }), stands.ours.setUp({ program, endpoint: env })]);
  });
  afterAll(() => Promise.all([stands.official.tearDown(), stands.ours.tearDown()]));

  return async function expectTheSame(handler: string, count: number): Promise<void> {
    const [official, ours] = await Promise.all([
      spansOf(stands.official, handler, count),
      spansOf(stands.ours, handler, count),
    ]);
    expect(ours).toEqual(official);
  };
}

describe.each(serversUnderTest)("server %s, spans of the OpenTelemetry hook", (kind) => {
  const expectTheSame = pairOfStands(kind, "bidi");

  it.each([
    ["an attempt and its steps", "steps", 4],
    ["an attempt that fails, and the next one that replays", "retried", 3],
    ["a step that fails and is tried again", "flakyStep", 4],
    ["a terminal error", "failing", 2],
    ["a call, in the same trace", "calling", 2],
    ["a wait within one attempt", "waiting", 1],
  ] as const)("%s", (_what, handler, count) => expectTheSame(handler, count));
});

// The hook asks the SDK that it imports whether an attempt was merely suspended, and that SDK knows its own error
// only: beside the official SDK, a suspended attempt of ours looks like a failed one.
describe.each(serversUnderTest)("server %s, the same where @restatedev/restate-sdk is an alias of ours", (kind) => {
  const expectTheSame = pairOfStands(kind, "suspending", { NODE_OPTIONS: `--import ${alias}` });

  it("a wait that suspends the attempt", () => expectTheSame("waiting", 2));
});
