/** The ingress client: what it takes and what it answers. */
import * as restate from "@restatedev/restate-sdk";
import * as clients from "@restatedev/restate-sdk-clients";

const greeter = restate.service({
  name: "greeter",
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => name.length,
    ping: async (_ctx: restate.Context) => {},
  },
});
const counter = restate.object({
  name: "counter",
  handlers: { add: async (_: restate.ObjectContext, n: number) => n },
});
const signup = restate.workflow({
  name: "signup",
  handlers: {
    run: async (_ctx: restate.WorkflowContext, user: { email: string }) => user.email,
    status: async (_ctx: restate.WorkflowSharedContext) => true,
  },
});
const contract = restate.iface.service("contract", { greet: restate.iface.json<string, number>() });

const ingress = clients.connect({
  url: "http://localhost:8080",
  headers: { a: "b" },
  retry: {
    maxAttempts: 1,
    maxDuration: false,
    initialInterval: { seconds: 1 },
    maxInterval: 1,
    exponentiationFactor: 2,
    respectRetryAfter: true,
    shouldRetry: (failure, attempt) => attempt < 3 && clients.defaultShouldRetry(failure),
  },
  serde: clients.serde.json,
  journalValueCodec: { encode: (bytes) => bytes, decode: async (bytes) => bytes },
  fetch: globalThis.fetch,
});

const used = async () => {
  const workflow = ingress.workflowClient(signup, "key");
  const sent = await ingress.serviceSendClient(greeter).greet("Ann", clients.rpc.sendOpts({ delay: 5 }));
  const submitted = await workflow.workflowSubmit({ email: "a" }, clients.SendOpts.from({ idempotencyKey: "once" }));
  const options = clients.Opts.from<string, number>({
    idempotencyKey: "once",
    limitKey: "tenant",
    headers: {},
    timeout: 5,
    signal: new AbortController().signal,
    input: clients.serde.json,
    output: clients.serde.json,
  });
  return {
    greeted: await ingress.serviceClient(greeter).greet("Ann", options),
    pinged: await ingress.serviceClient<typeof greeter>({ name: "greeter" }).ping(),
    added: await ingress.objectClient(counter, "key").add(1),
    sent,
    submitted,
    sentResult: await ingress.result(sent),
    submittedResult: await ingress.result(submitted),
    attached: await workflow.workflowAttach(),
    output: await workflow.workflowOutput(),
    status: await workflow.status(),
    contract: await ingress.client(contract).greet("Ann"),
    contractSent: await ingress.sendClient(contract).greet("Ann"),
    scoped: await ingress.scope("tenant").serviceClient(greeter).greet("Ann"),
    called: await ingress.call({ service: "a", handler: "b", parameter: new Uint8Array() }),
    generic: await ingress.send({
      service: "a",
      handler: "b",
      key: "k",
      parameter: "x",
      opts: clients.SendOpts.from({}),
    }),
    resolved: await ingress.resolveAwakeable("id", { a: 1 }, clients.serde.json),
    rejected: await ingress.rejectAwakeable("id", "no"),
  };
};
export type Used = Awaited<ReturnType<typeof used>>;
export type WorkflowKeys = keyof ReturnType<typeof ingress.workflowClient<typeof signup>>;
export type Failed = [clients.HttpCallError["status"], clients.HttpCallError["responseText"]];

// @ts-expect-error the input is a string
ingress.serviceClient(greeter).greet(1);
// @ts-expect-error run is submitted
ingress.workflowClient(signup, "key").run({ email: "a" });
// @ts-expect-error a key is needed
ingress.objectClient(counter);
