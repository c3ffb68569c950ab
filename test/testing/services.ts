import * as restate from "../../sdk/index.ts";

/** How often the steps of `Shop` really ran. */
export const effects = new Map<string, number>();

function effect<T>(name: string, value: T): T {
  effects.set(name, (effects.get(name) ?? 0) + 1);
  return value;
}

/** What `shout` calls of its own service. */
const greeterRef = { name: "Greeter" } as restate.ServiceDefinition<
  "Greeter",
  { greet: (ctx: restate.Context, name: string) => Promise<string> }
>;

export const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => `Hello ${name}!`,
    shout: async (ctx: restate.Context, name: string) =>
      (await ctx.serviceClient(greeterRef).greet(name)).toUpperCase(),
    month: async (ctx: restate.Context) => {
      const from = await ctx.date.now();
      await ctx.sleep({ days: 30 });
      return (await ctx.date.now()) - from;
    },
    nap: async (ctx: restate.Context, ms: number) => {
      await ctx.sleep(ms);
      return ms;
    },
    approve: async (ctx: restate.Context) => {
      const { id, promise } = ctx.awakeable<string>();
      await ctx.run("ask", () => void asked.push(id));
      return await promise;
    },
    patient: async (ctx: restate.Context) => {
      const { promise } = ctx.awakeable<string>();
      return await promise.orTimeout({ hours: 1 }).catch((error) => error.name);
    },
  },
});

/** Ids of awakeables that `approve` waits for. */
export const asked: string[] = [];

export const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const count = ((await ctx.get<number>("count")) ?? 0) + amount;
      ctx.set("count", count);
      return count;
    },
    hold: async (ctx: restate.ObjectContext, ms: number) => {
      await ctx.sleep(ms);
      return (await ctx.get<number>("count")) ?? 0;
    },
  },
});

export const shop = restate.service({
  name: "Shop",
  handlers: {
    buy: async (ctx: restate.Context, what: string) => {
      const payment = await ctx.run("charge", () => effect("charge", `paid ${what}`));
      await ctx.sleep({ days: 2 }, "delivery");
      const sent = await ctx.run("ship", () => effect("ship", `sent ${what}`));
      return [payment, sent];
    },
    flaky: async (ctx: restate.Context) =>
      await ctx.run("flaky", () => effect("flaky", "done"), {
        initialRetryInterval: { hours: 1 },
        retryIntervalFactor: 1,
        maxRetryInterval: { hours: 1 },
        maxRetryAttempts: 3,
      }),
    stubborn: async (ctx: restate.Context) => await ctx.run("stubborn", () => effect("stubborn", "done")),
  },
});

export const signup = restate.workflow({
  name: "Signup",
  handlers: {
    run: async (ctx: restate.WorkflowContext, email: string) => {
      ctx.set("email", email);
      await ctx.run("mail", () => effect("mail", undefined));
      const click = await ctx.promise<string>("clicked").get();
      ctx.set("status", click);
      return `${email} ${click}`;
    },
    click: async (ctx: restate.WorkflowSharedContext, secret: string) =>
      await ctx.promise<string>("clicked").resolve(secret),
  },
});
