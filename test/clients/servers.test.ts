import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect as connectOurs, rpc } from "../../sdk/clients/index.ts";
import { serversUnderTest } from "../conformance/conformance.ts";
import { Stand } from "../conformance/stand.ts";
import { clients } from "./modules.ts";
import { clientSuite } from "./suite.ts";

type Handler<Input, Output> = (context: unknown, input: Input) => Promise<Output>;
type Flow = { run: Handler<string, unknown>; resolve: Handler<{ name: string; value: unknown }, unknown> };

describe.each(serversUnderTest)("server %s", (kind) => {
  const stand = new Stand(kind, "official", "bidi");
  beforeAll(() => stand.setUp());
  afterAll(() => stand.tearDown());

  describe.each(clients)("client %s", (_name, client) => clientSuite(stand, client));

  describe("client ours, where it differs from the official one", () => {
    const ingress = () => connectOurs({ url: `${stand.server.ingressUrl}/` });

    it("calls an object under an empty key", async () => {
      const keyed = ingress().objectClient<{ echo: Handler<number, unknown> }>({ name: "Keyed" }, "");
      expect(await keyed.echo(1)).toEqual({ key: "", value: 1 });
    });

    it("says which handler failed, with what, and whose error it is", async () => {
      const failing = ingress().serviceClient<{ fail: Handler<string, void> }>({ name: "Echo" }).fail("broken");
      const message = /^Echo\/fail: 422 broken \(the error of invocation inv_\w+\)$/;
      await expect(failing).rejects.toThrow(message);
    });

    if (kind === "real") return;

    it("attaches to a workflow inside a scope, not to the one of that key outside", async () => {
      const key = stand.name();
      const inside = ingress().scope("s1").workflowClient<Flow>({ name: "Flow" }, key);
      const outside = ingress().workflowClient<Flow>({ name: "Flow" }, key);
      await inside.workflowSubmit("wait");
      await outside.workflowSubmit("outside");
      expect((await inside.workflowOutput()).ready).toBe(false);
      await inside.resolve({ name: "decision", value: "inside" });
      expect(await inside.workflowAttach(rpc.opts({ timeout: 20_000 }))).toEqual({ value: "inside" });
      expect(await inside.workflowOutput()).toMatchObject({ ready: true, result: { value: "inside" } });
      expect(await outside.workflowAttach()).toEqual({ key, input: "outside" });
    });
  });
});
