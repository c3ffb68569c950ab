// A service: durable steps. What `ctx.run` returned is journaled, so a retry of the handler does not run it again; the
// sleep is durable too, and holds no process while it lasts.
//
//   npx restate-lite dev examples/greeter.ts
//
//   curl localhost:8080/Greeter/greet --json '{"name": "Ada"}'
//   curl localhost:8080/Greeter/greet --json '{"name": ""}'                                     (a 400, at once)
//   curl localhost:8080/Greeter/greet -H 'idempotency-key: k1' --json '{"name": "Ada"}'         (twice: one greeting)

import * as restate from "restate-lite/sdk";

export const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: restate.Context, { name }: { name: string }): Promise<string> => {
      // A terminal error is an answer. Every other error is retried.
      if (name === "") throw new restate.TerminalError("Say who is to be greeted", { errorCode: 400 });
      const greetingId = await ctx.run("choose an id", () => ctx.rand.uuidv4());
      await ctx.sleep({ milliseconds: 100 });
      return `Hello ${name}! (greeting ${greetingId})`;
    },
  },
});

await restate.serve({ services: [greeter] });
