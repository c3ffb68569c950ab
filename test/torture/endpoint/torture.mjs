// An endpoint whose effects can be counted: every step appends a line to EFFECTS, outside of Restate's knowledge.
import { appendFileSync } from "node:fs";
import * as restate from "@restatedev/restate-sdk";

const effects = process.env.EFFECTS;

const counter = restate.object({
  name: "TortureCounter",
  handlers: {
    add: async (ctx, amount) => {
      const value = ((await ctx.get("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
    get: restate.handlers.object.shared(async (ctx) => (await ctx.get("value")) ?? 0),
  },
});

const steps = restate.service({
  name: "Torture",
  handlers: {
    run: async (ctx, { id, steps: count, keys }) => {
      for (let step = 0; step < count; step++) {
        await ctx.run(`step ${step}`, () => appendFileSync(effects, `${id} ${step}\n`));
        if (step % 3 === 1) await ctx.sleep(20 + step * 5);
        await ctx.objectClient(counter, keys[step % keys.length]).add(1);
      }
      return id;
    },
  },
  // Some waits are longer than that and suspend it, some are not.
  options: { inactivityTimeout: 10, retryPolicy: { initialInterval: 20, maxInterval: 200, maxAttempts: 10_000 } },
});

await restate.serve({ services: [counter, steps], port: Number(process.env.PORT) });
process.send("ready");
