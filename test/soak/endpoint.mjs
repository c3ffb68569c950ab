import * as restate from "#sdk";

const soak = restate.service({
  name: "Soak",
  handlers: {
    greet: async (_ctx, name) => `Hello ${name}`,
    steps: async (ctx, n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += await ctx.run(`step ${i}`, () => i);
      return sum;
    },
    make: async (_ctx, mb) => "z".repeat(mb * 1024 * 1024),
    sleep: async (ctx, ms) => ctx.sleep(ms),
    fail: async () => {
      throw new restate.TerminalError("as it should");
    },
    stumble: async () => {
      throw new Error("\u001b[31ma failed attempt\nof two lines");
    },
  },
});

const counter = restate.object({
  name: "SoakCounter",
  handlers: {
    add: async (ctx, n) => {
      const sum = ((await ctx.get("sum")) ?? 0) + n;
      ctx.set("sum", sum);
      return sum;
    },
  },
});

await restate.serve({ services: [soak, counter], port: Number(process.env.PORT) });
process.send?.("ready");
