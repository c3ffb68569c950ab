import type * as official from "@restatedev/restate-sdk-clients";
import type { ClientModule } from "./modules.ts";
import { accepted, type Case, type Flow, failure, flow, type Greeter, greeter, refused, retry } from "./wire-case.ts";

const once = (i: official.Ingress) => i.serviceClient<Greeter>(greeter).greet("x");
const idempotent = (i: official.Ingress, { rpc }: ClientModule) =>
  i.serviceClient<Greeter>(greeter).greet("x", rpc.opts({ idempotencyKey: "k" }));
/** What is repeated, and how often. */
export const retries: Case[] = [
  { title: "off by default", answers: [failure(503)], act: idempotent },
  { title: "switched off", options: { retry: false }, answers: [failure(503)], act: idempotent },
  { title: "not without an idempotency key", options: { retry }, answers: [failure(503)], act: once },
  ...[400, 404, 408, 409, 422, 425, 429, 499, 500, 502, 503, 504, 599].map((status) => ({
    title: `${status}`,
    options: { retry },
    answers: [failure(status), failure(status), {}],
    act: idempotent,
  })),
  { title: "six attempts", options: { retry }, answers: [failure(503)], act: idempotent },
  {
    title: "as many attempts as wanted",
    options: { retry: { ...retry, maxAttempts: 2 } },
    answers: [failure(503)],
    act: idempotent,
  },
  {
    title: "without a bound on attempts",
    options: { retry: { ...retry, maxAttempts: false } },
    answers: [...Array(9).fill(failure(503)), {}],
    act: idempotent,
  },
  {
    title: "within a time",
    options: { retry: { ...retry, maxDuration: 0 } },
    answers: [failure(503)],
    act: idempotent,
  },
  {
    title: "without a bound on time",
    options: { retry: { ...retry, maxDuration: false } },
    answers: [failure(503)],
    act: idempotent,
  },
  { title: "a network error", options: { retry }, answers: [refused, refused, {}], act: idempotent },
  {
    title: "the invocation's own error, which is final",
    options: { retry },
    answers: [failure(503, { "x-restate-error-source": "invocation" })],
    act: idempotent,
  },
  {
    title: "an error of the ingress",
    options: { retry },
    answers: [failure(503, { "x-restate-error-source": "ingress" }), {}],
    act: idempotent,
  },
  { title: "Retry-After", options: { retry }, answers: [failure(503, { "retry-after": "0" }), {}], act: idempotent },
  {
    title: "Retry-After beyond the time",
    options: { retry },
    answers: [failure(503, { "retry-after": "61" }), {}],
    act: idempotent,
  },
  {
    title: "a decision of one's own",
    options: {
      retry: { ...retry, shouldRetry: (f) => f.kind === "response" && f.body !== undefined && f.status === 404 },
    },
    answers: [failure(404), failure(404), failure(503)],
    act: idempotent,
  },
  {
    title: "a send",
    options: { retry },
    answers: [failure(503), { status: 202, body: accepted }],
    act: (i, { rpc }) => i.serviceSendClient<Greeter>(greeter).greet("x", rpc.sendOpts({ idempotencyKey: "k" })),
  },
  {
    title: "not a send without an idempotency key",
    options: { retry },
    answers: [failure(503), { status: 202, body: accepted }],
    act: (i) => i.serviceSendClient<Greeter>(greeter).greet("x"),
  },
  {
    title: "a submission",
    options: { retry },
    answers: [failure(503), { status: 202, body: accepted }],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowSubmit("x"),
  },
  {
    title: "attach",
    options: { retry },
    answers: [failure(503), {}],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowAttach(),
  },
  {
    title: "output",
    options: { retry },
    answers: [failure(503), {}],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowOutput(),
  },
  {
    title: "result",
    options: { retry },
    answers: [failure(503), {}],
    act: (i) => i.result({ invocationId: "inv_1", status: "Accepted", attachable: true }),
  },
  {
    title: "by names",
    options: { retry },
    answers: [failure(503), {}],
    act: (i, { rpc }) =>
      i.call({
        service: "S",
        handler: "h",
        parameter: 1,
        opts: rpc.opts<number, unknown>({ idempotencyKey: "k" }),
      }),
  },
];

export const aborts: Case[] = [
  {
    title: "both timeout and signal",
    act: (i, { rpc }) =>
      i.serviceClient<Greeter>(greeter).greet("x", rpc.opts({ timeout: 10, signal: new AbortController().signal })),
  },
  {
    title: "a signal that is aborted",
    options: { retry },
    act: (i, { rpc }) =>
      i
        .serviceClient<Greeter>(greeter)
        .greet("x", rpc.opts({ idempotencyKey: "k", signal: AbortSignal.abort(new Error("enough")) })),
  },
];
