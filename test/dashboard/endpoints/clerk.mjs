/** Handlers that wait, and are suspended at once when they do. */
import * as restate from "#sdk";

const clerk = restate.object({
  name: "Clerk",
  options: { inactivityTimeout: 0 },
  handlers: {
    visit: async (ctx) => {
      await ctx.sleep(500);
      await ctx.run("ring the bell", () => "rung");
      await ctx.objectClient({ name: "Clerk" }, `${ctx.key}'s assistant`).nap(600);
      return "seen";
    },
    nap: async (ctx, ms) => ctx.sleep(ms),
    /** Needs the key that it holds itself. */
    tangle: async (ctx) => ctx.objectClient({ name: "Clerk" }, ctx.key).nap(1),
  },
});

await restate.serve({ port: Number(process.env.PORT), services: [clerk] });
process.send?.("ready");
