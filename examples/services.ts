// The three kinds of services: a plain service, a virtual object (state per key, one exclusive handler at a time on each
// key) and a workflow (`run` starts once per key; other handlers interact with it while it runs, and afterwards).
//
//   npx restate-lite dev examples/services.ts
//
//   curl localhost:8080/MyService/myHandler --json '"Ada"'
//   curl localhost:8080/MyVirtualObject/ada/myHandler --json '"Hello"'
//   curl localhost:8080/MyVirtualObject/ada/myConcurrentHandler
//   curl localhost:8080/MyWorkflow/order-1/run/send --json '"Ada"'
//   curl localhost:8080/MyWorkflow/order-1/interactWithWorkflow --json '"approved"'
//   curl localhost:8080/restate/workflow/MyWorkflow/order-1/attach

import * as restate from "restate-lite/sdk";

export const myService = restate.service({
  name: "MyService",
  handlers: {
    myHandler: async (_ctx: restate.Context, name: string) => `Hello ${name}!`,
  },
});

export const myVirtualObject = restate.object({
  name: "MyVirtualObject",
  handlers: {
    myHandler: async (ctx: restate.ObjectContext, greeting: string) => {
      const count = ((await ctx.get<number>("count")) ?? 0) + 1;
      ctx.set("count", count);
      return `${greeting} ${ctx.key}, visit ${count}`;
    },
    // Shared: runs beside an exclusive handler of the same key, and only reads.
    myConcurrentHandler: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext) => (await ctx.get<number>("count")) ?? 0,
    ),
  },
});

export const myWorkflow = restate.workflow({
  name: "MyWorkflow",
  handlers: {
    run: async (ctx: restate.WorkflowContext, name: string) => {
      const decision = await ctx.promise<string>("decision");
      return `${name}: ${decision}`;
    },
    interactWithWorkflow: async (ctx: restate.WorkflowSharedContext, decision: string) => {
      await ctx.promise<string>("decision").resolve(decision);
    },
  },
});

await restate.serve({ services: [myService, myVirtualObject, myWorkflow] });
