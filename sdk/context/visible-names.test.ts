import { describe, expect, it } from "vitest";
import {
  type Context,
  type DurablePromise,
  type InvocationHandle,
  type InvocationId,
  type InvocationPromise,
  type InvocationReference,
  object,
  type SignalReference,
  service,
  type WorkflowContext,
  workflow,
  handlers as written,
} from "../authoring/index.ts";
import { TerminalError } from "../core/index.ts";
import { type ContextInternal, RestatePromise } from "./index.ts";
import { handlerOf, ScriptedServer } from "./scripted-server.fixture.ts";

/** The members of a type, so that the compiler compares the list with the documented interface. */
type Members<T> = Readonly<Record<Extract<keyof T, string>, true>>;

const contextNames: Members<WorkflowContext & ContextInternal> = {
  attach: true,
  awakeable: true,
  cancel: true,
  cancelPreviousCalls: true,
  cancellation: true,
  clear: true,
  clearAll: true,
  client: true,
  console: true,
  date: true,
  genericCall: true,
  genericSend: true,
  get: true,
  invocation: true,
  isProcessing: true,
  key: true,
  objectClient: true,
  objectSendClient: true,
  promise: true,
  rand: true,
  rejectAwakeable: true,
  request: true,
  resolveAwakeable: true,
  run: true,
  scope: true,
  sendClient: true,
  serviceClient: true,
  serviceSendClient: true,
  set: true,
  signal: true,
  sleep: true,
  stateKeys: true,
  workflowClient: true,
  workflowSendClient: true,
};
// biome-ignore lint/suspicious/noThenProperty: reason: the name is what is listed
const plainPromiseNames: Members<Promise<unknown>> = { catch: true, finally: true, then: true };
const promiseNames: Members<RestatePromise<unknown>> = { ...plainPromiseNames, map: true, orTimeout: true };
const callNames: Members<InvocationPromise<unknown>> = { ...promiseNames, invocationId: true };
const sendNames: Members<InvocationHandle> = { invocationId: true };
const durablePromiseNames: Members<DurablePromise<unknown>> = {
  ...plainPromiseNames,
  get: true,
  peek: true,
  reject: true,
  resolve: true,
};
const invocationNames: Members<InvocationReference> = { attach: true, cancel: true, signal: true };
const signalNames: Members<SignalReference<unknown>> = { reject: true, resolve: true };

const TAG = "Symbol(Symbol.toStringTag)";
const INSPECT = "Symbol(nodejs.util.inspect.custom)";

/** What somebody who holds an object can find on it: own and inherited, enumerable or not. */
function visibleNames(held: object): string[] {
  const names = new Set<string>();
  for (let owner = held; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Reflect.ownKeys(owner)) names.add(String(name));
  }
  return [...names].sort();
}

function documented(members: object, ...symbols: string[]): string[] {
  return [...Object.keys(members), ...symbols, "constructor"].sort();
}

type Look = (ctx: WorkflowContext & ContextInternal) => object;

/** What a handler finds on an object that it holds. */
async function seenIn(definition: (handler: (ctx: Context) => Promise<unknown>) => unknown, look: Look) {
  const handler = async (ctx: Context) => visibleNames(look(ctx as WorkflowContext & ContextInternal));
  const attempt = await new ScriptedServer(handlerOf(definition(handler), "look"), { key: "k" }).attempt();
  return attempt.output;
}

describe("a context shows its documented names and nothing else", () => {
  it.each<[string, Parameters<typeof seenIn>[0]]>([
    ["service", (look) => service({ name: "S", handlers: { look } })],
    ["object", (look) => object({ name: "O", handlers: { look } })],
    ["object, shared", (look) => object({ name: "O", handlers: { look: written.object.shared(look) } })],
    ["workflow", (look) => workflow({ name: "W", handlers: { run: async () => {}, look } })],
    ["workflow, run", (look) => workflow({ name: "W", handlers: { run: look, look } })],
    [
      "workflow, shared",
      (look) => workflow({ name: "W", handlers: { run: async () => {}, look: written.workflow.shared(look) } }),
    ],
  ])("%s", async (_kind, definition) => {
    expect(await seenIn(definition, (ctx) => ctx)).toEqual(documented(contextNames));
  });
});

describe("what a handler gets from its context shows its documented names and nothing else", () => {
  const id = "inv_1other" as InvocationId;
  const call = { service: "Other", method: "go", parameter: new Uint8Array() };
  const promise = documented(promiseNames, TAG, INSPECT);

  it.each<[string, Look, string[]]>([
    ["state", (ctx) => ctx.get("name"), promise],
    ["a run", (ctx) => ctx.run(() => 1), promise],
    ["a sleep", (ctx) => ctx.sleep(1), promise],
    ["an awakeable", (ctx) => ctx.awakeable().promise, promise],
    ["a signal", (ctx) => ctx.signal("name"), promise],
    ["an attached invocation", (ctx) => ctx.invocation(id).attach(), promise],
    ["a cancellation", (ctx) => ctx.cancellation(), promise],
    ["the calls that are cancelled", (ctx) => ctx.cancelPreviousCalls(), promise],
    ["a promise with a timeout", (ctx) => ctx.sleep(2).orTimeout(1), promise],
    ["a mapped promise", (ctx) => ctx.sleep(1).map(() => 1), promise],
    ["combined promises", (ctx) => RestatePromise.all([ctx.sleep(1), ctx.sleep(2)]), promise],
    ["a value", () => RestatePromise.resolve(1), promise],
    ["a failure", () => RestatePromise.reject(new TerminalError("no")), promise],
    ["a promise without an end", () => RestatePromise.race([]), promise],
    ["a call", (ctx) => ctx.genericCall(call), documented(callNames, TAG, INSPECT)],
    ["the id of a call", (ctx) => ctx.genericCall(call).invocationId, promise],
    ["a send", (ctx) => ctx.genericSend(call), documented(sendNames)],
    ["a durable promise", (ctx) => ctx.promise("name"), documented(durablePromiseNames, TAG)],
    ["the value of a durable promise", (ctx) => ctx.promise("name").get(), promise],
    ["another invocation", (ctx) => ctx.invocation(id), documented(invocationNames)],
    ["a signal of another invocation", (ctx) => ctx.invocation(id).signal("name"), documented(signalNames)],
  ])("%s", async (_what, look, names) => {
    const definition = (look: (ctx: Context) => Promise<unknown>) => object({ name: "O", handlers: { look } });
    expect(await seenIn(definition, look)).toEqual(names);
  });
});
