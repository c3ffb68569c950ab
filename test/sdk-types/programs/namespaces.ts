/** `handlers` and `rpc` are namespaces: an import alias takes a part of them. */
import * as restate from "@restatedev/restate-sdk";
import { handlers, rpc } from "@restatedev/restate-sdk";
import * as clients from "@restatedev/restate-sdk-clients";

import shared = handlers.object.shared;
import workflowShared = restate.handlers.workflow.shared;
import sendOpts = rpc.sendOpts;
import callOpts = clients.rpc.opts;

const cart = restate.object({
  name: "cart",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      ctx.objectSendClient(cart, ctx.key).expire(amount, sendOpts({ delay: { hours: 1 } }));
    },
    expire: async (_ctx: restate.ObjectContext, _amount: number): Promise<void> => {},
    count: shared(async (ctx: restate.ObjectSharedContext) => (await ctx.get<number>("count")) ?? 0),
  },
});

const order = restate.workflow({
  name: "order",
  handlers: {
    run: async (_ctx: restate.WorkflowContext) => {},
    status: workflowShared(async (_ctx: restate.WorkflowSharedContext, verbose: boolean) => `${verbose}`),
  },
});

declare const ctx: restate.Context;
const count = ctx.objectClient(cart, "ada").count();
const status = clients
  .connect({ url: "http://localhost:8080" })
  .workflowClient(order, "o")
  .status(true, callOpts({ timeout: 1000 }));
export type Count = Awaited<typeof count>;
export type Status = Awaited<typeof status>;
