/** The services that servers and endpoints are measured with, on the SDK that is handed in: the official one or ours. */
import type * as restate from "@restatedev/restate-sdk";

type Sdk = Pick<typeof restate, "service" | "object" | "handlers">;

/** @param oneOf the module of an SDK */
export function measuredServices(oneOf: object) {
  // reason: both SDKs have these functions; their generic signatures are not worth comparing here.
  const sdk = oneOf as Sdk;
  const greeter = sdk.service({
    name: "Greeter",
    handlers: {
      greet: async (_ctx: restate.Context, name: string) => `Hello ${name}!`,
      large: async (_ctx: restate.Context, kilobytes: number) => "z".repeat(kilobytes * 1024),
      steps: async (ctx: restate.Context, first: number) => {
        let sum = first;
        for (let step = 1; step <= 3; step++) sum += await ctx.run(`step ${step}`, () => step);
        return sum;
      },
      /** As many steps as are asked for, all of one name, each of which gives 1. */
      many: async (ctx: restate.Context, steps: number) => {
        let sum = 0;
        for (let step = 0; step < steps; step++) sum += await ctx.run("step", () => 1);
        return sum;
      },
    },
  });

  const counter = sdk.object({
    name: "Counter",
    handlers: {
      add: async (ctx: restate.ObjectContext, amount: number) => {
        const sum = ((await ctx.get<number>("sum")) ?? 0) + amount;
        ctx.set("sum", sum);
        return sum;
      },
      read: sdk.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => (await ctx.get("sum")) ?? 0),
    },
  });

  return [greeter, counter];
}
