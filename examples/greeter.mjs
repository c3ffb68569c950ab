// An endpoint written with the official SDK (@restatedev/restate-sdk): a service, a virtual object and a workflow.
//
//   npx restate-lite dev -- node examples/greeter.mjs
//
//   curl localhost:8080/MyService/myHandler --json '"Ada"'
//   curl localhost:8080/MyVirtualObject/ada/myHandler --json '"hello"'
//   curl localhost:8080/MyVirtualObject/ada/greetings
//   curl localhost:8080/MyWorkflow/order-1/run/send --json '"Ada"'
//   curl localhost:8080/MyWorkflow/order-1/interactWithWorkflow --json '"approved"'
//   curl localhost:8080/restate/workflow/MyWorkflow/order-1/attach

import * as restate from "@restatedev/restate-sdk";

// The SDK asks for Node 22, where Promise.withResolvers came; with it in place, Node 20 will do.
if (typeof Promise.withResolvers !== "function") {
  Promise.withResolvers = () => {
    let resolve;
    let reject;
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    return { promise, resolve, reject };
  };
}

// A service: what ctx.run returned is journaled, so it does not run again when the handler is retried.
const myService = restate.service({
  name: "MyService",
  handlers: {
    myHandler: async (ctx, name) => {
      const greetingId = await ctx.run("choose an id", () => ctx.rand.uuidv4());
      await ctx.sleep({ milliseconds: 100 });
      return `Hello ${name}! (greeting ${greetingId})`;
    },
  },
});

// A virtual object: state per key, and one exclusive handler at a time on each key.
const myVirtualObject = restate.object({
  name: "MyVirtualObject",
  handlers: {
    myHandler: async (ctx, greeting) => {
      const count = ((await ctx.get("count")) ?? 0) + 1;
      ctx.set("count", count);
      return `${greeting} ${ctx.key}, for the ${count}. time`;
    },
    // Shared: runs beside an exclusive handler of the same key, and only reads.
    greetings: restate.handlers.object.shared(async (ctx) => (await ctx.get("count")) ?? 0),
  },
});

// A workflow: run starts once per key and waits, for days if need be, until somebody interacts with it.
const myWorkflow = restate.workflow({
  name: "MyWorkflow",
  handlers: {
    run: async (ctx, name) => {
      await ctx.run("notify", () => console.log(`workflow ${ctx.key} waits for a decision about ${name}`));
      const decision = await ctx.promise("decision");
      return `${name}: ${decision}`;
    },
    interactWithWorkflow: async (ctx, decision) => {
      await ctx.promise("decision").resolve(decision);
      return "noted";
    },
  },
});

const port = Number(process.env.PORT ?? 9080);
await restate.serve({ services: [myService, myVirtualObject, myWorkflow], port });
