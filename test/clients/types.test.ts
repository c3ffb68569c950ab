/*
 * That our declarations and those of the official client are one another's, where the compiler can tell: for the types
 * of a definite service. (A definition carries the types of its handlers as arguments of an alias, not as a member, so
 * a definition made by the one SDK is accepted by the other's client, which then cannot infer its handlers: name them,
 * `serviceClient<Handlers>(definition)`. A contract made with `iface` has them as a member and needs nothing.)
 */
import * as officialSdk from "@restatedev/restate-sdk";
import * as official from "@restatedev/restate-sdk-clients";
import { describe, expect, expectTypeOf, it } from "vitest";
import * as ours from "../../sdk/clients/index.ts";
import { iface as ourIface } from "../../sdk/core/index.ts";

type Handlers = {
  greet: (context: unknown, name: string) => Promise<{ greeting: string }>;
  ping: (context: unknown) => Promise<void>;
  maybe: (context: unknown, name?: string) => Promise<number>;
};
type FlowHandlers = {
  run: (context: unknown, input: { email: string }) => Promise<boolean>;
  approve: (context: unknown, yes: boolean) => Promise<void>;
};

/** Compiles only when each is assignable to the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <_T extends true>(): void => undefined;

/** Never called: its body is what the compiler checks. */
function compiled(_declarations: () => unknown): void {}

describe("the exports", () => {
  it("has every name of the official client, of the same kind", () => {
    const kinds = (module: object) => Object.entries(module).map(([name, value]) => [name, typeof value]);
    expect(Object.fromEntries(kinds(ours))).toMatchObject(Object.fromEntries(kinds(official)));
  });

  it("has every type of the official client", () => {
    same<Same<ours.ConnectionOpts, official.ConnectionOpts>>();
    same<Same<ours.RetryPolicy, official.RetryPolicy>>();
    same<Same<ours.RetryFailure, official.RetryFailure>>();
    same<Same<ours.IngressCallOptions<string, number>, official.IngressCallOptions<string, number>>>();
    same<Same<ours.IngressSendOptions<string>, official.IngressSendOptions<string>>>();
    same<Same<ours.Opts<string, number>, official.Opts<string, number>>>();
    same<Same<ours.SendOpts<string>, official.SendOpts<string>>>();
    same<Same<ours.HttpCallError, official.HttpCallError>>();
    same<Same<ours.Send<number>, official.Send<number>>>();
    same<Same<ours.WorkflowSubmission<number>, official.WorkflowSubmission<number>>>();
    same<Same<ours.Output<number>, official.Output<number>>>();
    same<Same<ours.InferArgType<[string, number]>, official.InferArgType<[string, number]>>>();
    same<Same<ours.Serde<string>, official.Serde<string>>>();
    same<Same<ours.Duration, official.Duration>>();
    same<Same<ours.JournalValueCodec, official.JournalValueCodec>>();
    same<Same<ours.IngressClient<Handlers>, official.IngressClient<Handlers>>>();
    same<Same<ours.IngressSendClient<Handlers>, official.IngressSendClient<Handlers>>>();
    same<Same<ours.IngressWorkflowClient<FlowHandlers>, official.IngressWorkflowClient<FlowHandlers>>>();
    same<Same<typeof ours.HttpCallError, typeof official.HttpCallError>>();
    same<Same<typeof ours.defaultShouldRetry, typeof official.defaultShouldRetry>>();
    type Contract = { greet: officialSdk.HandlerDescriptor<string, number> };
    same<Same<ours.IngressClientFromDescriptors<Contract>, official.IngressClientFromDescriptors<Contract>>>();
    same<Same<ours.IngressSendClientFromDescriptors<Contract>, official.IngressSendClientFromDescriptors<Contract>>>();
    same<Same<ours.ServiceDefinition<"Greeter", Handlers>, official.ServiceDefinition<"Greeter", Handlers>>>();
    same<Same<ours.VirtualObjectDefinition<"G", Handlers>, official.VirtualObjectDefinition<"G", Handlers>>>();
    same<Same<ours.WorkflowDefinition<"Flow", FlowHandlers>, official.WorkflowDefinition<"Flow", FlowHandlers>>>();
    same<Same<ours.ServiceDefinitionFrom<Handlers>, official.ServiceDefinitionFrom<Handlers>>>();
    same<Same<ours.VirtualObjectDefinitionFrom<Handlers>, official.VirtualObjectDefinitionFrom<Handlers>>>();
    same<Same<ours.WorkflowDefinitionFrom<FlowHandlers>, official.WorkflowDefinitionFrom<FlowHandlers>>>();
    same<Same<ours.Service<Handlers>, official.Service<Handlers>>>();
    same<Same<ours.VirtualObject<Handlers>, official.VirtualObject<Handlers>>>();
    same<Same<ours.Workflow<FlowHandlers>, official.Workflow<FlowHandlers>>>();
    // A connection's methods that infer from a definition are compared above, by what they return.
    type Plain = "call" | "send" | "resolveAwakeable" | "rejectAwakeable" | "result";
    same<Same<Pick<ours.Ingress, Plain>, Pick<official.Ingress, Plain>>>();
    same<Same<keyof ours.Ingress, keyof official.Ingress>>();
    same<Same<keyof ours.ScopedIngress, keyof official.ScopedIngress>>();
  });
});

describe("definitions", () => {
  const ourIngress = ours.connect({ url: "http://restate.test" });
  const greeter = officialSdk.service({
    name: "Greeter",
    handlers: { greet: async (_context: officialSdk.Context, name: string) => name.length },
  });
  const flow = officialSdk.workflow({
    name: "Flow",
    handlers: { run: async (_context: officialSdk.WorkflowContext, email: string) => email === "" },
  });

  it("made by the official SDK are accepted, with their handlers named", () => {
    compiled(() => {
      const client = ourIngress.serviceClient<Handlers>(greeter);
      expectTypeOf(client.greet).parameter(0).toEqualTypeOf<string>();
      expectTypeOf(client.greet("x")).resolves.toEqualTypeOf<{ greeting: string }>();
      ourIngress.objectClient<Handlers>(greeter, "key");
      const workflow = ourIngress.workflowClient<FlowHandlers>(flow, "key");
      expectTypeOf(workflow.workflowAttach()).resolves.toEqualTypeOf<boolean>();
      // @ts-expect-error: the run is submitted, not called.
      workflow.run({ email: "x" });
    });
  });

  it("made as contracts, by either SDK, infer their handlers", () => {
    compiled(() => {
      const theirs = officialSdk.iface.service("Greeter", { greet: officialSdk.iface.json<string, number>() });
      expectTypeOf(ourIngress.client(theirs).greet("x")).resolves.toEqualTypeOf<number>();
      const own = ourIface.object("Store", {
        get: ourIface.json<string, number>(),
        clear: ourIface.json<void, void>(),
      });
      expectTypeOf(ourIngress.client(own, "key").get("x")).resolves.toEqualTypeOf<number>();
      expectTypeOf(ourIngress.client(own, "key").clear()).resolves.toEqualTypeOf<void>();
      expectTypeOf(official.connect({ url: "" }).client(own, "key").get("x")).resolves.toEqualTypeOf<number>();
      // @ts-expect-error: an object has a key.
      ourIngress.client(own);
    });
  });

  it("made by hand infer their handlers, and so do sends and their results", () => {
    compiled(() => {
      const definition = { name: "Greeter" } as ours.ServiceDefinition<"Greeter", Handlers>;
      const client = ourIngress.serviceClient(definition);
      expectTypeOf(client.greet("x")).resolves.toEqualTypeOf<{ greeting: string }>();
      client.ping(ours.rpc.opts({ headers: {} }));
      client.maybe();
      // @ts-expect-error: a name is text.
      client.greet(1);
      const sent = ourIngress.serviceSendClient(definition).greet("x");
      expectTypeOf(sent.then((accepted) => ourIngress.result(accepted))).resolves.toEqualTypeOf<{ greeting: string }>();
    });
  });
});
