import * as official from "@restatedev/restate-sdk-clients";
import { describe, expect, it } from "vitest";
import { type ClientModule, clients } from "./modules.ts";
import { type Recorded, recordingFetch } from "./recording.ts";
import {
  accepted,
  type Case,
  contract,
  type Flow,
  failure,
  flow,
  type Greeter,
  greeter,
  objectContract,
  retry,
  reversed,
  silent,
  upperCase,
  workflowContract,
} from "./wire-case.ts";
import { aborts, retries } from "./wire-retries.ts";

const calls: Case[] = [
  { title: "a service", act: (i) => i.serviceClient<Greeter>(greeter).greet({ a: 1 }) },
  { title: "a service without an argument", act: (i) => i.serviceClient<Greeter>(greeter).ping() },
  { title: "null, which is an argument", act: (i) => i.serviceClient<Greeter>(greeter).greet(null) },
  { title: "an empty answer", answers: [{}], act: (i) => i.serviceClient<Greeter>(greeter).ping() },
  { title: "an object", act: (i) => i.objectClient<Greeter>(greeter, "ada").greet("x") },
  { title: "an object under a key to encode", act: (i) => i.objectClient<Greeter>(greeter, "a/b c?ü%").greet("x") },
  { title: "a handler of a workflow", act: (i) => i.workflowClient<Flow>(flow, "w/1").approve(true) },
  {
    title: "options after the argument",
    act: (i, { rpc }) =>
      i.serviceClient<Greeter>(greeter).greet("x", rpc.opts({ idempotencyKey: "i-1", headers: { "x-mine": "1" } })),
  },
  {
    title: "options alone",
    act: (i, { rpc }) => i.serviceClient<Greeter>(greeter).ping(rpc.opts({ headers: { "x-mine": "1" } })),
  },
  {
    title: "options made by the class",
    act: (i, { Opts }) => i.serviceClient<Greeter>(greeter).greet("x", Opts.from({ idempotencyKey: "i" })),
  },
  {
    title: "headers of the connection, overridden by the call's",
    options: { headers: { authorization: "Bearer 1", "x-both": "connection" } },
    act: (i, { rpc }) => i.serviceClient<Greeter>(greeter).greet("x", rpc.opts({ headers: { "x-both": "call" } })),
  },
  {
    title: "serdes of the call",
    answers: [{ body: "LOUD" }],
    act: (i, { rpc }) =>
      i.serviceClient<Greeter>(greeter).greet("x", rpc.opts({ input: upperCase, output: upperCase })),
  },
  {
    title: "the serde of the connection",
    options: { serde: upperCase },
    answers: [{ body: "LOUD" }],
    act: (i) => i.serviceClient<Greeter>(greeter).greet("x"),
  },
  {
    title: "a serde without a content type",
    options: { serde: silent },
    act: (i) => i.serviceClient<Greeter>(greeter).greet("x"),
  },
  {
    title: "bytes",
    answers: [{ body: "\u0001\u0002" }],
    act: (i, { rpc, serde }) =>
      i.call({
        service: "Greeter",
        handler: "bytes",
        parameter: Uint8Array.of(1, 0, 255),
        opts: rpc.opts({ input: serde.binary, output: serde.binary }),
      }),
  },
  {
    title: "a codec",
    options: { journalValueCodec: reversed },
    answers: [{ body: '"olleh"' }],
    act: (i) => i.serviceClient<Greeter>(greeter).greet("hello"),
  },
  { title: "a contract", act: (i) => i.client(contract).plain({ a: 1 }) },
  { title: "a contract's handler without an argument", act: (i) => i.client(contract).nothing() },
  { title: "a contract's serdes", answers: [{ body: "LOUD" }], act: (i) => i.client(contract).shout("x") },
  {
    title: "a contract's serdes in place of the connection's",
    options: { serde: silent },
    answers: [{ body: "LOUD" }],
    act: (i) => i.client(contract).shout("x"),
  },
  {
    title: "serdes of a call in place of a contract's",
    answers: [{ body: "LOUD" }],
    act: (i, { rpc }) => i.client(contract).shout("x", rpc.opts({ input: silent, output: silent })),
  },
  { title: "a contract of an object", answers: [{ body: "A" }], act: (i) => i.client(objectContract, "k").shout("x") },
  { title: "a contract of a workflow", answers: [{ body: "A" }], act: (i) => i.client(workflowContract, "k").run("x") },
  {
    title: "a contract through serviceClient",
    answers: [{ body: "A" }],
    act: (i) => (i.serviceClient(contract as never) as unknown as { shout(x: string): Promise<string> }).shout("x"),
  },
  {
    title: "by names, with options that another copy of the client made",
    act: (i) =>
      i.call({
        service: "Greeter",
        handler: "greet",
        key: "a b",
        parameter: "x",
        opts: new official.Opts<string, string>({ input: upperCase, output: upperCase }),
      }),
  },
  {
    title: "by names without a key",
    act: (i) => i.call({ service: "S", handler: "h", key: "", parameter: {} as never }),
  },
  {
    title: "by names in a scope",
    act: (i) => i.call({ service: "S", handler: "h", scope: "s.1", parameter: 1 as never }),
  },
];

const sendCases: Case[] = [
  { title: "to a service", act: (i) => i.serviceSendClient<Greeter>(greeter).greet("x") },
  { title: "to an object", act: (i) => i.objectSendClient<Greeter>(greeter, "a/b").greet("x") },
  {
    title: "with a delay",
    act: (i, { rpc }) => i.serviceSendClient<Greeter>(greeter).greet("x", rpc.sendOpts({ delay: 1500.7 })),
  },
  {
    title: "with a delay as duration",
    act: (i, { rpc }) =>
      i.serviceSendClient<Greeter>(greeter).greet("x", rpc.sendOpts({ delay: { days: 1, milliseconds: 5 } })),
  },
  {
    title: "with a delay of 0",
    act: (i, { rpc }) => i.serviceSendClient<Greeter>(greeter).greet("x", rpc.sendOpts({ delay: 0 })),
  },
  {
    title: "with an idempotency key",
    act: (i, { SendOpts }) =>
      i.serviceSendClient<Greeter>(greeter).greet("x", SendOpts.from({ idempotencyKey: "k", headers: { "x-a": "1" } })),
  },
  {
    title: "with the options of a call",
    act: (i, { rpc }) => i.serviceSendClient<Greeter>(greeter).greet("x", rpc.opts({ idempotencyKey: "k" }) as never),
  },
  {
    title: "through a codec",
    options: { journalValueCodec: reversed },
    act: (i) => i.serviceSendClient<Greeter>(greeter).greet("x"),
  },
  {
    title: "with the serde of the connection",
    options: { serde: upperCase },
    act: (i) => i.serviceSendClient<Greeter>(greeter).greet("x"),
  },
  { title: "to a contract", act: (i) => i.sendClient(contract).shout("x") },
  { title: "to a contract of an object", act: (i) => i.sendClient(objectContract, "k").shout("x") },
  { title: "to a contract of a workflow", act: (i) => i.sendClient(workflowContract, "k").run("x") },
  {
    title: "by names",
    act: (i, { rpc }) =>
      i.send({
        service: "S",
        handler: "h",
        key: "k",
        parameter: "x",
        opts: rpc.sendOpts({ input: upperCase, delay: 10 }),
      }),
  },
  {
    title: "by names in a scope",
    act: (i, { rpc }) =>
      i.send({ service: "S", handler: "h", scope: "s", parameter: 1, opts: rpc.sendOpts({ delay: 10 }) }),
  },
];
const sends = sendCases.map((each): Case => ({ answers: [{ status: 202, body: accepted }], ...each }));

const workflows: Case[] = [
  {
    title: "submit",
    answers: [{ status: 202, body: accepted }],
    act: (i) => i.workflowClient<Flow>(flow, "k/1").workflowSubmit("x"),
  },
  {
    title: "submit without an argument, with options",
    answers: [{ status: 202, body: accepted }],
    act: (i, { rpc }) => i.workflowClient<Flow>(flow, "k").workflowSubmit(rpc.sendOpts({ delay: 10 }) as never),
  },
  { title: "attach", act: (i) => i.workflowClient<Flow>(flow, "k/1").workflowAttach() },
  {
    title: "attach with options",
    options: { headers: { "x-a": "1" } },
    answers: [{ body: "LOUD" }],
    act: (i, { rpc }) => i.workflowClient<Flow>(flow, "k").workflowAttach(rpc.opts({ output: upperCase as never })),
  },
  { title: "output", act: (i) => i.workflowClient<Flow>(flow, "k").workflowOutput() },
  {
    title: "output that is not there yet",
    answers: [failure(470)],
    act: async (i) => {
      const output = await i.workflowClient<Flow>(flow, "k").workflowOutput();
      let isThrown = false;
      try {
        void output.result;
      } catch {
        isThrown = true;
      }
      return { ready: output.ready, isThrown };
    },
  },
  {
    title: "output of a workflow that failed",
    answers: [failure(500)],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowOutput(),
  },
  {
    title: "output of a workflow that is not there",
    answers: [failure(404)],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowOutput(),
  },
  {
    title: "attach by a contract, with the serde of its run",
    answers: [{ body: "LOUD" }],
    act: (i) => i.workflowClient<Flow>(workflowContract, "k").workflowAttach(),
  },
  {
    title: "attach through a codec",
    options: { journalValueCodec: reversed },
    answers: [{ body: "21" }],
    act: (i) => i.workflowClient<Flow>(flow, "k").workflowAttach(),
  },
];

const others: Case[] = [
  {
    title: "resolve an awakeable",
    options: { headers: { "x-a": "1" } },
    act: (i) => i.resolveAwakeable("sign_1abc", { a: 1 }),
  },
  { title: "resolve an awakeable with nothing", act: (i) => i.resolveAwakeable("sign_1abc") },
  { title: "resolve an awakeable with a serde", act: (i) => i.resolveAwakeable("sign_1abc", "x", upperCase) },
  {
    title: "resolve an awakeable through a codec",
    options: { journalValueCodec: reversed },
    act: (i) => i.resolveAwakeable("sign_1abc", "ab"),
  },
  {
    title: "reject an awakeable",
    options: { headers: { "x-a": "1" } },
    act: (i) => i.rejectAwakeable("sign_1abc", "broken"),
  },
  {
    title: "reject an awakeable with another content type",
    options: { headers: { "Content-Type": "text/markdown" } },
    act: (i) => i.rejectAwakeable("sign_1abc", "broken"),
  },
  {
    title: "resolve an awakeable that is not there",
    answers: [failure(400)],
    options: { retry },
    act: (i) => i.resolveAwakeable("sign_1abc"),
  },
  {
    title: "reject an awakeable, which is not retried",
    answers: [failure(503)],
    options: { retry },
    act: (i) => i.rejectAwakeable("sign_1abc", "x"),
  },
  {
    title: "result of a send",
    act: (i) => i.result({ invocationId: "inv_1abc", status: "Accepted", attachable: true }),
  },
  {
    title: "result with a serde",
    answers: [{ body: "LOUD" }],
    act: (i) => i.result({ invocationId: "inv_1abc", status: "Accepted", attachable: true }, upperCase),
  },
  {
    title: "result of a send that has none",
    act: (i) => i.result({ invocationId: "inv_1abc", status: "Accepted", attachable: false }),
  },
];

const scopes: Case[] = [
  { title: "a call", act: (i) => i.scope("t.1").serviceClient<Greeter>(greeter).greet("x") },
  {
    title: "a call with a limit key",
    act: (i, { rpc }) =>
      i
        .scope("t")
        .serviceClient<Greeter>(greeter)
        .greet("x", rpc.opts({ limitKey: "a/b" })),
  },
  { title: "an object", act: (i) => i.scope("t").objectClient<Greeter>(greeter, "a/b").greet("x") },
  { title: "a contract", answers: [{ body: "A" }], act: (i) => i.scope("t").client(contract).shout("x") },
  {
    title: "a contract of an object",
    answers: [{ body: "A" }],
    act: (i) => i.scope("t").client(objectContract, "k").shout("x"),
  },
  { title: "a handler of a workflow", act: (i) => i.scope("t").workflowClient<Flow>(flow, "k").approve(1) },
  {
    title: "submit",
    answers: [{ status: 202, body: accepted }],
    act: (i) => i.scope("t").workflowClient<Flow>(flow, "k").workflowSubmit(1),
  },
  {
    title: "a send",
    answers: [{ status: 202, body: accepted }],
    act: (i) => i.scope("t").serviceSendClient<Greeter>(greeter).greet("x"),
  },
  {
    title: "a delayed send to an object",
    answers: [{ status: 202, body: accepted }],
    act: (i, { rpc }) =>
      i
        .scope("t")
        .objectSendClient<Greeter>(greeter, "k")
        .greet("x", rpc.sendOpts({ delay: 20 })),
  },
  {
    title: "a send to a contract",
    answers: [{ status: 202, body: accepted }],
    act: (i) => i.scope("t").sendClient(objectContract, "k").shout("x"),
  },
  { title: "an empty scope, which is none", act: (i) => i.scope("").serviceClient<Greeter>(greeter).greet("x") },
];

/** What the caller got: the value, or what a program can tell of an error without reading its sentence. */
async function outcomeOf(act: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await act() };
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    const { status, responseText } = error as Partial<official.HttpCallError>;
    return { isTypeError: error instanceof TypeError, status, responseText };
  }
}

async function run(client: ClientModule, { act, options, answers = [{ body: "1" }] }: Case) {
  const { fetch, recorded } = recordingFetch(answers);
  const ingress = client.connect({ url: "http://ingress.test:8080", ...options, fetch });
  return { outcome: await outcomeOf(() => act(ingress, client)), recorded };
}

const tables = { calls, sends, workflows, others, scopes, retries, aborts };

describe.each(Object.entries(tables))("on the wire as the official client: %s", (_topic, cases) => {
  it.each(cases)("$title", async (each) => {
    const results = await Promise.all(clients.map(async ([, client]) => run(client, each)));
    const [expected, actual] = results;
    expect(actual).toEqual(expected);
    const first = expected?.recorded[0] as Recorded | undefined;
    if (first !== undefined) expect(first.url.startsWith("http://ingress.test:8080/")).toBe(true);
  });
});
