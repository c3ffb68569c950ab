import { once } from "node:events";
import { Server } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import * as restate from "../sdk/index.ts";
import { RestateLite } from "./restate-lite.ts";
import type { RunningServer } from "./start.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  vi.restoreAllMocks();
});

it("a request that comes before the start is over waits for it, and runs once", async () => {
  let attempts = 0;
  const counted = restate.service({
    name: "Counted",
    handlers: {
      run: async (ctx: restate.Context) => {
        attempts++;
        await ctx.sleep(200);
        return attempts;
      },
    },
  });
  // The ingress listens first; the admin port only once the request has come.
  const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;
  const listeners: Server[] = [];
  const order: string[] = [];
  let answer: Promise<Response> | undefined;
  vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, ...args: unknown[]) {
    listeners.push(this);
    const [ingress] = listeners;
    if (this === ingress || ingress === undefined) return listen.apply(this, args);
    const { port } = ingress.address() as { port: number };
    answer = fetch(`http://127.0.0.1:${port}/Counted/run/send`, { method: "POST" });
    void answer.then(() => order.push("answered"));
    const goOn = () => {
      order.push("admin listens");
      listen.apply(this, args);
    };
    void once(ingress, "connection").then(() => setTimeout(goOn, 200));
    return this;
  });
  server = await RestateLite.start({ services: [counted] });
  expect(listeners).toHaveLength(2);
  const { status } = await (answer as unknown as Promise<Response>);
  expect([...order, status]).toEqual(["admin listens", "answered", 202]);
  const sent = (await (await (answer as Promise<Response>)).json()) as { invocationId: string };
  const result = await fetch(`${server.ingressUrl}/restate/invocation/${sent.invocationId}/attach`);
  expect(await result.json()).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(attempts).toBe(1);
});
