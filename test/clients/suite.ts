import { iface } from "@restatedev/restate-sdk";
import type { Ingress, Send } from "@restatedev/restate-sdk-clients";
import { expect, it } from "vitest";
import type { Stand } from "../conformance/stand.ts";
import type { ClientModule } from "./modules.ts";

// As a handler is declared: the client leaves the context out.
type Handler<Input, Output> = (context: unknown, input: Input) => Promise<Output>;

type Echo = {
  echo: Handler<unknown, unknown>;
  fail: Handler<string, void>;
  headers: (context: unknown) => Promise<Record<string, string>>;
  scope: (context: unknown) => Promise<unknown>;
  noted: Handler<string, unknown>;
  afterGate: Handler<string, string>;
};
type Store = { add: Handler<number, number>; sharedGet: Handler<string, number | null> };
type Flow = { run: Handler<string, unknown>; resolve: Handler<{ name: string; value: unknown }, unknown> };
type Awakeables = { wait: Handler<string, unknown>; waitBytes: Handler<string, string> };

const Echo = { name: "Echo" };
const Store = { name: "Store" };
const Flow = { name: "Flow" };
const Described = iface.service("Described", { double: iface.json<number, number>() });
const DescribedObject = iface.object("DescribedObject", { keyed: iface.json<string, string>() });

/** What a client of the ingress does on a real server; for each client of `modules.ts`. */
export function clientSuite(stand: Stand, { connect, HttpCallError, rpc, serde }: ClientModule): void {
  const url = () => stand.server.ingressUrl;
  const ingress = (): Ingress => connect({ url: url() });

  it("calls services and objects", async () => {
    expect(await ingress().serviceClient<Echo>(Echo).echo({ a: 1 })).toEqual({ a: 1 });
    const counter = ingress().objectClient<Store>(Store, stand.name());
    expect(await counter.add(2)).toBe(2);
    expect(await counter.add(3)).toBe(5);
    expect(await counter.sharedGet("sum")).toBe(5);
  });

  it("calls objects under keys that a URL has to encode", async () => {
    for (const suffix of ["a/b", "ü ?#%", "%2F", "..a"]) {
      const key = `${stand.name()}${suffix}`;
      const keyed = ingress().objectClient<{ echo: Handler<number, unknown> }>({ name: "Keyed" }, key);
      expect(await keyed.echo(1)).toEqual({ key, value: 1 });
    }
  });

  it("calls contracts", async () => {
    expect(await ingress().client(Described).double(21)).toBe(42);
    expect(await ingress().client(DescribedObject, "k").keyed("x")).toBe("k:x");
    const sent = await ingress()
      .sendClient(Described)
      .double(4, rpc.sendOpts({ idempotencyKey: stand.name("idem") }));
    expect(await ingress().result(sent)).toBe(8);
  });

  it("sends headers of the connection and of the call", async () => {
    const connected = connect({ url: url(), headers: { "x-one": "1", "x-two": "1" } });
    const seen = await connected.serviceClient<Echo>(Echo).headers(rpc.opts({ headers: { "x-two": "2" } }));
    expect(seen).toMatchObject({ "x-one": "1", "x-two": "2" });
  });

  it("gets a handler's terminal error", async () => {
    const failing = ingress().serviceClient<Echo>(Echo).fail("broken");
    const error = await failing.then(String, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpCallError);
    expect(error).toMatchObject({ status: 422, message: expect.stringContaining("broken") });
    expect(JSON.parse((error as InstanceType<typeof HttpCallError>).responseText)).toMatchObject({ message: "broken" });
  });

  it("gets the server's error for what does not exist", async () => {
    const nobody = ingress().serviceClient<Echo>({ name: "Nobody" }).echo(1);
    await expect(nobody).rejects.toMatchObject({ status: 404, message: expect.stringContaining("Nobody") });
    const nothing = ingress().serviceClient<{ nothing: Handler<number, number> }>(Echo).nothing(1);
    await expect(nothing).rejects.toMatchObject({ status: 404, message: expect.stringContaining("nothing") });
  });

  it("does not retry a handler's terminal error", async () => {
    let attempts = 0;
    const counting: typeof fetch = (...args) => {
      attempts++;
      return fetch(...args);
    };
    const connected = connect({ url: url(), retry: true, fetch: counting });
    const failing = connected
      .call({
        service: "Echo",
        handler: "fail",
        parameter: "x",
        opts: rpc.opts<string, unknown>({ idempotencyKey: stand.name("idem"), input: serde.json as never }),
      })
      .then(String, (thrown: unknown) => thrown);
    expect(await failing).toMatchObject({ status: 422 });
    expect(attempts).toBe(1);
  });

  it("sends, with a delay and an idempotency key, and fetches the result", async () => {
    const echo = ingress().serviceSendClient<Echo>(Echo);
    const options = rpc.sendOpts({ idempotencyKey: stand.name("idem"), delay: { milliseconds: 50 } });
    const sent = await echo.echo("later", options);
    expect(sent).toMatchObject({ status: "Accepted", attachable: true });
    expect((await echo.echo("again", options)).status).toBe("PreviouslyAccepted");
    expect(await ingress().result(sent)).toBe("later");
  });

  it("sends to objects without an idempotency key, which leaves nothing to ask for", async () => {
    const sent: Send<number> = await ingress().objectSendClient<Store>(Store, stand.name()).add(1);
    expect(sent).toMatchObject({ status: "Accepted", attachable: false });
    await expect(ingress().result(sent)).rejects.toThrow(/idempotency ?key/i);
  });

  it("runs once what it repeats after a lost answer", async () => {
    let attempts = 0;
    const losing: typeof fetch = async (...args) => {
      const response = await fetch(...args);
      if (++attempts > 2) return response;
      await response.arrayBuffer();
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
    };
    const key = stand.name();
    const connected = connect({ url: url(), retry: { initialInterval: 1 }, fetch: losing });
    await connected.serviceClient<Echo>(Echo).noted(key, rpc.opts({ idempotencyKey: stand.name("idem") }));
    expect(attempts).toBe(3);
    expect(await stand.diary.lines(key)).toHaveLength(1);
  });

  it("gives up waiting, while the invocation goes on", async () => {
    const gate = stand.name("gate");
    const idempotencyKey = stand.name("idem");
    const echo = ingress().serviceClient<Echo>(Echo);
    const late = echo.afterGate(gate, rpc.opts({ idempotencyKey, timeout: 50 }));
    await expect(late).rejects.toMatchObject({ name: "TimeoutError" });
    const abort = new AbortController();
    const aborted = echo.afterGate(gate, rpc.opts({ idempotencyKey, signal: abort.signal }));
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    await stand.diary.open(gate);
    expect(await echo.afterGate(gate, rpc.opts({ idempotencyKey }))).toBe(`after ${gate}`);
  });

  it("submits a workflow, peeks at its output, and attaches", async () => {
    const flow = ingress().workflowClient<Flow>(Flow, stand.name());
    const submission = await flow.workflowSubmit("wait");
    expect(submission.status).toBe("Accepted");
    expect((await flow.workflowSubmit("wait")).status).toBe("PreviouslyAccepted");
    expect((await flow.workflowOutput()).ready).toBe(false);
    await flow.resolve({ name: "decision", value: "yes" });
    expect(await flow.workflowAttach()).toEqual({ value: "yes" });
    expect(await flow.workflowOutput()).toMatchObject({ ready: true, result: { value: "yes" } });
    expect(await ingress().result(submission)).toEqual({ value: "yes" });
  });

  it("gets the error of a failed workflow", async () => {
    const flow = ingress().workflowClient<Flow>(Flow, stand.name());
    await flow.workflowSubmit("fail");
    await expect(flow.workflowAttach()).rejects.toMatchObject({ status: 424 });
    await expect(flow.workflowOutput()).rejects.toMatchObject({ status: 424 });
  });

  it("resolves and rejects awakeables", async () => {
    const [one, other, bytes] = [stand.name(), stand.name(), stand.name()];
    const waiter = ingress().serviceClient<Awakeables>({ name: "Awakeables" });
    const waiting = [waiter.wait(one), waiter.wait(other), waiter.waitBytes(bytes)];
    await ingress().resolveAwakeable(await stand.told(one), { woken: true });
    await ingress().rejectAwakeable(await stand.told(other), "no");
    await ingress().resolveAwakeable(await stand.told(bytes), Buffer.from("raw"), serde.binary);
    expect(await waiting[0]).toEqual({ value: { woken: true } });
    expect(await waiting[1]).toMatchObject({ error: { message: "no" } });
    expect(await waiting[2]).toBe("raw");
  });

  it("calls and sends by names, with bytes", async () => {
    const target = { service: "Echo", handler: "bytes", parameter: Uint8Array.from([1, 255, 0]) };
    const { binary } = serde;
    const answer = await ingress().call({ ...target, opts: rpc.opts({ input: binary, output: binary }) });
    expect([...answer]).toEqual([1, 255, 0]);
    const sent = await ingress().send({ ...target, opts: rpc.sendOpts({ input: binary }) });
    expect((await stand.attach(sent.invocationId)).body).toEqual(Buffer.from([1, 255, 0]));
  });

  // Without its experimental flags the real server has no scopes.
  if (stand.kind === "real") return;

  it("calls inside a scope, with a limit key", async () => {
    const scoped = ingress().scope("tenant-1");
    expect(await scoped.serviceClient<Echo>(Echo).scope()).toEqual({ scope: "tenant-1", limitKey: null });
    const limited = await scoped.serviceClient<Echo>(Echo).scope(rpc.opts({ limitKey: "a/b" }));
    expect(limited).toEqual({ scope: "tenant-1", limitKey: "a/b" });
  });

  it("keeps the idempotency keys of scopes apart", async () => {
    const idempotencyKey = stand.name("idem");
    const places = [ingress(), ingress().scope("s1"), ingress().scope("s2"), ingress().scope("s1")];
    const sends = [];
    for (const [i, place] of places.entries()) {
      sends.push(await place.serviceSendClient<Echo>(Echo).echo(i, rpc.sendOpts({ idempotencyKey })));
    }
    expect(sends.map(({ status }) => status)).toEqual(["Accepted", "Accepted", "Accepted", "PreviouslyAccepted"]);
    expect(await Promise.all(sends.map((sent) => ingress().result(sent)))).toEqual([0, 1, 2, 1]);
  });
}
