import * as official from "@restatedev/restate-sdk-clients";
import { expect, it } from "vitest";
import * as ours from "../../../sdk/clients/index.ts";
import type { Stand } from "../stand.ts";

// As a handler is declared: the client leaves the context out.
type Handler<Input, Output> = (context: unknown, input: Input) => Promise<Output>;

type Echo = {
  echo: Handler<unknown, unknown>;
  fail: Handler<string, void>;
};

type Store = {
  add: Handler<number, number>;
};

type Flow = {
  run: Handler<string, unknown>;
  resolve: Handler<{ name: string; value: unknown }, unknown>;
};

type Awakeables = {
  wait: Handler<string, unknown>;
};

/** The ingress client that belongs to the SDK of the endpoint: `@restatedev/restate-sdk-clients` or ours. */
export function client(stand: Stand): void {
  const { connect, rpc, serde }: typeof official = stand.sdk === "official" ? official : ours;
  const ingress = (): official.Ingress => connect({ url: stand.server.ingressUrl });

  it("calls services and objects", async () => {
    expect(await ingress().serviceClient<Echo>({ name: "Echo" }).echo({ a: 1 })).toEqual({ a: 1 });
    const counter = ingress().objectClient<Store>({ name: "Store" }, stand.name());
    expect(await counter.add(2)).toBe(2);
    expect(await counter.add(3)).toBe(5);
  });

  it("gets a handler's terminal error", async () => {
    const failing = ingress().serviceClient<Echo>({ name: "Echo" }).fail("broken");
    await expect(failing).rejects.toMatchObject({ status: 422 });
  });

  it("sends, with a delay and an idempotency key, and fetches the result", async () => {
    const echo = ingress().serviceSendClient<Echo>({ name: "Echo" });
    const options = rpc.sendOpts({ idempotencyKey: stand.name("idem"), delay: { milliseconds: 50 } });
    const sent = await echo.echo("later", options);
    expect(sent.status).toBe("Accepted");
    expect((await echo.echo("again", options)).status).toBe("PreviouslyAccepted");
    expect(await ingress().result(sent)).toBe("later");
  });

  it("submits a workflow, peeks at its output, and attaches", async () => {
    const flow = ingress().workflowClient<Flow>({ name: "Flow" }, stand.name());
    expect((await flow.workflowSubmit("wait")).status).toBe("Accepted");
    expect((await flow.workflowSubmit("wait")).status).toBe("PreviouslyAccepted");
    expect((await flow.workflowOutput()).ready).toBe(false);
    await flow.resolve({ name: "decision", value: "yes" });
    expect(await flow.workflowAttach()).toEqual({ value: "yes" });
    expect(await flow.workflowOutput()).toMatchObject({ ready: true, result: { value: "yes" } });
  });

  it("resolves and rejects awakeables", async () => {
    const [one, other] = [stand.name(), stand.name()];
    const waiter = ingress().serviceClient<Awakeables>({ name: "Awakeables" });
    const waiting = [waiter.wait(one), waiter.wait(other)];
    await ingress().resolveAwakeable(await stand.told(one), { woken: true });
    await ingress().rejectAwakeable(await stand.told(other), "no");
    expect(await waiting[0]).toEqual({ value: { woken: true } });
    expect(await waiting[1]).toMatchObject({ error: { message: "no" } });
  });

  it("calls and sends by names, with bytes", async () => {
    const target = { service: "Echo", handler: "bytes", parameter: Uint8Array.from([1, 255, 0]) };
    const { binary } = serde;
    const answer = await ingress().call({ ...target, opts: rpc.opts({ input: binary, output: binary }) });
    expect([...answer]).toEqual([1, 255, 0]);
    const sent = await ingress().send({ ...target, opts: rpc.sendOpts({ input: binary }) });
    expect((await stand.attach(sent.invocationId)).body).toEqual(Buffer.from([1, 255, 0]));
  });
}
